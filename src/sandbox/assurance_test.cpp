#include "sandbox/assurance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pyrunner::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

HostProbe ProbeOf(std::initializer_list<Layer> missing) {
  HostProbe probe;
  probe.setup.layers = Layers::All();
  probe.setup.landlock_abi = 7;
  for (const Layer layer : missing) {
    probe.setup.layers.Remove(layer);
    probe.why_not[layer] = "it was tried";
  }
  return probe;
}

const std::initializer_list<Layer> kNoNamespaces = {
    Layer::kUserNamespace, Layer::kPidNamespace, Layer::kMountNamespace,  Layer::kNetworkNamespace,
    Layer::kIpcNamespace,  Layer::kUtsNamespace, Layer::kCgroupNamespace, Layer::kOwnUser,
    Layer::kCgroup,        Layer::kChroot};

const PropertyAssurance& Of(const Assurance& assurance, Property property) {
  return *std::find_if(assurance.properties.begin(), assurance.properties.end(),
                       [&](const auto& state) { return state.property == property; });
}

TEST(Assurance, WithEveryNamespaceTheLevelIsFullAndAllIsStrong) {
  const Assurance assurance = Assess(ProbeOf({}), "memory 1", 0);
  EXPECT_EQ(assurance.level, Level::kFull);
  EXPECT_EQ(assurance.Required(), kAllProperties);
  EXPECT_EQ(assurance.Complaint(), "");
  for (const auto& state : assurance.properties) {
    EXPECT_EQ(state.strength, Strength::kStrong) << state.name;
  }
}

TEST(Assurance, WithoutNamespacesOtherMeansGiveEveryProperty) {
  const Assurance assurance = Assess(ProbeOf(kNoNamespaces), "", 0);
  EXPECT_EQ(assurance.level, Level::kContainer);
  EXPECT_EQ(assurance.Required(), kAllProperties);
  EXPECT_EQ(assurance.Complaint(), "");
  EXPECT_EQ(Of(assurance, kFilesystemIsolation).strength, Strength::kStrong);
  EXPECT_EQ(Of(assurance, kMemoryLimit).strength, Strength::kPartial);
  EXPECT_EQ(Of(assurance, kScratchQuota).strength, Strength::kPartial);
}

TEST(Assurance, AnOldLandlockHoldsFilesOnlyPartly) {
  HostProbe probe = ProbeOf(kNoNamespaces);
  probe.setup.landlock_abi = 1;
  EXPECT_EQ(Of(Assess(probe, "", 0), kFilesystemIsolation).strength, Strength::kPartial);
}

TEST(Assurance, AUserAloneIsNoIsolationOfFiles) {
  HostProbe probe = ProbeOf(kNoNamespaces);
  probe.setup.layers.Add(Layer::kOwnUser);
  probe.setup.layers.Remove(Layer::kLandlock);
  EXPECT_EQ(Of(Assess(probe, "", 0), kFilesystemIsolation).strength, Strength::kMissing);
}

TEST(Assurance, WhatIsMissingIsNamedWithTheWaysToGetIt) {
  HostProbe probe = ProbeOf(kNoNamespaces);
  probe.setup.layers.Remove(Layer::kLandlock);
  probe.why_not[Layer::kLandlock] = "landlock_create_ruleset: Function not implemented";
  const Assurance assurance = Assess(probe, "", 0);
  const std::string complaint = assurance.Complaint();
  EXPECT_THAT(complaint, HasSubstr("--allow-missing filesystem"));
  EXPECT_THAT(complaint, HasSubstr("landlock_create_ruleset: Function not implemented"));
  EXPECT_THAT(complaint, HasSubstr("lsm=...,landlock"));
  EXPECT_THAT(complaint, HasSubstr("user.max_user_namespaces"));
  EXPECT_THAT(complaint, Not(HasSubstr("network")));
  EXPECT_EQ(assurance.Required(), kAllProperties & ~std::uint32_t{kFilesystemIsolation});
}

TEST(Assurance, OnlyWhatIsMissingCanBeWaivedAndOnlyByItsName) {
  HostProbe probe = ProbeOf(kNoNamespaces);
  probe.setup.layers.Remove(Layer::kLandlock);
  EXPECT_NE(Assess(probe, "", kNetworkIsolation).Complaint(), "");
  const Assurance waived = Assess(probe, "", kFilesystemIsolation | kNetworkIsolation);
  EXPECT_EQ(waived.Complaint(), "");
  EXPECT_TRUE(Of(waived, kFilesystemIsolation).waived);
  // It can be had, so it stays owed.
  EXPECT_FALSE(Of(waived, kNetworkIsolation).waived);
  EXPECT_NE(waived.Required() & kNetworkIsolation, 0U);
}

TEST(Assurance, WithoutSeccompFivePropertiesHaveNothingElseInAContainer) {
  HostProbe probe = ProbeOf(kNoNamespaces);
  probe.setup.layers.Remove(Layer::kSeccomp);
  EXPECT_THAT(Assess(probe, "", 0).Complaint(),
              HasSubstr("--allow-missing network,process,ipc,syscall_filter,process_limit"));
}

TEST(Assurance, EveryLayerThatCanBeMissingHasAWay) {
  for (const auto& [layer, name] : kLayerNames) {
    if (layer != Layer::kNoCapabilities) {
      EXPECT_NE(HowToGet(layer), "") << name;
    }
  }
}

}  // namespace
}  // namespace pyrunner::sandbox
