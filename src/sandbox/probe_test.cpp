#include "sandbox/probe.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/landlock.h"

namespace pyrunner::sandbox {
namespace {

TEST(Probe, EachLayerWorksOrHasAReason) {
  const HostProbe probe = ProbeHost();
  for (const auto& [layer, name] : kLayerNames) {
    // Somebody else's to find out, and what is not tried where something better works.
    if (layer == Layer::kCgroup || layer == Layer::kChroot) continue;
    const auto why = probe.why_not.find(layer);
    EXPECT_NE(probe.setup.layers.Has(layer), why != probe.why_not.end()) << name;
    if (why != probe.why_not.end()) {
      EXPECT_NE(why->second, "") << name;
    }
  }
  EXPECT_FALSE(probe.setup.layers.Has(Layer::kCgroup));
}

TEST(Probe, LeavesTheCallerAsItWas) {
  const auto no_new_privs = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  const auto filter = ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
  const uid_t user = ::geteuid();
  (void)ProbeHost();
  EXPECT_EQ(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), no_new_privs);
  EXPECT_EQ(::prctl(PR_GET_SECCOMP, 0, 0, 0, 0), filter);
  EXPECT_EQ(::geteuid(), user);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "a trial is left";
}

TEST(Probe, SaysTheSameTwice) {
  const HostProbe first = ProbeHost();
  const HostProbe second = ProbeHost();
  EXPECT_EQ(first.setup.layers.bits(), second.setup.layers.bits());
  EXPECT_EQ(first.why_not, second.why_not);
  EXPECT_EQ(first.outer, second.outer);
}

TEST(Probe, KnowsTheVersionOfLandlockWhereItWorks) {
  const HostProbe probe = ProbeHost();
  EXPECT_EQ(probe.setup.landlock_abi, probe.setup.layers.Has(Layer::kLandlock) ? LandlockAbi() : 0);
}

}  // namespace
}  // namespace pyrunner::sandbox
