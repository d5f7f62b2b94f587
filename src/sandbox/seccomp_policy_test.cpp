// Which call has which answer, written down a second time: a change of the policy's table has to be
// made here too, and on purpose. seccomp_rules_test.cpp has the calls whose arguments decide.
#include "sandbox/seccomp_policy.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cerrno>
#include <iterator>
#include <set>
#include <span>

#include "sandbox/strict_policy_test_support.h"
#include "sandbox/syscall_numbers.h"

namespace pyrunner::sandbox {
namespace {

constexpr int kAllowedCalls[] = {SYS_read,
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
                                 SYS_setrlimit};

constexpr int kForbiddenCalls[] = {SYS_fork,
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
                                   SYS_clock_adjtime};

constexpr int kUnsupportedCalls[] = {SYS_getxattr,    SYS_lgetxattr,    SYS_fgetxattr,
                                     SYS_setxattr,    SYS_lsetxattr,    SYS_fsetxattr,
                                     SYS_listxattr,   SYS_llistxattr,   SYS_flistxattr,
                                     SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr};

constexpr int kDeadlyCalls[] = {SYS_ptrace,
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
                                SYS_nfsservctl};

constexpr int kUnnamedCalls[] = {SYS_clone3,
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
                                 SYS_get_mempolicy};

constexpr int kCallsByArgument[] = {SYS_mmap,         SYS_mprotect,
                                    SYS_madvise,      SYS_clone,
                                    SYS_futex,        SYS_kill,
                                    SYS_tgkill,       SYS_prctl,
                                    SYS_prlimit64,    SYS_ioctl,
                                    SYS_fcntl,        SYS_socketpair,
                                    SYS_sendto,       SYS_clock_gettime,
                                    SYS_clock_getres, SYS_clock_nanosleep,
                                    SYS_getrusage,    SYS_sched_getaffinity,
                                    SYS_getpriority};

class SeccompPolicyTest : public StrictPolicyFixture {
 protected:
  void ExpectAll(std::uint32_t answer, std::span<const int> numbers) {
    for (const int number : numbers) {
      if (number < 0) continue;  // Not on this architecture.
      EXPECT_EQ(Answer(number), answer) << "call " << number;
      // Whatever its arguments are.
      EXPECT_EQ(Answer(number, {~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL}), answer)
          << "call " << number;
      named_.insert(number);
    }
  }

  std::set<int> named_;
};

TEST_F(SeccompPolicyTest, EveryCallHasTheVerdictItShould) {
  ExpectAll(kAllowed, kAllowedCalls);
  ExpectAll(Refused(EPERM), kForbiddenCalls);
  ExpectAll(Refused(ENOTSUP), kUnsupportedCalls);
  ExpectAll(kKilled, kDeadlyCalls);

  // Together with those that depend on their arguments, that is the whole table.
  named_.insert(std::begin(kCallsByArgument), std::end(kCallsByArgument));
  std::set<int> table;
  for (const SyscallRule& call : StrictPolicy()) table.insert(call.number);
  EXPECT_EQ(table, named_);
}

// Libraries ask for these first and fall back when the kernel seems too old.
TEST_F(SeccompPolicyTest, WhatIsNotNamedIsNotImplemented) {
  ExpectAll(Refused(ENOSYS), kUnnamedCalls);
}

TEST_F(SeccompPolicyTest, EveryCallHasAReason) {
  for (const SyscallRule& call : StrictPolicy()) EXPECT_FALSE(call.reason.empty()) << call.number;
}

}  // namespace
}  // namespace pyrunner::sandbox
