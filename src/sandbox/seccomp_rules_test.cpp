// The calls of the strict policy whose arguments decide: every rule at its edges.
#include <asm/ioctls.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <set>

#include "sandbox/strict_policy_test_support.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::uint64_t kUpper = 1ULL << 32;  // beyond what a call that takes an int looks at

using SeccompRulesTest = StrictPolicyFixture;

TEST_F(SeccompRulesTest, MemoryIsWritableOrExecutable) {
  constexpr std::uint64_t kPrivate = MAP_PRIVATE;
  constexpr std::uint64_t kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  const auto map = [&](std::uint64_t protection, std::uint64_t flags) {
    return Answer(SYS_mmap, {0, 4096, protection, flags, 3, 0});
  };
  EXPECT_EQ(map(PROT_NONE, kAnonymous), kAllowed);
  EXPECT_EQ(map(PROT_READ | PROT_WRITE, kAnonymous), kAllowed);
  EXPECT_EQ(map(PROT_READ | PROT_WRITE, MAP_SHARED), kAllowed);
  EXPECT_EQ(map(PROT_READ | PROT_EXEC, kPrivate), kAllowed) << "loading a library";
  EXPECT_EQ(map(PROT_EXEC, kPrivate), kAllowed);
  EXPECT_EQ(map(PROT_WRITE | PROT_EXEC, kPrivate), Refused(EACCES));
  EXPECT_EQ(map(PROT_READ | PROT_WRITE | PROT_EXEC, kPrivate), Refused(EACCES));
  EXPECT_EQ(map(PROT_READ | PROT_WRITE | PROT_EXEC | kUpper, kAnonymous), Refused(EACCES));
  EXPECT_EQ(map(PROT_EXEC, kAnonymous), Refused(EACCES));
  EXPECT_EQ(map(PROT_READ | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS), Refused(EACCES));
  EXPECT_EQ(map(PROT_READ | PROT_EXEC, kAnonymous | kUpper), Refused(EACCES));
  EXPECT_EQ(map(PROT_READ | PROT_WRITE, kAnonymous | MAP_HUGETLB), Refused(EINVAL));
  EXPECT_EQ(map(PROT_READ, kPrivate | MAP_HUGETLB), Refused(EINVAL));
  EXPECT_EQ(map(PROT_READ | PROT_WRITE, kAnonymous | MAP_GROWSDOWN), Refused(EINVAL));

  EXPECT_EQ(Answer(SYS_mprotect, {0, 4096, PROT_NONE}), kAllowed);
  EXPECT_EQ(Answer(SYS_mprotect, {0, 4096, PROT_READ | PROT_WRITE}), kAllowed);
  EXPECT_EQ(Answer(SYS_mprotect, {0, 4096, PROT_EXEC}), Refused(EACCES));
  EXPECT_EQ(Answer(SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC | kUpper}), Refused(EACCES));
}

TEST_F(SeccompRulesTest, AdviceOnMemoryIsHarmless) {
  const std::set<int> allowed = {MADV_NORMAL,   MADV_RANDOM,     MADV_SEQUENTIAL,
                                 MADV_WILLNEED, MADV_DONTNEED,   MADV_FREE,
                                 MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_WIPEONFORK};
  for (int advice = 0; advice < 128; ++advice) {
    const std::uint32_t answer = allowed.contains(advice) ? kAllowed : Refused(EINVAL);
    EXPECT_EQ(Answer(SYS_madvise, {0, 4096, static_cast<std::uint64_t>(advice)}), answer) << advice;
  }
  EXPECT_EQ(Answer(SYS_madvise, {0, 4096, MADV_MERGEABLE | kUpper}), Refused(EINVAL));
}

TEST_F(SeccompRulesTest, CloneMakesThreadsOnly) {
  constexpr std::uint64_t kThread = 0x3d0f00;  // glibc 2.36
  EXPECT_EQ(Answer(SYS_clone, {kThread}), kAllowed);
  EXPECT_EQ(Answer(SYS_clone, {kThread | kUpper}), kAllowed) << "the kernel drops these bits";
  for (std::uint64_t bit = 1; bit < kUpper; bit <<= 1) {
    EXPECT_EQ(Answer(SYS_clone, {kThread ^ bit}), Refused(EPERM)) << std::hex << bit;
  }
  EXPECT_EQ(Answer(SYS_clone, {0}), Refused(EPERM));
  EXPECT_EQ(Answer(SYS_clone, {SIGCHLD}), Refused(EPERM)) << "fork";
  EXPECT_EQ(Answer(SYS_clone, {CLONE_NEWUSER | SIGCHLD}), Refused(EPERM));
}

TEST_F(SeccompRulesTest, FutexesInheritNoPriority) {
  const std::set<int> allowed = {FUTEX_WAIT,       FUTEX_WAKE,        FUTEX_REQUEUE,
                                 FUTEX_WAKE_OP,    FUTEX_CMP_REQUEUE, FUTEX_WAIT_BITSET,
                                 FUTEX_WAKE_BITSET};
  for (int operation = 0; operation < 64; ++operation) {
    for (const int flags :
         {0, FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME, FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME}) {
      const auto argument = static_cast<std::uint64_t>(operation | flags);
      EXPECT_EQ(Answer(SYS_futex, {0, argument}),
                allowed.contains(operation) ? kAllowed : Refused(ENOSYS))
          << operation;
    }
  }
  EXPECT_EQ(Answer(SYS_futex, {0, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG}), Refused(ENOSYS));
  // No unknown flag is let through.
  EXPECT_EQ(Answer(SYS_futex, {0, FUTEX_WAIT | 0x200}), Refused(ENOSYS));
  EXPECT_EQ(Answer(SYS_futex, {0, FUTEX_WAIT | 0x80000000U}), Refused(ENOSYS));
}

TEST_F(SeccompRulesTest, SignalsGoToItselfOnly) {
  for (const long number : {SYS_kill, SYS_tgkill}) {
    EXPECT_EQ(Answer(number, {1, 1, SIGTERM}), kAllowed);
    EXPECT_EQ(Answer(number, {1 | kUpper, 1, SIGTERM}), kAllowed) << "still process 1";
    for (const std::uint64_t other : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{0xffffffff},
                                      ~std::uint64_t{0}, std::uint64_t{0x80000001}}) {
      EXPECT_EQ(Answer(number, {other, 1, SIGTERM}), Refused(EPERM)) << std::hex << other;
    }
  }
}

TEST_F(SeccompRulesTest, PrctlNamesThreadsAndTellsWhatIsInForce) {
  const std::set<int> allowed = {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS,
                                 PR_GET_SECCOMP};
  for (int option = 0; option < 100; ++option) {
    EXPECT_EQ(Answer(SYS_prctl, {static_cast<std::uint64_t>(option)}),
              allowed.contains(option) ? kAllowed : Refused(EPERM))
        << option;
  }
  EXPECT_EQ(Answer(SYS_prctl, {0x59616d61}), Refused(EPERM)) << "PR_SET_PTRACER";
  EXPECT_EQ(Answer(SYS_prctl, {0x53564d41}), Refused(EPERM)) << "PR_SET_VMA";
}

TEST_F(SeccompRulesTest, LimitsAreItsOwn) {
  EXPECT_EQ(Answer(SYS_prlimit64, {0, RLIMIT_NOFILE, 0, 0x1000}), kAllowed);
  EXPECT_EQ(Answer(SYS_prlimit64, {0, RLIMIT_NOFILE, 0x1000, 0}), kAllowed) << "lowering";
  EXPECT_EQ(Answer(SYS_prlimit64, {1, RLIMIT_NOFILE, 0, 0x1000}), Refused(EPERM));
  EXPECT_EQ(Answer(SYS_prlimit64, {2, RLIMIT_NOFILE, 0x1000, 0}), Refused(EPERM));
  EXPECT_EQ(Answer(SYS_prlimit64, {kUpper, RLIMIT_NOFILE, 0, 0}), kAllowed) << "pid 0";
}

TEST_F(SeccompRulesTest, IoctlIsForTerminalsAndPipes) {
  for (const std::uint64_t request : {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX}) {
    EXPECT_EQ(Answer(SYS_ioctl, {0, request}), kAllowed) << std::hex << request;
    EXPECT_EQ(Answer(SYS_ioctl, {0, request | kUpper}), kAllowed) << "the kernel drops the rest";
    EXPECT_EQ(Answer(SYS_ioctl, {0, request | 0x80000000U}), Refused(ENOTTY));
  }
  // Pushing input back to a terminal; a socket's owner; the file system's own.
  for (const std::uint64_t request : {0x5412U, 0x8901U, 0x40086602U, 0U, 0xffffffffU}) {
    EXPECT_EQ(Answer(SYS_ioctl, {0, request}), Refused(ENOTTY)) << std::hex << request;
  }
  EXPECT_EQ(Answer(SYS_ioctl, {0, 0x5412 | kUpper}), Refused(ENOTTY)) << "CVE-2017-5226's TIOCSTI";
}

TEST_F(SeccompRulesTest, FcntlLocksAndNotifiesNobody) {
  for (const std::uint64_t command : {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC}) {
    EXPECT_EQ(Answer(SYS_fcntl, {0, command, ~0ULL}), kAllowed) << command;
  }
  for (const std::uint64_t command :
       {F_GETLK, F_SETLK, F_SETLKW, F_SETOWN, F_GETOWN, F_SETSIG, F_SETLEASE, F_GETLEASE, F_NOTIFY,
        F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_OFD_SETLK, F_OFD_SETLKW, F_OFD_GETLK}) {
    EXPECT_EQ(Answer(SYS_fcntl, {0, command, 0}), Refused(EPERM)) << command;
  }
  const auto set_flags = [&](std::uint64_t flags) {
    return Answer(SYS_fcntl, {0, F_SETFL, flags});
  };
  EXPECT_EQ(set_flags(0), kAllowed);
  EXPECT_EQ(set_flags(O_NONBLOCK | O_APPEND), kAllowed);
  EXPECT_EQ(set_flags(O_ASYNC), Refused(EPERM));
  EXPECT_EQ(set_flags(O_DIRECT), Refused(EPERM));
  EXPECT_EQ(set_flags(O_NONBLOCK | O_ASYNC | kUpper), Refused(EPERM));
}

TEST_F(SeccompRulesTest, SocketsAreLocalPairsWithoutAddresses) {
  EXPECT_EQ(Answer(SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0}), kAllowed);
  EXPECT_EQ(Answer(SYS_socketpair, {AF_INET, SOCK_STREAM, 0}), Refused(EPERM));
  EXPECT_EQ(Answer(SYS_socketpair, {AF_TIPC, SOCK_STREAM, 0}), Refused(EPERM));

  EXPECT_EQ(Answer(SYS_sendto, {3, 0x1000, 1, 0, 0, 0}), kAllowed);
  EXPECT_EQ(Answer(SYS_sendto, {3, 0x1000, 1, 0, 0x1000, 16}), Refused(EPERM));
  // A pointer counts whole: an address in the upper half alone is one.
  EXPECT_EQ(Answer(SYS_sendto, {3, 0x1000, 1, 0, kUpper, 16}), Refused(EPERM));
  EXPECT_EQ(Answer(SYS_sendto, {3, 0x1000, 1, 0, 1ULL << 63, 16}), Refused(EPERM));
}

TEST_F(SeccompRulesTest, ClocksAreNobodyElses) {
  for (const long number : {SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep}) {
    for (std::uint64_t clock = 0; clock < 16; ++clock) {
      EXPECT_EQ(Answer(number, {clock}), kAllowed) << clock;
    }
    for (const std::uint64_t clock : {0x80000000ULL, 0xffffffffULL, 0xfffffffaULL, ~0ULL}) {
      EXPECT_EQ(Answer(number, {clock}), Refused(EINVAL)) << std::hex << clock;
    }
    EXPECT_EQ(Answer(number, {kUpper}), kAllowed) << "CLOCK_REALTIME";
  }
}

TEST_F(SeccompRulesTest, QuestionsAreAboutItself) {
  for (const int who : {0, -1, 1}) {
    EXPECT_EQ(Answer(SYS_getrusage, {static_cast<std::uint32_t>(who)}), kAllowed);
    // As the C library passes a negative int.
    EXPECT_EQ(Answer(SYS_getrusage, {static_cast<std::uint64_t>(who)}), kAllowed);
  }
  EXPECT_EQ(Answer(SYS_getrusage, {2}), Refused(EINVAL));

  EXPECT_EQ(Answer(SYS_sched_getaffinity, {0}), kAllowed);
  EXPECT_EQ(Answer(SYS_sched_getaffinity, {1}), kAllowed);
  EXPECT_EQ(Answer(SYS_sched_getaffinity, {2}), Refused(EPERM));

  EXPECT_EQ(Answer(SYS_getpriority, {PRIO_PROCESS, 0}), kAllowed);
  EXPECT_EQ(Answer(SYS_getpriority, {PRIO_PROCESS, 1}), Refused(EPERM));
  EXPECT_EQ(Answer(SYS_getpriority, {PRIO_USER, 0}), Refused(EPERM));
}

}  // namespace
}  // namespace pyrunner::sandbox
