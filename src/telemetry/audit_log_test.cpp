#include "telemetry/audit_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/sha256.h"

namespace pyrunner::telemetry {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

RunRecord ARecord() {
  RunRecord record;
  record.time = std::chrono::system_clock::time_point(1'700'000'000'042ms);
  record.context.api = "pyrunner";
  record.context.caller = std::make_shared<Caller>(Caller{.name = "ci"});
  record.context.client = std::make_shared<std::string>("192.0.2.7");
  record.context.trace.trace_id.fill(0xab);
  record.context.trace.span_id.fill(0x12);
  record.code_sha256 = Sha256("print(1)");
  record.code_bytes = 8;
  record.policy = "open";
  return record;
}

class AuditLogTest : public testing::Test {
 protected:
  AuditLogTest() {
    folder_ = (std::filesystem::temp_directory_path() / "pyrunner-audit-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/audit.log";
  }
  ~AuditLogTest() override { std::filesystem::remove_all(folder_); }

  static std::string Read(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  std::string folder_;
  std::string path_;
};

TEST(AuditLineTest, HasWhoWhenWhatAndHow) {
  Outcome outcome;
  outcome.exit_code = 3;
  outcome.wall_time = 1234567ns;
  outcome.memory_peak = 5;
  outcome.standard_output = {.bytes = "secret", .total = 6};
  const std::string line = AuditLine(ARecord(), outcome);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find("secret"), std::string::npos);
  const json expected = {
      {"time", "2023-11-14T22:13:20.042Z"},
      {"id", "1212121212121212"},
      {"trace_id", "abababababababababababababababab"},
      {"api", "pyrunner"},
      {"key", "ci"},
      {"client", "192.0.2.7"},
      {"code_sha256", Sha256("print(1)")},
      {"code_bytes", 8},
      {"policy", "open"},
      {"timeout_ms", 30000},
      {"memory_limit_bytes", 512 * kMiB},
      {"outcome", "failed"},
      {"exit_code", 3},
      {"queue_ms", 0.0},
      {"wall_ms", 1.235},
      {"memory_peak_bytes", 5},
      {"stdout_bytes", 6},
      {"stderr_bytes", 0},
  };
  EXPECT_EQ(json::parse(line), expected);
}

TEST(AuditLineTest, OfAProgramThatWasNotRun) {
  RunRecord record = ARecord();
  record.context.caller = nullptr;
  const json line = json::parse(AuditLine(record, Rejection{Rejection::Cause::kQueueFull}, 2ms, 0));
  EXPECT_EQ(line["outcome"], "rejected");
  EXPECT_EQ(line["cause"], "queue_full");
  EXPECT_EQ(line["queue_ms"], 2.0);
  EXPECT_EQ(line["key"], nullptr);
  EXPECT_FALSE(line.contains("left_out"));
  const Rejection rejection{Rejection::Cause::kTooOften};
  EXPECT_EQ(json::parse(AuditLine(record, rejection, 2ms, 17))["left_out"], 17);
}

TEST(AuditLineTest, NamesThatAreNotPlainStayOneValue) {
  RunRecord record = ARecord();
  record.policy = "a\"b\\c\nd\x7f\xc3\xa4";
  const std::string line = AuditLine(record, Outcome());
  EXPECT_EQ(json::parse(line)["policy"], record.policy);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST_F(AuditLogTest, AppendsToAFileThatOnlyItsOwnerMayRead) {
  ::umask(0);
  for (const char* line : {"one\n", "two\n"}) {
    auto log = AuditLog::Open(path_);
    ASSERT_TRUE(log);
    EXPECT_TRUE(log->Write(line));
  }
  EXPECT_EQ(Read(path_), "one\ntwo\n");
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0640);
}

TEST_F(AuditLogTest, ReopensAfterARotation) {
  auto log = AuditLog::Open(path_);
  ASSERT_TRUE(log);
  EXPECT_TRUE(log->Write("one\n"));
  std::filesystem::rename(path_, path_ + ".1");
  EXPECT_TRUE(log->Write("two\n"));
  EXPECT_TRUE(log->Reopen());
  EXPECT_TRUE(log->Write("three\n"));
  EXPECT_EQ(Read(path_ + ".1"), "one\ntwo\n");
  EXPECT_EQ(Read(path_), "three\n");
}

TEST_F(AuditLogTest, WhatCannotBeReopenedStaysInUse) {
  auto log = AuditLog::Open(path_);
  ASSERT_TRUE(log);
  std::filesystem::rename(path_, path_ + ".1");
  std::filesystem::create_directory(path_);
  EXPECT_FALSE(log->Reopen());
  EXPECT_TRUE(log->Write("one\n"));
  EXPECT_EQ(Read(path_ + ".1"), "one\n");
}

TEST_F(AuditLogTest, AFullDiskIsAnError) {
  auto log = AuditLog::Open("/dev/full");
  ASSERT_TRUE(log);
  const Status written = log->Write("one\n");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ENOSPC);
}

// What a full disk does to a line that half of there was room for: RLIMIT_FSIZE stands in for it.
TEST_F(AuditLogTest, ALineThatWasCutIsEndedBeforeTheNext) {
  ::signal(SIGXFSZ, SIG_IGN);
  auto log = AuditLog::Open(path_);
  ASSERT_TRUE(log);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{6, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_TRUE(log->Write("one\n"));
  EXPECT_FALSE(log->Write("two\n"));
  EXPECT_FALSE(log->Write("three\n"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE(log->Write("four\n"));
  EXPECT_TRUE(log->Write("five\n"));
  EXPECT_EQ(Read(path_), "one\ntw\nfour\nfive\n");
}

TEST_F(AuditLogTest, APipeThatNobodyReadsDoesNotKeepIt) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_FALSE(AuditLog::Open(path_));
  const Fd reader(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  auto log = AuditLog::Open(path_);
  ASSERT_TRUE(log);
  const std::string line(1000, 'x');
  int failures = 0;
  for (int i = 0; i < 1000; ++i) failures += log->Write(line) ? 0 : 1;
  EXPECT_GT(failures, 0);
}

TEST_F(AuditLogTest, AFolderThatIsNotThereIsAnError) {
  const auto log = AuditLog::Open(folder_ + "/no/audit.log");
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message.find("/no: No such file"), std::string::npos);
}

}  // namespace
}  // namespace pyrunner::telemetry
