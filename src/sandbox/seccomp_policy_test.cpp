// What the strict policy says, call by call, written down a second time: a change of the table has
// to be made here too, and on purpose.
#include "sandbox/seccomp_policy.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <vector>

#include "sandbox/bpf_evaluator_test_support.h"
#include "sandbox/seccomp.h"
#include "sandbox/syscall_numbers.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::uint32_t kAllowed = SECCOMP_RET_ALLOW;
constexpr std::uint32_t kKilled = SECCOMP_RET_KILL_PROCESS;
constexpr std::uint64_t kUpper = 1ULL << 32;  // beyond what a call that takes an int looks at

constexpr std::uint32_t Refused(int error) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

class SeccompPolicyTest : public testing::Test {
 protected:
  SeccompPolicyTest() : program_(*CompileSeccomp(StrictPolicy(), kUnknownCall)) {}

  std::uint32_t Verdict(long number, std::initializer_list<std::uint64_t> arguments = {}) {
    seccomp_data call{};
    call.nr = static_cast<int>(number);
#if defined(__x86_64__)
    call.arch = AUDIT_ARCH_X86_64;
#else
    call.arch = AUDIT_ARCH_AARCH64;
#endif
    std::copy(arguments.begin(), arguments.end(), call.args);
    const auto run = RunFilter(program_, call);
    EXPECT_TRUE(run);
    return run ? run->action : 0;
  }

  void ExpectAll(std::uint32_t verdict, std::initializer_list<int> numbers) {
    for (const int number : numbers) {
      if (number < 0) continue;  // Not on this architecture.
      EXPECT_EQ(Verdict(number), verdict) << "call " << number;
      // Whatever its arguments are.
      EXPECT_EQ(Verdict(number, {~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL}), verdict)
          << "call " << number;
      named_.insert(number);
    }
  }

  SeccompProgram program_;
  std::set<int> named_;
};

TEST_F(SeccompPolicyTest, EveryCallHasTheVerdictItShould) {
  ExpectAll(kAllowed, {SYS_read,
                       SYS_write,
                       SYS_readv,
                       SYS_writev,
                       SYS_pread64,
                       SYS_pwrite64,
                       SYS_preadv,
                       SYS_pwritev,
                       SYS_lseek,
                       SYS_close,
                       SYS_close_range,
                       SYS_dup,
                       SYS_dup2,
                       SYS_dup3,
                       SYS_fsync,
                       SYS_fdatasync,
                       SYS_ftruncate,
                       SYS_fallocate,
                       SYS_fstat,
                       SYS_getdents64,
                       SYS_fstatfs,
                       SYS_msync,
                       SYS_open,
                       SYS_openat,
                       SYS_creat,
                       SYS_stat,
                       SYS_lstat,
                       SYS_newfstatat,
                       SYS_statx,
                       SYS_access,
                       SYS_faccessat,
                       SYS_faccessat2,
                       SYS_readlink,
                       SYS_readlinkat,
                       SYS_getcwd,
                       SYS_chdir,
                       SYS_fchdir,
                       SYS_statfs,
                       SYS_mkdir,
                       SYS_mkdirat,
                       SYS_rmdir,
                       SYS_unlink,
                       SYS_unlinkat,
                       SYS_rename,
                       SYS_renameat,
                       SYS_renameat2,
                       SYS_truncate,
                       SYS_utimensat,
                       SYS_chmod,
                       SYS_fchmod,
                       SYS_fchmodat,
                       SYS_umask,
                       SYS_brk,
                       SYS_munmap,
                       SYS_mremap,
                       SYS_exit,
                       SYS_exit_group,
                       SYS_set_tid_address,
                       SYS_set_robust_list,
                       SYS_rseq,
                       SYS_sched_yield,
                       SYS_restart_syscall,
                       SYS_wait4,
                       SYS_rt_sigaction,
                       SYS_rt_sigprocmask,
                       SYS_rt_sigreturn,
                       SYS_rt_sigpending,
                       SYS_rt_sigtimedwait,
                       SYS_rt_sigsuspend,
                       SYS_sigaltstack,
                       SYS_pause,
                       SYS_alarm,
                       SYS_setitimer,
                       SYS_getitimer,
                       SYS_gettimeofday,
                       SYS_time,
                       SYS_times,
                       SYS_nanosleep,
                       SYS_getpid,
                       SYS_getppid,
                       SYS_gettid,
                       SYS_getuid,
                       SYS_geteuid,
                       SYS_getgid,
                       SYS_getegid,
                       SYS_getresuid,
                       SYS_getresgid,
                       SYS_getgroups,
                       SYS_getpgid,
                       SYS_getpgrp,
                       SYS_getsid,
                       SYS_capget,
                       SYS_uname,
                       SYS_getrlimit,
                       SYS_getrandom,
                       SYS_poll,
                       SYS_ppoll,
                       SYS_select,
                       SYS_pselect6,
                       SYS_epoll_create,
                       SYS_epoll_create1,
                       SYS_epoll_ctl,
                       SYS_epoll_wait,
                       SYS_epoll_pwait,
                       SYS_eventfd2,
                       SYS_pipe,
                       SYS_pipe2,
                       SYS_recvfrom,
                       SYS_getsockname,
                       SYS_setrlimit});
  ExpectAll(Refused(EPERM), {SYS_fork,
                             SYS_vfork,
                             SYS_execve,
                             SYS_execveat,
                             SYS_socket,
                             SYS_connect,
                             SYS_bind,
                             SYS_listen,
                             SYS_accept,
                             SYS_accept4,
                             SYS_sendmsg,
                             SYS_recvmsg,
                             SYS_sendmmsg,
                             SYS_recvmmsg,
                             SYS_shutdown,
                             SYS_getsockopt,
                             SYS_setsockopt,
                             SYS_getpeername,
                             SYS_link,
                             SYS_linkat,
                             SYS_symlink,
                             SYS_symlinkat,
                             SYS_mknod,
                             SYS_mknodat,
                             SYS_flock,
                             SYS_chown,
                             SYS_fchown,
                             SYS_lchown,
                             SYS_fchownat,
                             SYS_setuid,
                             SYS_setgid,
                             SYS_setresuid,
                             SYS_setresgid,
                             SYS_setreuid,
                             SYS_setregid,
                             SYS_setgroups,
                             SYS_setfsuid,
                             SYS_setfsgid,
                             SYS_capset,
                             SYS_setsid,
                             SYS_setpgid,
                             SYS_setpriority,
                             SYS_sched_setaffinity,
                             SYS_sched_setscheduler,
                             SYS_sched_setattr,
                             SYS_sched_setparam,
                             SYS_ioprio_set,
                             SYS_mlock,
                             SYS_mlock2,
                             SYS_mlockall,
                             SYS_tkill,
                             SYS_rt_sigqueueinfo,
                             SYS_rt_tgsigqueueinfo,
                             SYS_personality,
                             SYS_arch_prctl,
                             SYS_seccomp,
                             SYS_mincore,
                             SYS_mbind,
                             SYS_set_mempolicy,
                             SYS_migrate_pages,
                             SYS_move_pages,
                             SYS_splice,
                             SYS_tee,
                             SYS_vmsplice,
                             SYS_sendfile,
                             SYS_sysinfo,
                             SYS_syslog,
                             SYS_sethostname,
                             SYS_setdomainname,
                             SYS_chroot,
                             SYS_settimeofday,
                             SYS_clock_settime,
                             SYS_adjtimex,
                             SYS_clock_adjtime});
  ExpectAll(Refused(ENOTSUP),
            {SYS_getxattr, SYS_lgetxattr, SYS_fgetxattr, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
             SYS_listxattr, SYS_llistxattr, SYS_flistxattr, SYS_removexattr, SYS_lremovexattr,
             SYS_fremovexattr});
  ExpectAll(kKilled, {SYS_ptrace,
                      SYS_process_vm_readv,
                      SYS_process_vm_writev,
                      SYS_kcmp,
                      SYS_bpf,
                      SYS_perf_event_open,
                      SYS_userfaultfd,
                      SYS_io_uring_setup,
                      SYS_io_uring_enter,
                      SYS_io_uring_register,
                      SYS_keyctl,
                      SYS_add_key,
                      SYS_request_key,
                      SYS_mount,
                      SYS_umount2,
                      SYS_pivot_root,
                      SYS_unshare,
                      SYS_setns,
                      SYS_open_tree,
                      SYS_move_mount,
                      SYS_fsopen,
                      SYS_fsmount,
                      SYS_mount_setattr,
                      SYS_open_by_handle_at,
                      SYS_name_to_handle_at,
                      SYS_init_module,
                      SYS_finit_module,
                      SYS_delete_module,
                      SYS_kexec_load,
                      SYS_kexec_file_load,
                      SYS_reboot,
                      SYS_swapon,
                      SYS_swapoff,
                      SYS_quotactl,
                      SYS_acct,
                      SYS_iopl,
                      SYS_ioperm,
                      SYS_modify_ldt,
                      SYS_fanotify_init,
                      SYS_vhangup,
                      SYS_lookup_dcookie,
                      SYS_nfsservctl});

  // Together with those that depend on their arguments, that is the whole table.
  named_.insert({SYS_mmap, SYS_mprotect, SYS_madvise, SYS_clone, SYS_futex, SYS_kill, SYS_tgkill,
                 SYS_prctl, SYS_prlimit64, SYS_ioctl, SYS_fcntl, SYS_socketpair, SYS_sendto,
                 SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_getrusage,
                 SYS_sched_getaffinity, SYS_getpriority});
  std::set<int> table;
  for (const SyscallRule& call : StrictPolicy()) table.insert(call.number);
  EXPECT_EQ(table, named_);
}

// Libraries ask for these first and fall back when the kernel seems too old.
TEST_F(SeccompPolicyTest, WhatIsNotNamedIsNotImplemented) {
  ExpectAll(Refused(ENOSYS), {SYS_clone3,
                              SYS_memfd_create,
                              SYS_pidfd_open,
                              SYS_pidfd_getfd,
                              SYS_pidfd_send_signal,
                              SYS_copy_file_range,
                              SYS_inotify_init1,
                              SYS_timer_create,
                              SYS_timerfd_create,
                              SYS_signalfd4,
                              SYS_membarrier,
                              SYS_openat2,
                              SYS_io_setup,
                              SYS_io_submit,
                              SYS_shmget,
                              SYS_shmat,
                              SYS_semget,
                              SYS_msgget,
                              SYS_mq_open,
                              SYS_landlock_create_ruleset,
                              SYS_landlock_restrict_self,
                              SYS_pkey_mprotect,
                              SYS_remap_file_pages,
                              SYS_process_madvise,
                              SYS_preadv2,
                              SYS_fsconfig,
                              SYS_fspick,
                              SYS_waitid,
                              SYS_get_mempolicy});
}

TEST_F(SeccompPolicyTest, EveryCallHasAReason) {
  for (const SyscallRule& call : StrictPolicy()) EXPECT_FALSE(call.reason.empty()) << call.number;
}

TEST_F(SeccompPolicyTest, MemoryIsWritableOrExecutable) {
  constexpr std::uint64_t kPrivate = MAP_PRIVATE;
  constexpr std::uint64_t kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  const auto map = [&](std::uint64_t protection, std::uint64_t flags) {
    return Verdict(SYS_mmap, {0, 4096, protection, flags, 3, 0});
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

  EXPECT_EQ(Verdict(SYS_mprotect, {0, 4096, PROT_NONE}), kAllowed);
  EXPECT_EQ(Verdict(SYS_mprotect, {0, 4096, PROT_READ | PROT_WRITE}), kAllowed);
  EXPECT_EQ(Verdict(SYS_mprotect, {0, 4096, PROT_EXEC}), Refused(EACCES));
  EXPECT_EQ(Verdict(SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC | kUpper}), Refused(EACCES));
}

TEST_F(SeccompPolicyTest, AdviceOnMemoryIsHarmless) {
  const std::set<int> allowed = {MADV_NORMAL,   MADV_RANDOM,     MADV_SEQUENTIAL,
                                 MADV_WILLNEED, MADV_DONTNEED,   MADV_FREE,
                                 MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_WIPEONFORK};
  for (int advice = 0; advice < 128; ++advice) {
    const std::uint32_t verdict = allowed.contains(advice) ? kAllowed : Refused(EINVAL);
    EXPECT_EQ(Verdict(SYS_madvise, {0, 4096, static_cast<std::uint64_t>(advice)}), verdict)
        << advice;
  }
  EXPECT_EQ(Verdict(SYS_madvise, {0, 4096, MADV_MERGEABLE | kUpper}), Refused(EINVAL));
}

TEST_F(SeccompPolicyTest, CloneMakesThreadsOnly) {
  constexpr std::uint64_t kThread = 0x3d0f00;  // glibc 2.36
  EXPECT_EQ(Verdict(SYS_clone, {kThread}), kAllowed);
  EXPECT_EQ(Verdict(SYS_clone, {kThread | kUpper}), kAllowed) << "the kernel drops these bits";
  for (std::uint64_t bit = 1; bit < kUpper; bit <<= 1) {
    EXPECT_EQ(Verdict(SYS_clone, {kThread ^ bit}), Refused(EPERM)) << std::hex << bit;
  }
  EXPECT_EQ(Verdict(SYS_clone, {0}), Refused(EPERM));
  EXPECT_EQ(Verdict(SYS_clone, {SIGCHLD}), Refused(EPERM)) << "fork";
  EXPECT_EQ(Verdict(SYS_clone, {CLONE_NEWUSER | SIGCHLD}), Refused(EPERM));
}

TEST_F(SeccompPolicyTest, FutexesInheritNoPriority) {
  const std::set<int> allowed = {FUTEX_WAIT,       FUTEX_WAKE,        FUTEX_REQUEUE,
                                 FUTEX_WAKE_OP,    FUTEX_CMP_REQUEUE, FUTEX_WAIT_BITSET,
                                 FUTEX_WAKE_BITSET};
  for (int operation = 0; operation < 64; ++operation) {
    for (const int flags :
         {0, FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME, FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME}) {
      const auto argument = static_cast<std::uint64_t>(operation | flags);
      EXPECT_EQ(Verdict(SYS_futex, {0, argument}),
                allowed.contains(operation) ? kAllowed : Refused(ENOSYS))
          << operation;
    }
  }
  EXPECT_EQ(Verdict(SYS_futex, {0, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG}), Refused(ENOSYS));
  // No unknown flag is let through.
  EXPECT_EQ(Verdict(SYS_futex, {0, FUTEX_WAIT | 0x200}), Refused(ENOSYS));
  EXPECT_EQ(Verdict(SYS_futex, {0, FUTEX_WAIT | 0x80000000U}), Refused(ENOSYS));
}

TEST_F(SeccompPolicyTest, SignalsGoToItselfOnly) {
  for (const long number : {SYS_kill, SYS_tgkill}) {
    EXPECT_EQ(Verdict(number, {1, 1, SIGTERM}), kAllowed);
    EXPECT_EQ(Verdict(number, {1 | kUpper, 1, SIGTERM}), kAllowed) << "still process 1";
    for (const std::uint64_t other : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{0xffffffff},
                                      ~std::uint64_t{0}, std::uint64_t{0x80000001}}) {
      EXPECT_EQ(Verdict(number, {other, 1, SIGTERM}), Refused(EPERM)) << std::hex << other;
    }
  }
}

TEST_F(SeccompPolicyTest, PrctlNamesThreadsAndTellsWhatIsInForce) {
  const std::set<int> allowed = {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS,
                                 PR_GET_SECCOMP};
  for (int option = 0; option < 100; ++option) {
    EXPECT_EQ(Verdict(SYS_prctl, {static_cast<std::uint64_t>(option)}),
              allowed.contains(option) ? kAllowed : Refused(EPERM))
        << option;
  }
  EXPECT_EQ(Verdict(SYS_prctl, {0x59616d61}), Refused(EPERM)) << "PR_SET_PTRACER";
  EXPECT_EQ(Verdict(SYS_prctl, {0x53564d41}), Refused(EPERM)) << "PR_SET_VMA";
}

TEST_F(SeccompPolicyTest, LimitsAreItsOwn) {
  EXPECT_EQ(Verdict(SYS_prlimit64, {0, RLIMIT_NOFILE, 0, 0x1000}), kAllowed);
  EXPECT_EQ(Verdict(SYS_prlimit64, {0, RLIMIT_NOFILE, 0x1000, 0}), kAllowed) << "lowering";
  EXPECT_EQ(Verdict(SYS_prlimit64, {1, RLIMIT_NOFILE, 0, 0x1000}), Refused(EPERM));
  EXPECT_EQ(Verdict(SYS_prlimit64, {2, RLIMIT_NOFILE, 0x1000, 0}), Refused(EPERM));
  EXPECT_EQ(Verdict(SYS_prlimit64, {kUpper, RLIMIT_NOFILE, 0, 0}), kAllowed) << "pid 0";
}

TEST_F(SeccompPolicyTest, IoctlIsForTerminalsAndPipes) {
  for (const std::uint64_t request : {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX}) {
    EXPECT_EQ(Verdict(SYS_ioctl, {0, request}), kAllowed) << std::hex << request;
    EXPECT_EQ(Verdict(SYS_ioctl, {0, request | kUpper}), kAllowed) << "the kernel drops the rest";
    EXPECT_EQ(Verdict(SYS_ioctl, {0, request | 0x80000000U}), Refused(ENOTTY));
  }
  // Pushing input back to a terminal; a socket's owner; the file system's own.
  for (const std::uint64_t request : {0x5412U, 0x8901U, 0x40086602U, 0U, 0xffffffffU}) {
    EXPECT_EQ(Verdict(SYS_ioctl, {0, request}), Refused(ENOTTY)) << std::hex << request;
  }
  EXPECT_EQ(Verdict(SYS_ioctl, {0, 0x5412 | kUpper}), Refused(ENOTTY)) << "CVE-2017-5226's TIOCSTI";
}

TEST_F(SeccompPolicyTest, FcntlLocksAndNotifiesNobody) {
  for (const std::uint64_t command : {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC}) {
    EXPECT_EQ(Verdict(SYS_fcntl, {0, command, ~0ULL}), kAllowed) << command;
  }
  for (const std::uint64_t command :
       {F_GETLK, F_SETLK, F_SETLKW, F_SETOWN, F_GETOWN, F_SETSIG, F_SETLEASE, F_GETLEASE, F_NOTIFY,
        F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_OFD_SETLK, F_OFD_SETLKW, F_OFD_GETLK}) {
    EXPECT_EQ(Verdict(SYS_fcntl, {0, command, 0}), Refused(EPERM)) << command;
  }
  const auto set_flags = [&](std::uint64_t flags) {
    return Verdict(SYS_fcntl, {0, F_SETFL, flags});
  };
  EXPECT_EQ(set_flags(0), kAllowed);
  EXPECT_EQ(set_flags(O_NONBLOCK | O_APPEND), kAllowed);
  EXPECT_EQ(set_flags(O_ASYNC), Refused(EPERM));
  EXPECT_EQ(set_flags(O_DIRECT), Refused(EPERM));
  EXPECT_EQ(set_flags(O_NONBLOCK | O_ASYNC | kUpper), Refused(EPERM));
}

TEST_F(SeccompPolicyTest, SocketsAreLocalPairsWithoutAddresses) {
  EXPECT_EQ(Verdict(SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0}), kAllowed);
  EXPECT_EQ(Verdict(SYS_socketpair, {AF_INET, SOCK_STREAM, 0}), Refused(EPERM));
  EXPECT_EQ(Verdict(SYS_socketpair, {AF_TIPC, SOCK_STREAM, 0}), Refused(EPERM));

  EXPECT_EQ(Verdict(SYS_sendto, {3, 0x1000, 1, 0, 0, 0}), kAllowed);
  EXPECT_EQ(Verdict(SYS_sendto, {3, 0x1000, 1, 0, 0x1000, 16}), Refused(EPERM));
  // A pointer counts whole: an address in the upper half alone is one.
  EXPECT_EQ(Verdict(SYS_sendto, {3, 0x1000, 1, 0, kUpper, 16}), Refused(EPERM));
  EXPECT_EQ(Verdict(SYS_sendto, {3, 0x1000, 1, 0, 1ULL << 63, 16}), Refused(EPERM));
}

TEST_F(SeccompPolicyTest, ClocksAreNobodyElses) {
  for (const long number : {SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep}) {
    for (std::uint64_t clock = 0; clock < 16; ++clock) {
      EXPECT_EQ(Verdict(number, {clock}), kAllowed) << clock;
    }
    for (const std::uint64_t clock : {0x80000000ULL, 0xffffffffULL, 0xfffffffaULL, ~0ULL}) {
      EXPECT_EQ(Verdict(number, {clock}), Refused(EINVAL)) << std::hex << clock;
    }
    EXPECT_EQ(Verdict(number, {kUpper}), kAllowed) << "CLOCK_REALTIME";
  }
}

TEST_F(SeccompPolicyTest, QuestionsAreAboutItself) {
  for (const int who : {0, -1, 1}) {
    EXPECT_EQ(Verdict(SYS_getrusage, {static_cast<std::uint32_t>(who)}), kAllowed);
    // As the C library passes a negative int.
    EXPECT_EQ(Verdict(SYS_getrusage, {static_cast<std::uint64_t>(who)}), kAllowed);
  }
  EXPECT_EQ(Verdict(SYS_getrusage, {2}), Refused(EINVAL));

  EXPECT_EQ(Verdict(SYS_sched_getaffinity, {0}), kAllowed);
  EXPECT_EQ(Verdict(SYS_sched_getaffinity, {1}), kAllowed);
  EXPECT_EQ(Verdict(SYS_sched_getaffinity, {2}), Refused(EPERM));

  EXPECT_EQ(Verdict(SYS_getpriority, {PRIO_PROCESS, 0}), kAllowed);
  EXPECT_EQ(Verdict(SYS_getpriority, {PRIO_PROCESS, 1}), Refused(EPERM));
  EXPECT_EQ(Verdict(SYS_getpriority, {PRIO_USER, 0}), Refused(EPERM));
}

}  // namespace
}  // namespace pyrunner::sandbox
