// Sandboxes that lie, flood, hang and print without end: what a program could do once it runs.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "engine/sandbox.h"
#include "engine/sandbox_test_support.h"

namespace pyrunner {
namespace {

using namespace std::chrono_literals;

using HostileSandboxTest = SandboxFixture;

// The first message counts; what a program forges after it, or before its end, is its own affair.
TEST_F(HostileSandboxTest, OnlyItsFirstWordCounts) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Say(wire::Finished{});
    self.Say(wire::Refused{.reason = "not me"});
    self.Say(wire::Finished{.exception_type = "MemoryError", .memory_error = true});
    self.Ready(0);
    return 0;
  });
  EXPECT_EQ(outcome.ending, Ending::kExited);
  EXPECT_FALSE(outcome.exception);
  EXPECT_TRUE(outcome.reason.empty());
}

TEST_F(HostileSandboxTest, OneThatGoesOnForeverIsStopped) {
  const Outcome outcome = RunIn(
      [](const FakeSandbox& self) -> int {
        self.Ready();
        (void)self.ReceiveProgram();
        self.Print("so far");
        FakeSandbox::Hang();
      },
      Within(80ms));
  EXPECT_EQ(outcome.ending, Ending::kTimedOut);
  EXPECT_EQ(outcome.standard_output.bytes, "so far");
  EXPECT_GE(outcome.wall_time, 80ms);
  EXPECT_LT(outcome.wall_time, 5s);
}

TEST_F(HostileSandboxTest, OneThatSaysItIsFinishedAndGoesOnIsStopped) {
  const Outcome outcome = RunIn(
      [](const FakeSandbox& self) -> int {
        self.Ready();
        (void)self.ReceiveProgram();
        self.Say(wire::Finished{});
        FakeSandbox::Hang();
      },
      Within(80ms));
  EXPECT_EQ(outcome.ending, Ending::kTimedOut);
}

TEST_F(HostileSandboxTest, OneThatClosesItsStreamsAndGoesOnIsStopped) {
  const Outcome outcome = RunIn(
      [](const FakeSandbox& self) -> int {
        self.Ready();
        (void)self.ReceiveProgram();
        self.Print("last words");
        self.CloseAll();
        FakeSandbox::Hang();
      },
      Within(80ms));
  EXPECT_EQ(outcome.ending, Ending::kTimedOut);
  EXPECT_EQ(outcome.standard_output.bytes, "last words");
}

TEST_F(HostileSandboxTest, OneThatClosesItsStreamsMayStillExit) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.CloseAll();
    ::usleep(50'000);
    return 4;
  });
  EXPECT_EQ(outcome.ending, Ending::kExited);
  EXPECT_EQ(outcome.exit_code, 4);
}

// Somebody else has the pipes' other ends: the end of the process is what counts.
TEST_F(HostileSandboxTest, AnHeirOfItsStreamsHoldsNothingUp) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    const pid_t heir = ::fork();
    if (heir == 0) FakeSandbox::Hang();
    self.Print(std::to_string(heir));
    return 0;
  });
  EXPECT_EQ(outcome.ending, Ending::kExited);
  const pid_t heir = std::atoi(outcome.standard_output.bytes.c_str());
  ASSERT_GT(heir, 1);
  EXPECT_EQ(::kill(heir, SIGKILL), 0) << "the heir was gone already";
}

TEST_F(HostileSandboxTest, EndlessOutputIsStopped) {
  options_.output_bytes = 1000;
  options_.output_stop_bytes = 200'000;
  const Outcome outcome = RunIn([](const FakeSandbox& self) -> int {
    self.Ready();
    (void)self.ReceiveProgram();
    const std::string line(997, 'x');
    while (self.WriteSome(self.out(), line) && self.WriteSome(self.err(), line)) {
    }
    return 0;
  });
  EXPECT_EQ(outcome.ending, Ending::kOutputExceeded);
  for (const auto* stream : {&outcome.standard_output, &outcome.standard_error}) {
    EXPECT_EQ(stream->bytes.size(), 1000U);
    EXPECT_TRUE(stream->truncated());
    // Not much beyond: at most what was on its way.
    EXPECT_LT(stream->total, 600'000U);
  }
}

TEST_F(HostileSandboxTest, OutputUpToTheBoundIsNoOffence) {
  options_.output_bytes = 1000;
  options_.output_stop_bytes = 300'000;
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Print(std::string(300'000, 'x'));
    return 0;
  });
  EXPECT_EQ(outcome.ending, Ending::kExited);
  EXPECT_EQ(outcome.standard_output.total, 300'000U);
  EXPECT_EQ(outcome.standard_output.bytes.size(), 1000U);
}

TEST_F(HostileSandboxTest, GarbageOnTheChannelIsAViolation) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) -> int {
    self.Ready();
    (void)self.ReceiveProgram();
    self.WriteToChannel(std::string(64, '\xff'));
    FakeSandbox::Hang();
  });
  EXPECT_EQ(outcome.ending, Ending::kViolation);
}

TEST_F(HostileSandboxTest, AFloodOnTheChannelIsAViolation) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) -> int {
    self.Ready();
    (void)self.ReceiveProgram();
    while (true) self.Say(wire::Refused{.reason = std::string(2048, 'x')});
  });
  EXPECT_EQ(outcome.ending, Ending::kViolation);
}

TEST_F(HostileSandboxTest, AMessageCutShortIsNone) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    std::string frame;
    wire::Append(wire::Refused{.reason = "cut"}, frame);
    self.WriteToChannel(frame.substr(0, frame.size() - 1));
    return 0;
  });
  EXPECT_EQ(outcome.ending, Ending::kExited);
}

// A sandbox that answers a program with main() by `pieces` of a result.
class ResultTest : public HostileSandboxTest {
 protected:
  Outcome RunWithResult(std::vector<std::string> pieces, bool call_main = true) {
    Program program = Within(10s);
    program.call_main = call_main;
    return RunIn(
        [&](const FakeSandbox& self) {
          self.Ready();
          (void)self.ReceiveProgram();
          for (const std::string& piece : pieces) {
            std::string frame;
            wire::AppendFrame(wire::FrameType::kResult, piece, frame);
            self.WriteToChannel(frame);
          }
          self.Say(wire::Finished{});
          return 0;
        },
        program);
  }
};

TEST_F(ResultTest, ComesInPieces) {
  const Outcome outcome = RunWithResult({"{\"a\"", ": [1, ", "2]}"});
  EXPECT_EQ(outcome.ending, Ending::kExited);
  EXPECT_EQ(outcome.result, "{\"a\": [1, 2]}");
}

TEST_F(ResultTest, ThatIsCutShortIsNone) {
  EXPECT_EQ(RunWithResult({"[1, 2"}).result, std::nullopt);
}

TEST_F(ResultTest, ThatIsEmptyIsNone) { EXPECT_EQ(RunWithResult({}).result, std::nullopt); }

TEST_F(ResultTest, ThatNobodyAskedForIsNone) {
  const Outcome outcome = RunWithResult({"1"}, false);
  EXPECT_EQ(outcome.ending, Ending::kExited);
  EXPECT_EQ(outcome.result, std::nullopt);
}

TEST_F(ResultTest, ThatIsNoJsonIsAViolation) {
  const Outcome outcome = RunWithResult({"1, \"error\": null"});
  EXPECT_EQ(outcome.ending, Ending::kViolation);
  EXPECT_EQ(outcome.reason, "a result that is not JSON");
  EXPECT_EQ(outcome.result, std::nullopt);
}

// Each costs the gateway a look, and together they are bounded.
TEST_F(ResultTest, InPiecesOfNothingIsAViolation) {
  options_.result_bytes = 2'000'000;
  Program program = Within(30s);
  program.call_main = true;
  const Outcome outcome = RunIn(
      [](const FakeSandbox& self) -> int {
        self.Ready();
        (void)self.ReceiveProgram();
        std::string nothing;
        for (int i = 0; i < 8'000; ++i) {
          wire::AppendFrame(wire::FrameType::kResult, {}, nothing);
        }
        while (true) self.WriteToChannel(nothing);
      },
      program);
  EXPECT_EQ(outcome.ending, Ending::kViolation);
}

TEST_F(ResultTest, MayBeAsLargeAsItMay) {
  options_.result_bytes = 1000;
  const Outcome outcome = RunWithResult({"\"" + std::string(998, 'x') + "\""});
  EXPECT_EQ(outcome.ending, Ending::kExited);
  EXPECT_EQ(outcome.result->size(), 1000U);
}

TEST_F(ResultTest, ThatIsTooLargeIsStopped) {
  options_.result_bytes = 1000;
  const Outcome outcome = RunWithResult({"1", std::string(1000, ' ')});
  EXPECT_EQ(outcome.ending, Ending::kResultExceeded);
  EXPECT_EQ(outcome.result, std::nullopt);
}

TEST_F(HostileSandboxTest, OneThatNeverReadsItsProgramIsStopped) {
  Program large = Within(100ms);
  large.code.assign(8'000'000, '#');
  const Outcome outcome = RunIn(
      [](const FakeSandbox& self) -> int {
        self.Ready();
        FakeSandbox::Hang();
      },
      std::move(large));
  EXPECT_EQ(outcome.ending, Ending::kTimedOut);
}

// A program that forges its own report may say any number.
TEST_F(HostileSandboxTest, PhasesAreNeverNegative) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Say(wire::Finished{.compile_nanoseconds = ~std::uint64_t{0},
                            .run_nanoseconds = std::uint64_t{1} << 63U});
    return 0;
  });
  EXPECT_GE(outcome.phases.compile, 0ns);
  EXPECT_GE(outcome.phases.run, 0ns);
  EXPECT_LE(outcome.phases.run, outcome.wall_time);
}

}  // namespace
}  // namespace pyrunner
