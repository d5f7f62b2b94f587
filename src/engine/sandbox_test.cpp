// What the engine makes of a sandbox's process. The other side is a child of the test that speaks
// the wire format; sandbox_hostile_test.cpp has those that break it.
#include "engine/sandbox.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include "engine/sandbox_test_support.h"

namespace pyrunner {
namespace {

using namespace std::chrono_literals;

using SandboxTest = SandboxFixture;

TEST_F(SandboxTest, IsReadyWhenItSaysSo) {
  Adopt([](const FakeSandbox& self) -> int {
    self.Ready();
    FakeSandbox::Hang();
  });
  EXPECT_TRUE(AwaitReady());
  EXPECT_TRUE(sandbox_->alive());
}

TEST_F(SandboxTest, OneThatIsNeverReadyIsKilled) {
  Adopt([](const FakeSandbox&) -> int { FakeSandbox::Hang(); });
  EXPECT_EQ(WhyNotReady(50ms), "it was not ready in time");
  EXPECT_TRUE(loop_.RunUntil([&] { return !sandbox_->alive(); }));
}

TEST_F(SandboxTest, OneThatLacksAPropertyIsKilledAndTheProperyNamed) {
  Adopt([](const FakeSandbox& self) -> int {
    self.Ready(sandbox::kAllProperties & ~(sandbox::kNetworkIsolation | sandbox::kMemoryLimit));
    FakeSandbox::Hang();
  });
  EXPECT_EQ(WhyNotReady(), "properties not in force: network, memory_limit");
  EXPECT_TRUE(loop_.RunUntil([&] { return !sandbox_->alive(); }));
}

TEST_F(SandboxTest, OnlyTheRequiredPropertiesCount) {
  Adopt([](const FakeSandbox& self) -> int {
    self.Ready(sandbox::kSyscallFilter | 1U << 31U);
    FakeSandbox::Hang();
  });
  EXPECT_TRUE(AwaitReady(10s, sandbox::kSyscallFilter));
}

// Nothing that it says later makes up for what it said first.
TEST_F(SandboxTest, ItReportsOnce) {
  Adopt([](const FakeSandbox& self) -> int {
    self.Ready(0);
    self.Ready();
    FakeSandbox::Hang();
  });
  EXPECT_FALSE(AwaitReady());
}

TEST_F(SandboxTest, AFailedStepIsNamed) {
  Adopt([](const FakeSandbox& self) -> int {
    self.Say(wire::Failed{.step = "namespaces", .error_number = EPERM, .detail = "why"});
    FakeSandbox::Hang();
  });
  EXPECT_EQ(WhyNotReady(), "namespaces: Operation not permitted (why)");
  EXPECT_TRUE(loop_.RunUntil([&] { return !sandbox_->alive(); }));
}

// A sandbox says why and exits at once; the end may be noticed before the word.
TEST_F(SandboxTest, AFailedStepIsNamedWhenTheProcessIsGoneAlready) {
  ForkedSandbox forked = ForkFake([](const FakeSandbox& self) {
    self.Say(wire::Failed{.step = "namespaces", .error_number = EPERM});
    return 70;
  });
  pollfd end{forked.process.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&end, 1, 10'000), 1);
  AdoptForked(std::move(forked));
  EXPECT_EQ(WhyNotReady(), "namespaces: Operation not permitted");
}

TEST_F(SandboxTest, OneThatEndsBeforeItIsReadySaysHow) {
  Adopt([](const FakeSandbox&) { return 3; });
  EXPECT_EQ(WhyNotReady(), "it exited with code 3");
}

TEST_F(SandboxTest, OneThatIsKilledBeforeItIsReadySaysHow) {
  Adopt([](const FakeSandbox&) -> int { FakeSandbox::DieBy(SIGSEGV); });
  EXPECT_EQ(WhyNotReady(), "it was killed by signal 11");
}

TEST_F(SandboxTest, GarbageBeforeItIsReadyKillsIt) {
  Adopt([](const FakeSandbox& self) -> int {
    self.WriteToChannel("GET / HTTP/1.1\r\n");
    FakeSandbox::Hang();
  });
  EXPECT_EQ(WhyNotReady(), "it was killed by signal 9");
}

TEST_F(SandboxTest, AReadyOfTheWrongSizeIsNone) {
  Adopt([](const FakeSandbox& self) -> int {
    std::string frame;
    wire::AppendFrame(wire::FrameType::kReady, "short", frame);
    self.WriteToChannel(frame);
    FakeSandbox::Hang();
  });
  EXPECT_EQ(WhyNotReady(50ms), "it was not ready in time");
}

TEST_F(SandboxTest, TheProgramArrivesAsItWasSent) {
  const Outcome outcome = RunIn(
      [](const FakeSandbox& self) {
        self.Ready();
        const auto program = self.ReceiveProgram();
        self.Print(program.code + "|" + program.standard_input + "|" + program.policy);
        for (const std::string& argument : program.arguments) self.Print("|" + argument);
        self.PrintError(std::to_string(program.wall_milliseconds) + "," +
                        std::to_string(program.memory_bytes));
        return 0;
      },
      {.code = "code",
       .standard_input = "input",
       .arguments = {"a", ""},
       .limits = {.wall_time = 4s, .memory_bytes = 64 * kMiB},
       .policy = "open"});
  EXPECT_EQ(outcome.standard_output.bytes, "code|input|open|a|");
  EXPECT_EQ(outcome.standard_error.bytes, "4000,67108864");
  EXPECT_EQ(cgroup_.Limit(), "67108864");
}

TEST_F(SandboxTest, ExitCodesAreWhatTheProgramExitsWith) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Print("out");
    self.PrintError("err");
    self.Say(wire::Finished{.exit_code = 137,
                            .exception_type = "ValueError",
                            .line = 3,
                            .compile_nanoseconds = 1'000,
                            .run_nanoseconds = 2'000});
    return 137;
  });
  EXPECT_EQ(outcome.ending, Ending::kExited);
  EXPECT_EQ(outcome.exit_code, 137) << "an exit code that looks like a kill is none";
  EXPECT_EQ(outcome.signal, 0);
  ASSERT_TRUE(outcome.exception);
  EXPECT_EQ(outcome.exception->type, "ValueError");
  EXPECT_EQ(outcome.exception->line, 3);
  EXPECT_EQ(outcome.standard_output.bytes, "out");
  EXPECT_EQ(outcome.standard_error.bytes, "err");
  EXPECT_EQ(outcome.memory_peak, 7'340'032U);
  EXPECT_EQ(outcome.phases.fork, 3ms);
  EXPECT_EQ(outcome.phases.isolate, 5ms);
  EXPECT_EQ(outcome.phases.compile, 1us);
  EXPECT_EQ(outcome.phases.run, 2us);
  EXPECT_GT(outcome.phases.collect, 0ns);
  EXPECT_GT(outcome.wall_time, 0ns);
}

TEST_F(SandboxTest, OneThatExitsWithoutAWordHasRun) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    return 0;
  });
  EXPECT_EQ(outcome.ending, Ending::kExited);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_FALSE(outcome.exception);
  EXPECT_EQ(outcome.phases.run, 0ns);
}

// As the real one ends; taking its process apart can last.
TEST_F(SandboxTest, ItsLastWordAndSilenceAreEnough) {
  for (const bool word_first : {false, true}) {
    const Outcome outcome = RunIn([word_first](const FakeSandbox& self) -> int {
      self.Ready();
      (void)self.ReceiveProgram();
      self.Print("all");
      if (!word_first) self.CloseOutputs();
      self.Say(wire::Finished{.exit_code = 3});
      if (word_first) self.CloseOutputs();
      FakeSandbox::Hang();
    });
    EXPECT_EQ(outcome.ending, Ending::kExited);
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_EQ(outcome.standard_output.bytes, "all");
    EXPECT_EQ(slots_returned_, 1) << "it was killed";
    slots_returned_ = 0;
  }
  slots_returned_ = 1;  // for the fixture
}

TEST_F(SandboxTest, OneThatClosesStandardErrorIsHeardToTheEnd) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Print("before ");
    ::close(self.err());
    ::usleep(20'000);
    self.Print("after");
    return 0;
  });
  EXPECT_EQ(outcome.standard_output.bytes, "before after");
}

// More than its pipes hold: it ends only if somebody reads, though nobody is woken at first.
TEST_F(SandboxTest, MuchOutputArrivesWhole) {
  options_.output_bytes = 4'000'000;
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.PrintError(std::string(300'000, 'e'));
    self.Print(std::string(1'000'000, 'o'));
    return 0;
  });
  EXPECT_EQ(outcome.standard_output.bytes, std::string(1'000'000, 'o'));
  EXPECT_EQ(outcome.standard_error.bytes, std::string(300'000, 'e'));
}

TEST_F(SandboxTest, ARefusalCarriesItsReason) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Say(wire::Refused{.reason = "Import of 'os' is not allowed", .line = 1, .column = 8});
    return 0;
  });
  EXPECT_EQ(outcome.ending, Ending::kRefused);
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->reason, "Import of 'os' is not allowed");
}

TEST_F(SandboxTest, AnUncaughtMemoryErrorIsAboutMemory) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Say(
        wire::Finished{.exception_type = "_ArrayMemoryError", .line = 1, .memory_error = true});
    return 1;
  });
  EXPECT_EQ(outcome.ending, Ending::kMemoryExceeded);
}

TEST_F(SandboxTest, ACrashIsNamedByItsSignal) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) -> int {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Print("before");
    FakeSandbox::DieBy(SIGABRT);
  });
  EXPECT_EQ(outcome.ending, Ending::kCrashed);
  EXPECT_EQ(outcome.signal, SIGABRT);
  EXPECT_EQ(outcome.standard_output.bytes, "before");
}

TEST_F(SandboxTest, AForbiddenSystemCallIsAViolation) {
  const Outcome outcome = RunIn([](const FakeSandbox& self) -> int {
    self.Ready();
    (void)self.ReceiveProgram();
    FakeSandbox::DieBy(SIGSYS);
  });
  EXPECT_EQ(outcome.ending, Ending::kViolation);
}

TEST_F(SandboxTest, AKillOfTheKernelForMemoryIsAboutMemory) {
  const Outcome outcome = RunIn([this](const FakeSandbox& self) -> int {
    self.Ready();
    (void)self.ReceiveProgram();
    cgroup_.SetOutOfMemoryKills(1);  // the same file as the engine's
    FakeSandbox::DieBy(SIGKILL);
  });
  EXPECT_EQ(outcome.ending, Ending::kMemoryExceeded);
}

TEST_F(SandboxTest, AKillAfterTooMuchCpuTimeIsAboutThat) {
  const Outcome outcome = RunIn(
      [](const FakeSandbox& self) -> int {
        timespec used{};
        while (used.tv_sec == 0 && used.tv_nsec < 300'000'000) {
          ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        }
        self.Ready();
        (void)self.ReceiveProgram();
        FakeSandbox::DieBy(SIGKILL);
      },
      Within(250ms));
  EXPECT_EQ(outcome.ending, Ending::kCpuExceeded);
}

TEST_F(SandboxTest, ALargeProgramArrivesWhole) {
  Program large;
  large.code.assign(8'000'000, '#');
  const Outcome outcome = RunIn(
      [](const FakeSandbox& self) {
        self.Ready();
        return self.ReceiveProgram().code.size() == 8'000'000 ? 0 : 1;
      },
      std::move(large));
  EXPECT_EQ(outcome.exit_code, 0);
}

TEST_F(SandboxTest, CancellingStopsIt) {
  Adopt([](const FakeSandbox& self) -> int {
    self.Ready();
    (void)self.ReceiveProgram();
    self.Print("started");
    FakeSandbox::Hang();
  });
  ASSERT_TRUE(AwaitReady());
  std::optional<Result<Outcome>> outcome;
  loop_.Start(sandbox_->Run(Shared(Within(30s)), options_, cancellation_), outcome);
  EXPECT_FALSE(loop_.RunUntil([&] { return outcome.has_value(); }, 50ms));
  cancellation_->Cancel();
  ASSERT_TRUE(loop_.RunUntil([&] { return outcome.has_value(); }));
  ASSERT_TRUE(*outcome);
  EXPECT_EQ((*outcome)->ending, Ending::kCancelled);
  EXPECT_EQ((*outcome)->standard_output.bytes, "started");
}

TEST_F(SandboxTest, OneCancelledBeforehandIsStoppedAtOnce) {
  cancellation_->Cancel();
  const Outcome outcome = RunIn([](const FakeSandbox& self) -> int {
    self.Ready();
    FakeSandbox::Hang();
  });
  EXPECT_EQ(outcome.ending, Ending::kCancelled);
}

TEST_F(SandboxTest, NothingIsRunInOneThatIsGone) {
  Adopt([](const FakeSandbox& self) -> int {
    self.Ready();
    FakeSandbox::Hang();
  });
  ASSERT_TRUE(AwaitReady());
  sandbox_->Kill();
  ASSERT_TRUE(loop_.RunUntil([&] { return !sandbox_->alive(); }));
  const auto outcome = loop_.Run(sandbox_->Run(Shared({}), options_, cancellation_));
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(*outcome);
}

TEST_F(SandboxTest, NothingIsRunInOneThatCannotBeLimited) {
  cgroup_.RefuseLimits();
  Adopt([](const FakeSandbox& self) {
    self.Ready();
    (void)self.ReceiveProgram();
    return 0;
  });
  ASSERT_TRUE(AwaitReady());
  const auto outcome = loop_.Run(sandbox_->Run(Shared({}), options_, cancellation_));
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(*outcome);
  EXPECT_TRUE(loop_.RunUntil([&] { return !sandbox_->alive(); }));
}

}  // namespace
}  // namespace pyrunner
