#include "sandbox/seccomp_policy.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>

#include "sandbox/syscall_numbers.h"

namespace pyrunner::sandbox {
namespace {

using Test = Condition::Test;

constexpr Verdict kAllow{Verdict::Kind::kAllow, 0};
constexpr Verdict kKill{Verdict::Kind::kKill, 0};
constexpr Verdict Deny(int error) {
  return {Verdict::Kind::kErrno, static_cast<std::uint16_t>(error)};
}

// Process 1 of its own namespace: the only pid that a program may name.
constexpr std::uint32_t kSelf = 1;

// The flags with which glibc makes a thread, and nothing else.
constexpr std::uint32_t kThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                                       CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
                                       CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

constexpr std::uint32_t kMadvise[] = {MADV_NORMAL,   MADV_RANDOM,     MADV_SEQUENTIAL,
                                      MADV_WILLNEED, MADV_DONTNEED,   MADV_FREE,
                                      MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_WIPEONFORK};
constexpr std::uint32_t kFutex[] = {FUTEX_WAIT,        FUTEX_WAKE,    FUTEX_REQUEUE,
                                    FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP, FUTEX_WAIT_BITSET,
                                    FUTEX_WAKE_BITSET};

Condition Equal(std::uint8_t argument, std::uint32_t value) {
  return {Test::kEqual, argument, ~0U, {value}};
}
Condition Null(std::uint8_t argument) { return {Test::kEqual64, argument, ~0U, {0}}; }
Condition Masked(std::uint8_t argument, std::uint32_t mask, std::uint32_t value) {
  return {Test::kMaskedEqual, argument, mask, {value}};
}
Condition In(std::uint8_t argument, std::vector<std::uint32_t> values, std::uint32_t mask = ~0U) {
  return {Test::kMaskedIn, argument, mask, std::move(values)};
}

class Table {
 public:
  void Add(std::string_view reason, Verdict verdict, std::initializer_list<int> numbers) {
    for (const int number : numbers) Add(reason, number, {}, verdict);
  }

  void Add(std::string_view reason, int number, std::vector<ArgumentRule> rules,
           Verdict otherwise) {
    // This architecture may lack the call: arm64 has no open, stat or fork.
    if (number < 0) return;
    table_.push_back({number, std::move(rules), otherwise, reason});
  }

  [[nodiscard]] std::vector<SyscallRule> Sorted() && {
    std::sort(table_.begin(), table_.end(),
              [](const SyscallRule& a, const SyscallRule& b) { return a.number < b.number; });
    return std::move(table_);
  }

 private:
  std::vector<SyscallRule> table_;
};

void AllowPlain(Table& table) {
  table.Add("input and output on descriptors that it has", kAllow,
            {SYS_read,   SYS_write,      SYS_readv,   SYS_writev,    SYS_pread64,     SYS_pwrite64,
             SYS_preadv, SYS_pwritev,    SYS_lseek,   SYS_close,     SYS_close_range, SYS_dup,
             SYS_dup2,   SYS_dup3,       SYS_fsync,   SYS_fdatasync, SYS_ftruncate,   SYS_fallocate,
             SYS_fstat,  SYS_getdents64, SYS_fstatfs, SYS_msync});
  table.Add(
      "paths, which the mount namespace and Landlock confine", kAllow,
      {SYS_open,     SYS_openat,    SYS_creat,     SYS_stat,       SYS_lstat,    SYS_newfstatat,
       SYS_statx,    SYS_access,    SYS_faccessat, SYS_faccessat2, SYS_readlink, SYS_readlinkat,
       SYS_getcwd,   SYS_chdir,     SYS_fchdir,    SYS_statfs,     SYS_mkdir,    SYS_mkdirat,
       SYS_rmdir,    SYS_unlink,    SYS_unlinkat,  SYS_rename,     SYS_renameat, SYS_renameat2,
       SYS_truncate, SYS_utimensat, SYS_chmod,     SYS_fchmod,     SYS_fchmodat, SYS_umask});
  table.Add("memory of its own", kAllow, {SYS_brk, SYS_munmap, SYS_mremap});
  table.Add("threads and the end", kAllow,
            {SYS_exit, SYS_exit_group, SYS_set_tid_address, SYS_set_robust_list, SYS_rseq,
             SYS_sched_yield, SYS_restart_syscall, SYS_wait4});
  table.Add("signals to itself", kAllow,
            {SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigpending,
             SYS_rt_sigtimedwait, SYS_rt_sigsuspend, SYS_sigaltstack, SYS_pause, SYS_alarm,
             SYS_setitimer, SYS_getitimer});
  table.Add("the time", kAllow, {SYS_gettimeofday, SYS_time, SYS_times, SYS_nanosleep});
  table.Add("who am I", kAllow,
            {SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
             SYS_getresuid, SYS_getresgid, SYS_getgroups, SYS_getpgid, SYS_getpgrp, SYS_getsid,
             SYS_capget});
  table.Add("facts about the machine that Python needs", kAllow,
            {SYS_uname, SYS_getrlimit, SYS_getrandom});
  table.Add("waiting for events; asyncio", kAllow,
            {SYS_poll, SYS_ppoll, SYS_select, SYS_pselect6, SYS_epoll_create, SYS_epoll_create1,
             SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait, SYS_eventfd2, SYS_pipe, SYS_pipe2});
  table.Add("reading a socket pair, asyncio's wake-up", kAllow, {SYS_recvfrom, SYS_getsockname});
}

void AllowByArgument(Table& table) {
  constexpr std::uint32_t kWriteAndExecute = PROT_WRITE | PROT_EXEC;
  table.Add(
      "no memory that is writable and executable, no anonymous code, no huge page pool, and no "
      "second stack, which no limit on data would count",
      SYS_mmap,
      {{{Masked(2, kWriteAndExecute, kWriteAndExecute)}, Deny(EACCES)},
       {{Masked(2, PROT_EXEC, PROT_EXEC), Masked(3, MAP_ANONYMOUS, MAP_ANONYMOUS)}, Deny(EACCES)},
       {{Masked(3, MAP_HUGETLB, MAP_HUGETLB)}, Deny(EINVAL)},
       {{Masked(3, MAP_GROWSDOWN, MAP_GROWSDOWN)}, Deny(EINVAL)}},
      kAllow);
  table.Add("never makes memory executable", SYS_mprotect,
            {{{Masked(2, PROT_EXEC, PROT_EXEC)}, Deny(EACCES)}}, kAllow);
  table.Add("no page sharing (a side channel), no poisoning", SYS_madvise,
            {{{In(2, {std::begin(kMadvise), std::end(kMadvise)})}, kAllow}}, Deny(EINVAL));
  table.Add("exactly a thread of glibc", SYS_clone, {{{Equal(0, kThreadFlags)}, kAllow}},
            Deny(EPERM));
  table.Add("no priority inheritance", SYS_futex,
            {{{In(1, {std::begin(kFutex), std::end(kFutex)},
                  ~static_cast<std::uint32_t>(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))},
              kAllow}},
            Deny(ENOSYS));
  for (const int number : {SYS_kill, SYS_tgkill}) {
    table.Add("signals to itself", number, {{{Equal(0, kSelf)}, kAllow}}, Deny(EPERM));
  }
  table.Add(
      "names of threads; asking what is in force", SYS_prctl,
      {{{In(0, {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS, PR_GET_SECCOMP})},
        kAllow}},
      Deny(EPERM));
  table.Add("its own limits, which can only be lowered", SYS_prlimit64, {{{Equal(0, 0)}, kAllow}},
            Deny(EPERM));
  table.Add("what a terminal, a pipe and a socket pair are asked", SYS_ioctl,
            {{{In(1, {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX})}, kAllow}},
            Deny(ENOTTY));
  table.Add("no locks, leases, notifications or pipe sizes: they reach across sandboxes", SYS_fcntl,
            {{{In(1, {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC})}, kAllow},
             {{Equal(1, F_SETFL), Masked(2, O_ASYNC | O_DIRECT, 0)}, kAllow}},
            Deny(EPERM));
  table.Add("asyncio's wake-up", SYS_socketpair, {{{Equal(0, AF_UNIX)}, kAllow}}, Deny(EPERM));
  table.Add("to the other end of a socket pair only", SYS_sendto, {{{Null(4)}, kAllow}},
            Deny(EPERM));
  for (const int number : {SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep}) {
    table.Add("no clocks of other processes or of devices", number,
              {{{Masked(0, 0x80000000U, 0)}, kAllow}}, Deny(EINVAL));
  }
  table.Add("its own use of resources", SYS_getrusage,
            {{{In(0, {static_cast<std::uint32_t>(RUSAGE_SELF),
                      static_cast<std::uint32_t>(RUSAGE_CHILDREN),
                      static_cast<std::uint32_t>(RUSAGE_THREAD)})},
              kAllow}},
            Deny(EINVAL));
  table.Add("how many processors it has", SYS_sched_getaffinity, {{{In(0, {0, kSelf})}, kAllow}},
            Deny(EPERM));
  table.Add("its own priority", SYS_getpriority, {{{Equal(0, 0), Equal(1, 0)}, kAllow}},
            Deny(EPERM));
}

void DenyByName(Table& table) {
  table.Add("no other process", Deny(EPERM), {SYS_fork, SYS_vfork, SYS_execve, SYS_execveat});
  table.Add("no network, and no descriptors from elsewhere", Deny(EPERM),
            {SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_sendmsg,
             SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_shutdown, SYS_getsockopt, SYS_setsockopt,
             SYS_getpeername});
  table.Add("no links, devices or file locks: they reach across sandboxes", Deny(EPERM),
            {SYS_link, SYS_linkat, SYS_symlink, SYS_symlinkat, SYS_mknod, SYS_mknodat, SYS_flock});
  table.Add("stays who it is", Deny(EPERM),
            {SYS_chown, SYS_fchown, SYS_lchown, SYS_fchownat, SYS_setuid, SYS_setgid, SYS_setresuid,
             SYS_setresgid, SYS_setreuid, SYS_setregid, SYS_setgroups, SYS_setfsuid, SYS_setfsgid,
             SYS_capset, SYS_setsid, SYS_setpgid});
  table.Add("its limits and its share of the machine are not its to set", Deny(EPERM),
            {SYS_setpriority, SYS_sched_setaffinity, SYS_sched_setscheduler, SYS_sched_setattr,
             SYS_sched_setparam, SYS_ioprio_set, SYS_mlock, SYS_mlock2, SYS_mlockall});
  table.Add("lowering its own limits is harmless", kAllow, {SYS_setrlimit});
  table.Add("signals beyond itself", Deny(EPERM),
            {SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo});
  table.Add(
      "kernel surface and side channels that Python does not need", Deny(EPERM),
      {SYS_personality,   SYS_arch_prctl,    SYS_seccomp,      SYS_mincore,       SYS_mbind,
       SYS_set_mempolicy, SYS_migrate_pages, SYS_move_pages,   SYS_splice,        SYS_tee,
       SYS_vmsplice,      SYS_sendfile,      SYS_sysinfo,      SYS_syslog,        SYS_sethostname,
       SYS_setdomainname, SYS_chroot,        SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
       SYS_clock_adjtime});
  // EPERM would break shutil.copytree, which takes ENOTSUP as a file system without attributes.
  table.Add("no extended attributes", Deny(ENOTSUP),
            {SYS_getxattr, SYS_lgetxattr, SYS_fgetxattr, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
             SYS_listxattr, SYS_llistxattr, SYS_flistxattr, SYS_removexattr, SYS_lremovexattr,
             SYS_fremovexattr});
}

void KillByName(Table& table) {
  table.Add("nobody needs it but an exploit", kKill,
            {SYS_ptrace,
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
}

}  // namespace

const Verdict kUnknownCall = Deny(ENOSYS);

std::vector<SyscallRule> StrictPolicy() {
  Table table;
  AllowPlain(table);
  AllowByArgument(table);
  DenyByName(table);
  KillByName(table);
  return std::move(table).Sorted();
}

}  // namespace pyrunner::sandbox
