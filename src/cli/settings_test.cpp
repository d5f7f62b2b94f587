#include "cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "api/code_executor.h"

namespace pyrunner::cli {
namespace {

using namespace std::chrono_literals;

const Setting& Find(std::string_view name) {
  const auto& all = AllSettings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.name == name; });
  if (found == all.end()) {
    ADD_FAILURE() << "there is no setting " << name;
    return all.front();
  }
  return *found;
}

/// The message of a refused value, or "accepted".
std::string Refusal(std::string_view name, const std::string& value) {
  Settings settings;
  const Status set = Find(name).set(settings, value);
  return set ? "accepted" : set.error().message;
}

TEST(Settings, NamesAreUniqueInEverySpelling) {
  std::set<std::string> names;
  std::set<std::string> environment;
  std::set<std::string> keys;
  for (const Setting& setting : AllSettings()) {
    EXPECT_TRUE(names.emplace(setting.name).second) << setting.name;
    EXPECT_TRUE(environment.insert(setting.EnvironmentName()).second) << setting.name;
    EXPECT_TRUE(keys.insert(setting.FileKey()).second) << setting.name;
  }
  EXPECT_FALSE(names.contains("config")) << "the flag that names the file";
  EXPECT_FALSE(names.contains("help"));
}

TEST(Settings, NamesAreSpelledAlike) {
  for (const Setting& setting : AllSettings()) {
    EXPECT_TRUE(std::all_of(setting.name.begin(), setting.name.end(), [](unsigned char c) {
      return c == '-' || (std::islower(c) != 0);
    })) << setting.name;
    EXPECT_FALSE(setting.description.empty()) << setting.name;
  }
  EXPECT_EQ(Find("max-running").EnvironmentName(), "PYRUNNER_MAX_RUNNING");
  EXPECT_EQ(Find("max-running").FileKey(), "max_running");
}

TEST(Settings, DefaultsAreValidAndComeBack) {
  const Settings defaults;
  for (const Setting& setting : AllSettings()) {
    Settings settings;
    const std::string text = setting.get(defaults);
    const Status set = setting.set(settings, text);
    ASSERT_TRUE(set) << setting.name << " = " << text << ": " << set.error().message;
    for (const Setting& other : AllSettings()) {
      EXPECT_EQ(other.get(settings), other.get(defaults)) << setting.name << " set " << other.name;
    }
  }
}

TEST(Settings, EachValueComesBackAndTouchesNothingElse) {
  const std::vector<std::pair<std::string, std::string>> values = {
      {"host", "0.0.0.0"},
      {"port", "65535"},
      {"policy", "open"},
      {"max-running", "4096"},
      {"max-queued", "0"},
      {"queue-time", "0.25"},
      {"ready-sandboxes", "3"},
      {"max-ready-sandboxes", "0"},
      {"ready-keep-time", "86400"},
      {"output-kb", "17"},
      {"output-stop-kb", "2147483647"},
      {"scratch-mb", "1"},
      {"scratch-files", "16"},
      {"open-files", "17"},
      {"processes", "1"},
      {"cpus", "0.05"},
      {"zygote-age", "604800"},
      {"zygote-runs", "1"},
      {"max-connections", "9"},
      {"max-connections-per-address", "0"},
      {"max-body-kb", "1"},
      {"allowed-hosts", "a,b.c"},
      {"drain-time", "0"},
      {"log-level", "debug"},
      {"log-format", "json"},
      {"drain-delay", "10"},
      {"audit-log", "-"},
      {"open-metrics", "true"},
      {"allowed-origins", "http://a:1,b://c"},
      {"allow-missing", "memory_limit,scratch_quota"},
      {"memory-budget-mb", "64"},
      {"memory-overcommit", "1.5"}};
  const Settings defaults;
  for (const auto& [name, value] : values) {
    Settings settings;
    ASSERT_TRUE(Find(name).set(settings, value)) << name;
    for (const Setting& other : AllSettings()) {
      EXPECT_EQ(other.get(settings), other.name == name ? value : other.get(defaults))
          << name << " set " << other.name;
    }
  }
}

TEST(Settings, UnitsAreThoseOfTheName) {
  Settings settings;
  ASSERT_TRUE(Find("output-kb").set(settings, "2"));
  EXPECT_EQ(settings.engine.output_bytes, 2048U);
  ASSERT_TRUE(Find("scratch-mb").set(settings, "3"));
  EXPECT_EQ(settings.engine.scratch_bytes, 3 * kMiB);
  ASSERT_TRUE(Find("queue-time").set(settings, "1.5"));
  EXPECT_EQ(settings.engine.queue_time, 1500ms);
  ASSERT_TRUE(Find("max-body-kb").set(settings, "1048576"));
  EXPECT_EQ(settings.server.max_body_bytes, std::uint64_t{1} << 30U);
  ASSERT_TRUE(Find("memory-budget-mb").set(settings, "100"));
  EXPECT_EQ(settings.engine.memory_budget_bytes, 100 * kMiB);
  ASSERT_TRUE(Find("cpus").set(settings, "2.5"));
  EXPECT_DOUBLE_EQ(settings.engine.cpus, 2.5);
  ASSERT_TRUE(Find("allowed-hosts").set(settings, "one,,two,"));
  EXPECT_EQ(settings.server.allowed_hosts, (std::vector<std::string>{"one", "two"}));
}

TEST(Settings, WhatIsNoWholeNumberIsRefused) {
  constexpr const char* kMessage = "must be a whole number from 0 to 65535";
  for (const char* value : {"", " 1", "1 ", "+1", "-1", "1.0", "1e3", "0x10", "65536", "eighty",
                            "18446744073709551616", "99999999999999999999999"}) {
    EXPECT_EQ(Refusal("port", value), kMessage) << value;
  }
  EXPECT_EQ(Refusal("max-running", "0"), "must be a whole number from 1 to 4096");
  EXPECT_EQ(Refusal("scratch-files", "15"), "must be a whole number from 16 to 2147483647");
}

TEST(Settings, MemoryForProgramsIsEnoughForOneOrLeftToTheMachine) {
  for (const char* value : {"1", "63", "-1", "1.5", "all", "1073741825"}) {
    EXPECT_EQ(Refusal("memory-budget-mb", value),
              "must be 0 or a whole number from 64 to 1073741824")
        << value;
  }
  for (const char* value : {"0.5", "0.99", "1001", "nan", "-1", "x", ""}) {
    EXPECT_EQ(Refusal("memory-overcommit", value), "must be 0 or a number from 1 to 1000") << value;
  }
  for (const char* value : {"0", "1", "1000"}) {
    EXPECT_EQ(Refusal("memory-overcommit", value), "accepted") << value;
  }
  EXPECT_EQ(Refusal("memory-budget-mb", "0"), "accepted");
}

TEST(Settings, WhatIsNoTimeIsRefused) {
  constexpr const char* kMessage = "must be a number of seconds from 0.01 to 3600";
  for (const char* value : {"", "0", "-1", "nan", "inf", "1s", "3600.1", "1e9", " 1"}) {
    EXPECT_EQ(Refusal("queue-time", value), kMessage) << value;
  }
  EXPECT_EQ(Refusal("queue-time", "0.01"), "accepted");
  EXPECT_EQ(Refusal("queue-time", "3600"), "accepted");
}

// A fraction that cannot be kept is refused; it must not quietly become another time.
TEST(Settings, NoFractionIsLost) {
  for (const char* name : {"drain-time", "zygote-age"}) {
    Settings settings;
    const Status set = Find(name).set(settings, "1.5");
    if (!set) continue;
    EXPECT_EQ(Find(name).get(settings), "1.5") << name;
  }
}

TEST(Settings, WhatIsNoChoiceIsRefused) {
  EXPECT_EQ(Refusal("script-api", "flask"), "must be one of cloudrun, nsjail");
  EXPECT_EQ(Refusal("bypass-setup", "maybe"), "must be true or false");
  EXPECT_EQ(Refusal("allowed-modules", "numpy,a.b"), "must be names of modules, with commas");
  EXPECT_EQ(Refusal("log-level", "INFO"), "must be one of debug, info, warning, error");
  EXPECT_EQ(Refusal("log-format", "xml"), "must be one of text, json");
  EXPECT_EQ(Refusal("host", ""), "must not be empty");
  for (const char* value : {"0", "0.04", "1025", "nan", "inf", "1,5", "two"}) {
    EXPECT_EQ(Refusal("cpus", value), "must be a number from 0.05 to 1024") << value;
  }
}

TEST(Settings, WhatMakesASandboxCannotBeWaivedAltogether) {
  for (const char* value : {"", "filesystem", "syscall_filter,network", "network, privileges",
                            "syscall_filter,privileges,filesystem,process,ipc,scratch_quota"}) {
    EXPECT_EQ(Refusal("allow-missing", value), "accepted") << value;
  }
  EXPECT_EQ(Refusal("allow-missing", "privileges,filesystem,network,syscall_filter"),
            "must not name syscall_filter, network and privileges together: what is left is no "
            "sandbox");
  EXPECT_THAT(Refusal("allow-missing", "files"), testing::StartsWith("must be filesystem, "));
}

TEST(Settings, NoOriginIsEverybody) {
  EXPECT_EQ(Refusal("allowed-origins", "https://app.example, http://localhost:3000"), "accepted");
  EXPECT_EQ(Refusal("allowed-origins", ""), "accepted");
  for (const char* value : {"*", "null", "app.example", "https://app.example/",
                            "https://*.app.example", "https://app.example,*"}) {
    EXPECT_THAT(Refusal("allowed-origins", value),
                testing::StartsWith("must be origins such as https://app.example.com"))
        << value;
  }
}

TEST(Settings, ARefusedValueChangesNothing) {
  const Settings defaults;
  Settings settings;
  for (const Setting& setting : AllSettings()) (void)setting.set(settings, "no such value!");
  for (const Setting& setting : AllSettings()) {
    // Any text may be one of these; which policies there are, the file says.
    const auto any_text = {"host", "allowed-hosts", "policy", "keys-file", "audit-log"};
    if (std::find(any_text.begin(), any_text.end(), setting.name) != any_text.end()) continue;
    EXPECT_EQ(setting.get(settings), setting.get(defaults)) << setting.name;
  }
}

TEST(EnginePolicies, SayWhichProgramsMayHaveProcesses) {
  using sandbox::SyscallProfile;
  Settings settings;
  EngineOptions engine;
  engine.policies = EnginePolicies(settings);
  EXPECT_FALSE(engine.Uses(SyscallProfile::kProcesses));
  EXPECT_EQ(engine.ReadySandboxes(SyscallProfile::kProcesses), 0U);

  settings.policies.push_back({.name = "build", .processes = true});
  settings.policies.push_back({.name = "lab"});
  engine.policies = EnginePolicies(settings);
  EXPECT_TRUE(engine.Uses(SyscallProfile::kProcesses));
  EXPECT_GT(engine.ReadySandboxes(SyscallProfile::kProcesses), 0U);
  EXPECT_EQ(engine.ProfileOf("build"), SyscallProfile::kProcesses);
  for (const char* name : {"lab", "open", "scientific", "none", ""}) {
    EXPECT_EQ(engine.ProfileOf(name), SyscallProfile::kStrict) << name;
  }
  EXPECT_EQ(engine.ProfileOf(std::string(api::kCodeExecutorPolicy)), SyscallProfile::kStrict);
  // The code executor makes its own of the one that it is told to use.
  settings.api.policy = "build";
  engine.policies = EnginePolicies(settings);
  EXPECT_EQ(engine.ProfileOf(std::string(api::kCodeExecutorPolicy)), SyscallProfile::kProcesses);
}

}  // namespace
}  // namespace pyrunner::cli
