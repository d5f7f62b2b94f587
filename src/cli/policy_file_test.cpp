#include "cli/policy_file.h"

#include <gtest/gtest.h>

#include <string>

namespace pyrunner::cli {
namespace {

Result<std::vector<Policy>> Read(const std::string& text) {
  return ReadPolicies(toml::parse(text));
}

Policy ReadOne(const std::string& text) {
  const auto policies = Read("[lab]\n" + text);
  EXPECT_TRUE(policies) << policies.error().message;
  return policies && policies->size() == 1 ? policies->front() : Policy{};
}

std::string Complaint(const std::string& text) {
  const auto policies = Read(text);
  return policies ? "accepted" : policies.error().message;
}

TEST(PolicyFile, StartsFromThePolicyThatItExtends) {
  const Policy policy = ReadOne("extends = 'scientific'\n");
  EXPECT_EQ(policy.name, "lab");
  EXPECT_EQ(policy.allowed_modules, FindBuiltinPolicy("scientific")->allowed_modules);
  EXPECT_TRUE(ReadOne("").refused_modules.empty()) << "open by default";
}

TEST(PolicyFile, ProcessesAreAllowedOnPurposeOnly) {
  EXPECT_FALSE(ReadOne("extends = 'open'\n").processes);
  EXPECT_TRUE(ReadOne("extends = 'open'\nprocesses = true\n").processes);
  EXPECT_EQ(Complaint("[lab]\nprocesses = 4\n"), "policies.lab.processes: must be true or false");
}

TEST(PolicyFile, AddsAndTakesAway) {
  const Policy policy = ReadOne(
      "extends = 'scientific'\n"
      "allow_modules = ['threading', 'os']\n"
      "refuse_modules = ['random']\n"
      "allow_builtins = ['open']\n"
      "refuse_builtins = ['input']\n"
      "allow_attributes = ['__class__', 'gi_frame']\n"
      "refuse_attributes = ['mro']\n"
      "allow_members = ['numpy.memmap']\n"
      "refuse_members = ['math.pi']\n");
  EXPECT_TRUE(policy.allowed_modules.contains("threading"));
  EXPECT_TRUE(policy.allowed_modules.contains("os"));
  EXPECT_FALSE(policy.refused_modules.contains("os"));
  EXPECT_FALSE(policy.allowed_modules.contains("random"));
  EXPECT_TRUE(policy.refused_modules.contains("random"));
  EXPECT_FALSE(policy.refused_builtins.contains("open"));
  EXPECT_TRUE(policy.refused_builtins.contains("input"));
  EXPECT_TRUE(policy.allowed_dunders.contains("__class__"));
  EXPECT_FALSE(policy.refused_attributes.contains("gi_frame"));
  EXPECT_TRUE(policy.refused_attributes.contains("mro"));
  EXPECT_FALSE(policy.refused_members.contains("numpy.memmap"));
  EXPECT_TRUE(policy.refused_members.contains("math.pi"));
}

// An empty list of allowed modules means all: allowing one more must not forbid all others.
TEST(PolicyFile, AllowingAModuleWhereAllAreAllowedChangesNothing) {
  EXPECT_TRUE(ReadOne("allow_modules = ['numpy']\n").allowed_modules.empty());
  const Policy strict = ReadOne("allow_standard_library = true\nallow_modules = ['numpy']\n");
  EXPECT_TRUE(strict.allowed_modules.contains("numpy"));
}

TEST(PolicyFile, MayListExactlyTheModulesThatThereAre) {
  const Policy policy = ReadOne("only_modules = ['math']\nallow_modules = ['re']\n");
  EXPECT_EQ(policy.allowed_modules, (Names{"math", "re"}));
}

TEST(PolicyFile, HasTheOperatorsOwnWords) {
  const Policy policy = ReadOne("[lab.messages]\nos = 'Ask your teacher.'\n");
  EXPECT_EQ(policy.messages.at("os"), "Ask your teacher.");
}

TEST(PolicyFile, SaysWhatIsWrong) {
  EXPECT_EQ(Complaint("lab = 1"), "policies.lab: must be a table");
  EXPECT_EQ(Complaint("[open]"), "policies.open: is a built-in policy's name");
  EXPECT_EQ(Complaint("[code-executor]"), "policies.code-executor: is a built-in policy's name");
  EXPECT_EQ(Complaint("[lab]\nextends = 'none'"),
            "policies.lab.extends: 'none' is no built-in policy");
  EXPECT_EQ(Complaint("[lab]\nextends = 'scientfic'"),
            "policies.lab.extends: 'scientfic' is no built-in policy; did you mean 'scientific'?");
  EXPECT_EQ(Complaint("[lab]\nalow_modules = ['os']"),
            "policies.lab.alow_modules: there is no such key; did you mean 'allow_modules'?");
  EXPECT_EQ(Complaint("[lab]\nextends = 1"), "policies.lab.extends: must be a policy's name");
  EXPECT_EQ(Complaint("[lab]\nallow_modules = 'os'"),
            "policies.lab.allow_modules: must be a list of names");
  EXPECT_EQ(Complaint("[lab]\nallow_modules = [1]"),
            "policies.lab.allow_modules: must be a list of names");
  EXPECT_EQ(Complaint("[lab]\nguard_modules = 1"),
            "policies.lab.guard_modules: must be true or false");
  EXPECT_EQ(Complaint("[lab]\nmessages = 1"), "policies.lab.messages: must be a table of texts");
  EXPECT_TRUE(Complaint("[lab]\nallow = 1")
                  .starts_with("policies.lab.allow: there is no such key; there are extends, "
                               "messages, only_modules"));
}

}  // namespace
}  // namespace pyrunner::cli
