#include "cli/reload.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cli/key_service.h"

namespace pyrunner::cli {
namespace {

class ReloadTest : public testing::Test {
 protected:
  ReloadTest() { log_.set_pattern("%l %v"); }

  Reloader Make() {
    return {settings_, [this]() -> Result<Settings> {
              if (!complaint_.empty()) return Failure(complaint_);
              return fresh_;
            }};
  }
  [[nodiscard]] bool Logged(const std::string& text) const {
    return lines_.str().find(text) != std::string::npos;
  }

  std::ostringstream lines_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(lines_)};
  Settings settings_;
  Settings fresh_;
  std::string complaint_;
};

TEST_F(ReloadTest, TakesOverWhatCanChange) {
  Reloader reloader = Make();
  EXPECT_FALSE(reloader.Reload(settings_, log_));
  EXPECT_TRUE(Logged("nothing to take over"));
  fresh_.engine.max_running = 3;
  fresh_.engine.max_queued = 4;
  fresh_.engine.queue_time = std::chrono::milliseconds(1500);
  fresh_.drain_time = std::chrono::seconds(7);
  fresh_.log_level = "warning";
  EXPECT_TRUE(reloader.Reload(settings_, log_));
  EXPECT_EQ(settings_.engine.max_running, 3U);
  EXPECT_EQ(settings_.engine.max_queued, 4U);
  EXPECT_EQ(settings_.engine.queue_time, std::chrono::milliseconds(1500));
  EXPECT_EQ(settings_.drain_time, std::chrono::seconds(7));
  EXPECT_EQ(log_.level(), spdlog::level::warn);
  EXPECT_FALSE(reloader.Reload(settings_, log_)) << "it is the old one by now";
}

TEST_F(ReloadTest, WhatWasWorkedOutAtTheStartIsNoChange) {
  Reloader reloader = Make();
  settings_.engine.memory_budget_bytes = 12345 * kMiB;
  settings_.server.max_connections = 17;
  EXPECT_FALSE(reloader.Reload(settings_, log_));
  EXPECT_FALSE(Logged("waits for a restart")) << lines_.str();
}

TEST_F(ReloadTest, TheRestWaitsForARestart) {
  Reloader reloader = Make();
  fresh_.port = 1;
  fresh_.insecure_no_auth = true;
  fresh_.policies.push_back(BuiltinPolicies().front());
  fresh_.engine.max_running = settings_.engine.max_running + 1;
  EXPECT_FALSE(reloader.Reload(settings_, log_));
  for (const char* name : {"port", "insecure-no-auth", "policies", "max-running"}) {
    EXPECT_TRUE(Logged(std::string("settings: ") + name)) << lines_.str();
  }
  EXPECT_EQ(settings_.port, 8000);
  EXPECT_FALSE(settings_.insecure_no_auth);
}

TEST_F(ReloadTest, WhatIsWrongChangesNothing) {
  Reloader reloader = Make();
  fresh_.engine.max_running = 3;
  complaint_ = "line 7";
  EXPECT_FALSE(reloader.Reload(settings_, log_));
  EXPECT_EQ(settings_.engine.max_running, Settings().engine.max_running);
  EXPECT_TRUE(Logged("error settings: the old ones stay in force: line 7"));
}

// Each of them must take what it gives, or a reload would lose it.
TEST_F(ReloadTest, WhatChangesAtRunTimeTakesWhatItGives) {
  int count = 0;
  for (const Setting& setting : AllSettings()) {
    if (!setting.at_run_time) continue;
    ++count;
    EXPECT_TRUE(setting.set(settings_, setting.get(Settings()))) << setting.name;
  }
  EXPECT_EQ(count, 6);
}

TEST(IsLoopback, OnlyWhatCannotBeAnythingElse) {
  for (const char* host : {"localhost", "127.0.0.1", "127.255.0.9", "::1"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1", "127.0.0.1.example.com", "127.1", "",
                           "localhost.example.com", "::ffff:192.0.2.1", "example.com"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

}  // namespace
}  // namespace pyrunner::cli
