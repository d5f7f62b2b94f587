#include "cli/sub_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace pyrunner::cli {
namespace {

struct Ended {
  int exit_code;
  std::string out;
  std::string err;
};

Ended Start(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "pyrunner");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int argc = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  const int exit_code = RunSubCommand(argc, arguments.data());
  return {exit_code, testing::internal::GetCapturedStdout(),
          testing::internal::GetCapturedStderr()};
}

TEST(SubCommands, RowsAreComplete) {
  std::set<std::string_view> names;
  for (const SubCommand& command : AllSubCommands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_FALSE(command.summary.empty()) << command.name;
    ASSERT_NE(command.run, nullptr) << command.name;
    ASSERT_NE(command.manual, nullptr) << command.name;
    const CommandManual manual = command.manual();
    EXPECT_FALSE(manual.description.empty()) << command.name;
    for (const FlagManual& flag : manual.flags) {
      EXPECT_FALSE(flag.description.empty()) << command.name << " " << flag.names.back();
    }
  }
}

TEST(SubCommands, HelpIsUsage) {
  for (const char* word : {"help", "--help", "-h"}) {
    const Ended ended = Start({word});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_EQ(ended.out, Usage());
  }
  const Ended ended = Start({});
  EXPECT_EQ(ended.exit_code, 64);
  EXPECT_EQ(ended.err, Usage());
  for (const SubCommand& command : AllSubCommands()) {
    EXPECT_EQ(Usage().find("\n  " + std::string(command.name) + " ") == std::string::npos,
              command.hidden)
        << command.name;
  }
}

TEST(SubCommands, EachTellsItsOwnHelp) {
  for (const SubCommand& command : AllSubCommands()) {
    if (command.name == "version") continue;  // takes nothing
    std::vector<std::string> words;
    std::vector<const char*> arguments;
    arguments.reserve(3);
    const std::size_t space = command.name.find(' ');
    words.emplace_back(command.name.substr(0, space));
    if (space != std::string_view::npos) words.emplace_back(command.name.substr(space + 1));
    for (const std::string& word : words) arguments.push_back(word.c_str());
    arguments.push_back("--help");
    const Ended ended = Start(arguments);
    EXPECT_EQ(ended.exit_code, 0) << command.name;
    EXPECT_THAT(ended.out, testing::HasSubstr("pyrunner " + std::string(command.name)));
    EXPECT_EQ(ended.err, "");
  }
}

TEST(SubCommands, WhatDoesNotExistMayHaveBeenMeantOtherwise) {
  const auto complaint = [](const std::vector<const char*>& arguments) {
    const Ended ended = Start(arguments);
    EXPECT_EQ(ended.exit_code, 64);
    EXPECT_EQ(ended.out, "");
    return ended.err;
  };
  EXPECT_EQ(complaint({"srve"}), "pyrunner: there is no command 'srve'; did you mean 'serve'?\n");
  EXPECT_EQ(complaint({"confg", "check"}),
            "pyrunner: there is no command 'confg'; did you mean 'config'?\n");
  EXPECT_EQ(complaint({"frobnicate"}),
            "pyrunner: there is no command 'frobnicate'; `pyrunner help` lists the commands\n");
  EXPECT_EQ(complaint({"config", "chek"}),
            "pyrunner: config: there is no 'chek'; did you mean 'check'?\n");
  EXPECT_EQ(complaint({"config"}), "pyrunner: config: which one; there are example, check\n");
  EXPECT_EQ(complaint({"run", "--timout", "1"}),
            "pyrunner: there is no flag '--timout'; did you mean '--timeout'?\n");
}

TEST(SubCommands, HelpOfAGroupListsIt) {
  const Ended ended = Start({"config", "--help"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.out, testing::HasSubstr("config check"));
  EXPECT_EQ(ended.out.find("serve"), std::string::npos);
}

TEST(SubCommands, VersionHasTwoSpellings) {
  EXPECT_EQ(Start({"--version"}).out, Start({"version"}).out);
}

}  // namespace
}  // namespace pyrunner::cli
