#include "telemetry/recorded_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/sha256.h"

namespace pyrunner::telemetry {
namespace {

using testing::HasSubstr;

class FakeRunner final : public Runner {
 public:
  boost::asio::awaitable<tl::expected<Outcome, Rejection>> Run(
      Program program, std::shared_ptr<Cancellation> cancellation) override {
    code = program.code;
    last_cancellation = std::move(cancellation);
    co_return answer;
  }
  tl::expected<Outcome, Rejection> answer;
  std::string code;
  std::shared_ptr<Cancellation> last_cancellation;
};

class RecordedRunnerTest : public testing::Test {
 protected:
  RecordedRunnerTest() : path_("/tmp/pyrunner-recorded-" + std::to_string(::getpid())) {}
  ~RecordedRunnerTest() override { ::unlink(path_.c_str()); }

  tl::expected<Outcome, Rejection> Run(RecordedRunner& runner) {
    Program program;
    program.code = "print(1)";
    program.policy = "open";
    program.limits.memory_bytes = 100;
    program.context.api = "nsjail";
    boost::asio::io_context context;
    tl::expected<Outcome, Rejection> result;
    auto run = runner.Run(std::move(program), cancellation_);
    boost::asio::co_spawn(context, std::move(run),
                          [&](const std::exception_ptr&, tl::expected<Outcome, Rejection> got) {
                            result = std::move(got);
                          });
    context.run();
    return result;
  }

  std::string path_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  FakeRunner fake_;
  Metrics metrics_{{"nsjail"}};
};

TEST_F(RecordedRunnerTest, HandsEverythingOnAndCounts) {
  fake_.answer = Outcome{.exit_code = 7};
  RecordedRunner runner(fake_, metrics_, {});
  EXPECT_EQ(Run(runner)->exit_code, 7);
  EXPECT_EQ(fake_.code, "print(1)");
  EXPECT_EQ(fake_.last_cancellation, cancellation_);
  EXPECT_THAT(metrics_.Text(), HasSubstr("{api=\"nsjail\",outcome=\"failed\"} 1\n"));

  fake_.answer = tl::unexpected(Rejection{Rejection::Cause::kQueueFull});
  EXPECT_EQ(Run(runner).error().cause, Rejection::Cause::kQueueFull);
  EXPECT_THAT(metrics_.Text(), HasSubstr("pyrunner_rejections_total{cause=\"queue_full\"} 1\n"));
}

TEST_F(RecordedRunnerTest, WritesALineWithWhatWasGranted) {
  auto audit = AuditLog::Open(path_);
  ASSERT_TRUE(audit);
  RecordedRunner runner(
      fake_, metrics_,
      {.granted_memory = [](std::uint64_t asked) { return asked / 2; }, .audit = &*audit});
  (void)Run(runner);
  std::ifstream file(path_);
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["memory_limit_bytes"], 50);
  EXPECT_EQ(json["code_sha256"], Sha256("print(1)"));
  EXPECT_EQ(json["outcome"], "succeeded");
  EXPECT_FALSE(std::getline(file, line));
}

TEST_F(RecordedRunnerTest, RejectedProgramsDoNotFillADisk) {
  auto audit = AuditLog::Open(path_);
  ASSERT_TRUE(audit);
  RecordedRunner runner(fake_, metrics_, {.audit = &*audit});
  fake_.answer = tl::unexpected(Rejection{Rejection::Cause::kTooOften});
  constexpr int kPrograms = 2000;
  for (int i = 0; i < kPrograms; ++i) (void)Run(runner);
  const auto count = [this] {
    std::ifstream file(path_);
    std::string line;
    int lines = 0;
    while (std::getline(file, line)) ++lines;
    return lines;
  };
  const int lines = count();
  EXPECT_GE(lines, 200);
  EXPECT_LT(lines, 500);
  EXPECT_THAT(metrics_.Text(), HasSubstr("{cause=\"too_often\"} 2000\n"));

  fake_.answer = tl::unexpected(Rejection{Rejection::Cause::kQueueFull});
  (void)Run(runner);
  EXPECT_EQ(count(), lines + 1) << "another cause";
  fake_.answer = Outcome{};
  for (int i = 0; i < kPrograms; ++i) (void)Run(runner);
  EXPECT_EQ(count(), lines + 1 + kPrograms) << "what runs has its line";
}

TEST_F(RecordedRunnerTest, ALineTellsHowManyAreMissingBeforeIt) {
  auto audit = AuditLog::Open(path_);
  ASSERT_TRUE(audit);
  RecordedRunner runner(fake_, metrics_, {.audit = &*audit});
  fake_.answer = tl::unexpected(Rejection{Rejection::Cause::kTooOften});
  for (int i = 0; i < 300; ++i) (void)Run(runner);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  (void)Run(runner);
  std::ifstream file(path_);
  std::string line;
  std::uint64_t lines = 0;
  std::uint64_t left_out = 0;
  while (std::getline(file, line)) {
    ++lines;
    left_out += nlohmann::json::parse(line).value("left_out", 0);
  }
  EXPECT_EQ(lines + left_out, 301U);
}

TEST_F(RecordedRunnerTest, AFullDiskStopsNoProgram) {
  auto audit = AuditLog::Open("/dev/full");
  ASSERT_TRUE(audit);
  int told = 0;
  RecordedRunner runner(fake_, metrics_,
                        {.audit = &*audit, .on_audit_failure = [&](const Error&) { ++told; }});
  EXPECT_TRUE(Run(runner));
  EXPECT_TRUE(Run(runner));
  EXPECT_EQ(told, 2);
  EXPECT_THAT(metrics_.Text(), HasSubstr("pyrunner_audit_failures_total 2\n"));
}

}  // namespace
}  // namespace pyrunner::telemetry
