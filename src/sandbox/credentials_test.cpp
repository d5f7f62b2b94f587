#include "sandbox/credentials.h"

#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/child_test_support.h"
#include "sandbox/identity.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::uint32_t kSomebody = 1'234'567;

/// All of this needs something to give up.
class CredentialsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "not root";
  }
};

bool IsFully(uid_t uid) {
  uid_t users[3];
  gid_t groups[3];
  return ::getresuid(&users[0], &users[1], &users[2]) == 0 &&
         ::getresgid(&groups[0], &groups[1], &groups[2]) == 0 && users[0] == uid &&
         users[1] == uid && users[2] == uid && groups[0] == uid && groups[1] == uid &&
         groups[2] == uid;
}

std::uint64_t Capabilities(std::uint32_t __user_cap_data_struct::*set) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return ~0ULL;
  return data[0].*set | static_cast<std::uint64_t>(data[1].*set) << 32U;
}

TEST_F(CredentialsTest, BecomingAUserIsForGood) {
  EXPECT_EQ(RunInChild([] {
              const gid_t groups[] = {4, 24};
              CHILD_CHECK(::setgroups(2, groups) == 0);
              CHILD_CHECK(BecomeUser(kSomebody) == 0);
              CHILD_CHECK(IsFully(kSomebody));
              CHILD_CHECK(::getgroups(0, nullptr) == 0);
              CHILD_CHECK(Capabilities(&__user_cap_data_struct::effective) == 0);
              CHILD_CHECK(Capabilities(&__user_cap_data_struct::permitted) == 0);
              CHILD_CHECK(BecomeUser(0) == EPERM);
              CHILD_CHECK(BecomeUser(kSomebody + 1) == EPERM);
              CHILD_CHECK(::setresuid(0, 0, 0) == -1);
              CHILD_CHECK(IsFully(kSomebody));
              return 0;
            }),
            0);
}

TEST_F(CredentialsTest, WhoeverIsSomebodyAlreadyCanBecomeItAgain) {
  EXPECT_EQ(RunInChild([] {
              CHILD_CHECK(BecomeUser(kSomebody) == 0);
              CHILD_CHECK(BecomeUser(kSomebody) == 0);
              return 0;
            }),
            0);
}

TEST_F(CredentialsTest, KeepsTheCapabilitiesThatItNames) {
  EXPECT_EQ(RunInChild([] {
              constexpr std::uint64_t kKept = 1ULL << CAP_SYS_ADMIN | 1ULL << CAP_SETUID |
                                              1ULL << CAP_CHECKPOINT_RESTORE;  // in the upper word
              CHILD_CHECK(KeepCapabilities(kKept) == 0);
              CHILD_CHECK(Capabilities(&__user_cap_data_struct::effective) == kKept);
              CHILD_CHECK(Capabilities(&__user_cap_data_struct::permitted) == kKept);
              CHILD_CHECK(Capabilities(&__user_cap_data_struct::inheritable) == 0);
              CHILD_CHECK(!HasNoCapabilities());
              CHILD_CHECK(KeepCapabilities(kKept | 1ULL << CAP_KILL) == EPERM);
              return 0;
            }),
            0);
}

TEST_F(CredentialsTest, DroppingLeavesNothingToRegain) {
  EXPECT_EQ(RunInChild([] {
              CHILD_CHECK(!HasNoCapabilities());
              CHILD_CHECK(DropCapabilities() == 0);
              CHILD_CHECK(HasNoCapabilities());
              for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
                   ++capability) {
                CHILD_CHECK(::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 0);
                CHILD_CHECK(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) != 1);
                CHILD_CHECK(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == -1);
              }
              const int bits = ::prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
              CHILD_CHECK((bits & SECBIT_NOROOT) != 0 && (bits & SECBIT_NOROOT_LOCKED) != 0);
              CHILD_CHECK((bits & SECBIT_NO_SETUID_FIXUP_LOCKED) != 0);
              CHILD_CHECK((bits & SECBIT_KEEP_CAPS) == 0);
              CHILD_CHECK((bits & SECBIT_KEEP_CAPS_LOCKED) != 0);
              CHILD_CHECK(KeepCapabilities(1ULL << CAP_SYS_ADMIN) == EPERM);
              return 0;
            }),
            0);
}

// User 0 without capabilities is nobody, and an exec does not change that.
TEST_F(CredentialsTest, RootWithoutCapabilitiesStaysSoAfterAnExec) {
  EXPECT_EQ(RunInChild([] {
              CHILD_CHECK(DropCapabilities() == 0);
              ::execl("/bin/sh", "sh", "-c",
                      "grep -q '^CapEff:\\s*0000000000000000$' /proc/self/status && "
                      "grep -q '^CapBnd:\\s*0000000000000000$' /proc/self/status",
                      nullptr);
              return 99;
            }),
            0);
}

TEST(Identity, TheRangesDoNotOverlap) {
  EXPECT_LT(kGatewayUid, kFirstMappedUid);
  EXPECT_LT(kFirstSandboxUid, kMappedUids);
  EXPECT_LT(std::uint64_t{kFirstMappedUid} + kMappedUids, std::uint64_t{1} << 31U);
}

}  // namespace
}  // namespace pyrunner::sandbox
