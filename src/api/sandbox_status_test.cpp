#include "api/sandbox_status.h"

#include <gtest/gtest.h>

#include <string>

namespace pyrunner::api {
namespace {

using sandbox::Layer;

sandbox::Assurance Container(std::uint32_t waived = 0, bool landlock = true) {
  sandbox::HostProbe probe;
  probe.outer = sandbox::OuterSandbox::kContainer;
  for (const Layer layer : {Layer::kNoCapabilities, Layer::kSeccomp, Layer::kResourceLimits}) {
    probe.setup.layers.Add(layer);
  }
  if (landlock) probe.setup.layers.Add(Layer::kLandlock);
  if (landlock) probe.setup.landlock_abi = 7;
  probe.why_not[Layer::kUserNamespace] = "clone: Operation not permitted";
  return sandbox::Assess(probe, "", waived);
}

constexpr std::string_view kRefused =
    R"({"property":"network","act":"speak","refused":true,"answer":"EPERM"})";
constexpr std::string_view kAllowed =
    R"({"property":"filesystem","act":"read","refused":false,"answer":"it succeeded"})";

SelfTest At(SelfTest test) {
  test.at = "2024-01-01T00:00:00Z";
  return test;
}

TEST(SelfTest, IsPendingUntilItRan) {
  EXPECT_EQ(ResultOf(SelfTest{}), "pending");
  EXPECT_EQ(ResultOf(At(SelfTest{})), "failed") << "nothing was tried";
}

TEST(SelfTest, PassesWhenEveryActWasRefused) {
  const std::string two = std::string(kRefused) + "\n" + std::string(kRefused) + "\n";
  const SelfTest passed = At(ReadSelfTest(two, Container()));
  EXPECT_EQ(passed.acts.size(), 2U);
  EXPECT_EQ(ResultOf(passed), "passed");
  const SelfTest failed = At(ReadSelfTest(two + std::string(kAllowed), Container()));
  EXPECT_EQ(failed.acts.size(), 3U);
  EXPECT_EQ(ResultOf(failed), "failed");
}

TEST(SelfTest, ActsOfAPropertyThatIsMissingDoNotCount) {
  const auto assurance = Container(sandbox::kFilesystemIsolation, /*landlock=*/false);
  const std::string both = std::string(kRefused) + "\n" + std::string(kAllowed) + "\n";
  const SelfTest test = At(ReadSelfTest(both, assurance));
  EXPECT_EQ(test.acts.size(), 1U);
  EXPECT_EQ(ResultOf(test), "passed");
}

TEST(SelfTest, OtherOutputIsAFailure) {
  for (const char* line : {"no JSON\n", "{}\n", "[1]\n", "\n", "{\"property\":\"network\"}"}) {
    const SelfTest test = At(ReadSelfTest(std::string(kRefused) + "\n" + line, Container()));
    EXPECT_EQ(ResultOf(test), "failed") << line;
    EXPECT_NE(test.failure, "") << line;
  }
}

TEST(SandboxStatus, SaysOfEachPropertyWhatHoldsItAndWhatDoesNot) {
  const auto json = SandboxStatus(Container(), {}, {}, {});
  EXPECT_EQ(json["level"], "container");
  EXPECT_EQ(json["outer_sandbox"], "container");
  EXPECT_TRUE(json["cgroups"].is_null());
  EXPECT_EQ(json["properties"].size(), sandbox::kPropertyNames.size());
  const auto& network = json["properties"]["network"];
  EXPECT_EQ(network["strength"], "strong");
  EXPECT_EQ(network["means"][0]["layer"], "seccomp");
  EXPECT_EQ(network["not_in_force"][0]["layer"], "network_namespace");
  EXPECT_NE(network["not_in_force"][0]["how_to_get"], "");
  EXPECT_EQ(json["self_test"]["result"], "pending");
  EXPECT_EQ(json["policy_is_a_boundary"], false);
  EXPECT_TRUE(json["waived_by_operator"].empty());
}

TEST(SandboxStatus, NamesWhatWasWaived) {
  const auto assurance = Container(sandbox::kFilesystemIsolation, /*landlock=*/false);
  const auto json = SandboxStatus(assurance, {}, {}, {});
  EXPECT_EQ(json["waived_by_operator"], nlohmann::json::array({"filesystem"}));
  EXPECT_EQ(json["properties"]["filesystem"]["strength"], "missing");
  EXPECT_EQ(json["properties"]["filesystem"]["waived_by_operator"], true);
  EXPECT_EQ(HealthStatus(assurance, {}, {})["sandbox"]["waived_by_operator"],
            json["waived_by_operator"]);
}

TEST(HealthStatus, IsUnhealthyAfterAFailedSelfTest) {
  SelfTest failed = At(ReadSelfTest(kAllowed, Container()));
  EXPECT_EQ(HealthStatus(Container(), {}, failed)["status"], "unhealthy");
  SelfTest passed = At(ReadSelfTest(kRefused, Container()));
  const auto json = HealthStatus(Container(), {.running = 3, .queued = 2, .zygotes = {}}, passed);
  EXPECT_EQ(json["status"], "healthy");
  EXPECT_EQ(json["sandbox"]["level"], "container");
  EXPECT_EQ(json["sandbox"]["partial"], nlohmann::json::array({"memory_limit", "scratch_quota"}));
  EXPECT_EQ(json["running"], 3);
  EXPECT_EQ(json["queued"], 2);
}

}  // namespace
}  // namespace pyrunner::api
