#include "cli/config_example.h"

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "base/child_test_support.h"
#include "base/text_file.h"
#include "cli/command_line.h"
#include "cli/policy_file.h"

namespace pyrunner::cli {
namespace {

/// The example with every setting put in force.
std::string InForce() {
  return std::regex_replace(ConfigExample(), std::regex("(^|\n)#(?=[a-z\\[])"), "$1");
}

TEST(ConfigExample, ConfiguresNothing) {
  EXPECT_TRUE(toml::parse(ConfigExample()).empty()) << "all of it is commented out";
}

TEST(ConfigExample, HasEverySettingOnceWithItsDefault) {
  const toml::table table = toml::parse(InForce());
  std::map<std::string, int> told;
  for (const SettingsTopic& topic : SettingsTopics()) {
    for (const std::string_view name : topic.names) ++told[std::string(name)];
  }
  for (const Setting& setting : AllSettings()) {
    EXPECT_EQ(told[std::string(setting.name)], 1)
        << setting.name << " needs a topic in config_example.cpp";
    EXPECT_TRUE(table.contains(setting.FileKey())) << setting.name;
  }
}

TEST(ConfigExample, IsValidWithEverySettingInForce) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("pyrunner.toml");
  std::ofstream(path) << InForce();
  const auto settings = ReadSettings(path);
  ASSERT_TRUE(settings) << settings.error().message << "\n" << InForce();
  ASSERT_EQ(settings->policies.size(), 1U);
  EXPECT_EQ(settings->policies[0].name, "classroom");
  EXPECT_TRUE(CheckPolicyName(*settings));
  for (const Setting& setting : AllSettings()) {
    if (!setting.example.empty()) continue;
    EXPECT_EQ(setting.get(*settings), setting.get(Settings())) << setting.name;
  }
}

TEST(ConfigExample, HasEveryKeyOfAPolicy) {
  const toml::table table = toml::parse(InForce());
  const toml::table* policy = table.at_path("policies.classroom").as_table();
  ASSERT_NE(policy, nullptr);
  for (const PolicyKey& key : PolicyKeys()) EXPECT_TRUE(policy->contains(key.name)) << key.name;
}

TEST(ConfigExample, IsNarrowEnoughToRead) {
  std::istringstream lines(ConfigExample());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(ConfigExample, ValuesAreWrittenAsTheirKindIs) {
  Setting setting;
  EXPECT_EQ(TomlValue(setting, "8"), "8");
  EXPECT_EQ(TomlValue(setting, "0.25"), "0.25");
  EXPECT_EQ(TomlValue(setting, "true"), "true");
  EXPECT_EQ(TomlValue(setting, "127.0.0.1"), "\"127.0.0.1\"");
  EXPECT_EQ(TomlValue(setting, "007"), "\"007\"");
  EXPECT_EQ(TomlValue(setting, ""), "\"\"");
  EXPECT_EQ(TomlValue(setting, "a\"b\\"), R"("a\"b\\")");
  setting.is_list = true;
  EXPECT_EQ(TomlValue(setting, ""), "[]");
  EXPECT_EQ(TomlValue(setting, "a,1"), R"(["a", "1"])");
}

}  // namespace
}  // namespace pyrunner::cli
