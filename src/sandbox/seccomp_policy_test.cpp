// Which call has which answer, written down a second time: a change of seccomp_policy.def has to be
// made here too, and on purpose. seccomp_rules_test.cpp has the calls whose arguments decide,
// seccomp_profiles_test.cpp what else there is but `strict`.
#include "sandbox/seccomp_policy.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "sandbox/seccomp_test_support.h"
#include "sandbox/syscall_numbers.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::string_view kAllowedCalls =
    "read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range dup dup2 "
    "dup3 fsync fdatasync ftruncate fallocate fstat getdents64 fstatfs msync open openat creat "
    "stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getcwd chdir "
    "fchdir statfs mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 truncate "
    "utimensat chmod fchmod fchmodat umask brk munmap mremap exit exit_group set_tid_address "
    "set_robust_list rseq sched_yield restart_syscall wait4 rt_sigaction rt_sigprocmask "
    "rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause alarm setitimer "
    "getitimer gettimeofday time times nanosleep getpid getppid gettid getuid geteuid getgid "
    "getegid getresuid getresgid getgroups getpgrp capget uname getrlimit getrandom poll ppoll "
    "select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 pipe "
    "pipe2 recvfrom getsockname setrlimit ";

constexpr std::string_view kForbiddenCalls =
    "fork vfork execve execveat socket connect bind listen accept accept4 sendmsg recvmsg "
    "sendmmsg recvmmsg shutdown getsockopt setsockopt getpeername link linkat symlink symlinkat "
    "mknod mknodat flock chown fchown lchown fchownat setuid setgid setresuid setresgid "
    "setreuid setregid setgroups setfsuid setfsgid capset setsid setpgid setpriority "
    "sched_setaffinity sched_setscheduler sched_setattr sched_setparam ioprio_set mlock mlock2 "
    "mlockall tkill rt_sigqueueinfo rt_tgsigqueueinfo personality arch_prctl seccomp mincore "
    "mbind set_mempolicy migrate_pages move_pages splice tee vmsplice sendfile sysinfo syslog "
    "sethostname setdomainname chroot settimeofday clock_settime adjtimex clock_adjtime ";

constexpr std::string_view kUnsupportedCalls =
    "getxattr lgetxattr fgetxattr setxattr lsetxattr fsetxattr listxattr llistxattr flistxattr "
    "removexattr lremovexattr fremovexattr ";

constexpr std::string_view kDeadlyCalls =
    "ptrace process_vm_readv process_vm_writev kcmp bpf perf_event_open userfaultfd "
    "io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key mount umount2 "
    "pivot_root unshare setns open_tree move_mount fsopen fsmount mount_setattr "
    "open_by_handle_at name_to_handle_at init_module finit_module delete_module kexec_load "
    "kexec_file_load reboot swapon swapoff quotactl acct iopl ioperm modify_ldt fanotify_init "
    "vhangup lookup_dcookie nfsservctl ";

constexpr std::string_view kAbsentCalls =
    "clone3 copy_file_range epoll_pwait2 fadvise64 fchmodat2 fsconfig fspick futex_waitv "
    "futimesat get_mempolicy get_robust_list getcpu inotify_init inotify_init1 io_destroy "
    "io_setup io_submit landlock_add_rule landlock_create_ruleset landlock_restrict_self "
    "membarrier memfd_create memfd_secret mq_open msgget openat2 pidfd_getfd pidfd_open "
    "pidfd_send_signal pkey_alloc pkey_mprotect preadv2 process_madvise pwritev2 quotactl_fd "
    "readahead remap_file_pages semget shmat shmget signalfd signalfd4 sync syncfs timer_create "
    "timerfd_create uselib utime utimes waitid ";

constexpr std::string_view kCallsByArgument =
    "mmap mprotect madvise clone futex kill tgkill prctl prlimit64 ioctl fcntl socketpair "
    "sendto clock_gettime clock_getres clock_nanosleep getrusage sched_getaffinity getpriority "
    "getpgid getsid ";

class SeccompPolicyTest : public PolicyFixture {
 protected:
  void ExpectAll(std::uint32_t answer, std::string_view names) {
    std::istringstream words{std::string(names)};
    for (std::string name; words >> name;) {
      const Syscall* call = Find(name);
      ASSERT_NE(call, nullptr) << name;
      EXPECT_EQ(Answer(*call), answer) << name;
      // Whatever its arguments are.
      EXPECT_EQ(Answer(*call, {~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL}), answer) << name;
      named_.insert(name);
    }
  }

  static const Syscall* Find(std::string_view name) {
    for (const Syscall& call : AllSyscalls()) {
      if (call.name == name) return &call;
    }
    return nullptr;
  }

  std::set<std::string, std::less<>> named_;
};

TEST_F(SeccompPolicyTest, EveryCallHasTheVerdictItShould) {
  ExpectAll(kAllowed, kAllowedCalls);
  ExpectAll(Refused(EPERM), kForbiddenCalls);
  ExpectAll(Refused(ENOTSUP), kUnsupportedCalls);
  ExpectAll(kKilled, kDeadlyCalls);
  ExpectAll(Refused(ENOSYS), kAbsentCalls);

  // Together with those that depend on their arguments, that is the whole table.
  std::istringstream words{std::string(kCallsByArgument)};
  for (std::string name; words >> name;) named_.insert(name);
  std::set<std::string, std::less<>> table;
  for (const PolicyRow& row : ReadPolicyTable().rows) table.emplace(row.call.name);
  EXPECT_EQ(table, named_);
}

// Libraries ask for these first and fall back when the kernel seems too old.
TEST_F(SeccompPolicyTest, WhatIsNotNamedIsNotImplemented) {
  std::set<std::string_view> table;
  for (const PolicyRow& row : ReadPolicyTable().rows) table.insert(row.call.name);
  int unnamed = 0;
  for (const Syscall& call : AllSyscalls()) {
    if (table.contains(call.name)) continue;
    ++unnamed;
    EXPECT_EQ(Answer(call), Refused(ENOSYS)) << call.name;
    EXPECT_EQ(Answer(call, {~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL}), Refused(ENOSYS))
        << call.name;
  }
  EXPECT_GT(unnamed, 40);
}

TEST_F(SeccompPolicyTest, EveryRowHasAReasonAndItsPlace) {
  const PolicyTable table = ReadPolicyTable();
  std::string_view last;
  for (const PolicyRow& row : table.rows) {
    EXPECT_FALSE(row.reason.empty()) << row.call.name;
    EXPECT_LT(last, row.call.name);
    last = row.call.name;
  }
  for (const PolicyVariant& variant : table.variants) {
    EXPECT_FALSE(variant.reason.empty()) << variant.call.name;
    EXPECT_TRUE(std::any_of(table.rows.begin(), table.rows.end(), [&](const PolicyRow& row) {
      return row.call.name == variant.call.name;
    })) << variant.call.name;
  }
}

// The table is the same text for both; these few are what an architecture lacks.
TEST_F(SeccompPolicyTest, BothArchitecturesHaveTheirCalls) {
  EXPECT_EQ(SeccompPolicy(SyscallProfile::kStrict, {}, Architecture::kX86_64).size(),
            ReadPolicyTable().rows.size());
  std::size_t on_arm64 = 0;
  for (const PolicyRow& row : ReadPolicyTable(Architecture::kArm64).rows) {
    if (row.call.arm64 != Syscall::kNone) ++on_arm64;
  }
  EXPECT_EQ(SeccompPolicy(SyscallProfile::kStrict, {}, Architecture::kArm64).size(), on_arm64);
  EXPECT_GT(on_arm64, 240U);
}

}  // namespace
}  // namespace pyrunner::sandbox
