#include "policy/policy.h"

#include <gtest/gtest.h>

namespace pyrunner {
namespace {

bool NothingIsStandard(std::string_view /*name*/) { return false; }

TEST(PolicyTest, TheBuiltInOnesAreKnownByName) {
  for (const char* name : {"scientific", "no-dangerous-imports", "unsafe-calls", "open"}) {
    const Policy* policy = FindBuiltinPolicy(name);
    ASSERT_NE(policy, nullptr) << name;
    EXPECT_EQ(policy->name, name);
  }
  EXPECT_EQ(FindBuiltinPolicy(""), nullptr);
  EXPECT_EQ(FindBuiltinPolicy("Open"), nullptr);
}

TEST(PolicyTest, JudgesModulesByTheirFirstPart) {
  Policy policy;
  EXPECT_EQ(JudgeModule(policy, "anything", NothingIsStandard), ModuleVerdict::kAllowed);
  policy.refused_modules = {"os"};
  EXPECT_EQ(JudgeModule(policy, "os.path", NothingIsStandard), ModuleVerdict::kRefused);
  EXPECT_EQ(JudgeModule(policy, "osx", NothingIsStandard), ModuleVerdict::kAllowed);
  policy.allowed_modules = {"numpy", "os"};
  EXPECT_EQ(JudgeModule(policy, "numpy.linalg", NothingIsStandard), ModuleVerdict::kAllowed);
  EXPECT_EQ(JudgeModule(policy, "os", NothingIsStandard), ModuleVerdict::kRefused);
  EXPECT_EQ(JudgeModule(policy, "math", NothingIsStandard), ModuleVerdict::kNotListed);
  policy.allow_standard_library = true;
  const auto math = [](std::string_view name) { return name == "math"; };
  EXPECT_EQ(JudgeModule(policy, "math", math), ModuleVerdict::kAllowed);
  EXPECT_EQ(JudgeModule(policy, "torch", math), ModuleVerdict::kNotListed);
}

TEST(PolicyTest, ComesBackFromItsEncoding) {
  for (const Policy& policy : BuiltinPolicies()) {
    const std::string bytes = EncodePolicy(policy);
    const auto decoded = DecodePolicy(bytes);
    ASSERT_TRUE(decoded) << policy.name;
    EXPECT_EQ(decoded->name, policy.name);
    EXPECT_EQ(decoded->allowed_modules, policy.allowed_modules);
    EXPECT_EQ(decoded->refused_members, policy.refused_members);
    EXPECT_EQ(decoded->refused_arguments, policy.refused_arguments);
    EXPECT_EQ(decoded->guard_modules, policy.guard_modules);
    EXPECT_EQ(EncodePolicy(*decoded).size(), bytes.size());
  }
}

TEST(PolicyTest, NoBuiltinOneAllowsProcesses) {
  for (const Policy& policy : BuiltinPolicies()) EXPECT_FALSE(policy.processes) << policy.name;
}

TEST(PolicyTest, ProcessesComeBackFromTheEncoding) {
  for (const bool processes : {true, false}) {
    Policy policy;
    policy.processes = processes;
    const auto decoded = DecodePolicy(EncodePolicy(policy));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->processes, processes);
    EXPECT_FALSE(decoded->check_imports_at_run_time);
  }
}

TEST(PolicyTest, DamagedEncodingsAreNoPolicy) {
  const std::string bytes = EncodePolicy(*FindBuiltinPolicy("unsafe-calls"));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodePolicy(std::string_view(bytes).substr(0, size)));
  }
  EXPECT_FALSE(DecodePolicy(bytes + "x"));
}

}  // namespace
}  // namespace pyrunner
