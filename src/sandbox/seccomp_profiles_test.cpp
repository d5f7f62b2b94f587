// What the profile `processes` adds to `strict`, and what a weaker host takes away from both.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <set>
#include <string_view>

#include "sandbox/seccomp_test_support.h"

namespace pyrunner::sandbox {
namespace {

using namespace syscalls;  // NOLINT: k_read and its like

constexpr std::uint64_t kUpper = 1ULL << 32;  // beyond what a call that takes an int looks at
constexpr PolicyOptions kBareHost{.shared_memory = false, .own_root = false};

bool SameAnswer(const Answer& a, const Answer& b) {
  const auto same_condition = [](const Condition& x, const Condition& y) {
    return x.test == y.test && x.argument == y.argument && x.mask == y.mask && x.values == y.values;
  };
  const auto same_rule = [&](const ArgumentRule& x, const ArgumentRule& y) {
    return x.verdict == y.verdict &&
           std::equal(x.conditions.begin(), x.conditions.end(), y.conditions.begin(),
                      y.conditions.end(), same_condition);
  };
  return a.otherwise == b.otherwise &&
         std::equal(a.rules.begin(), a.rules.end(), b.rules.begin(), b.rules.end(), same_rule);
}

class ProcessesProfileTest : public PolicyFixture {
 protected:
  void SetUp() override { Use(SyscallProfile::kProcesses); }
};

// Written down a second time, as the verdicts of strict are: what is added is added on purpose.
TEST_F(ProcessesProfileTest, DiffersFromStrictInTheseCallsOnly) {
  std::set<std::string_view> different;
  for (const PolicyRow& row : ReadPolicyTable().rows) {
    if (!SameAnswer(row.strict, row.processes)) different.insert(row.call.name);
  }
  EXPECT_EQ(different, (std::set<std::string_view>{"accept",
                                                   "accept4",
                                                   "arch_prctl",
                                                   "bind",
                                                   "clone",
                                                   "connect",
                                                   "execve",
                                                   "execveat",
                                                   "fork",
                                                   "getpeername",
                                                   "getpgid",
                                                   "getsid",
                                                   "getsockopt",
                                                   "io_uring_setup",
                                                   "kill",
                                                   "link",
                                                   "linkat",
                                                   "listen",
                                                   "prctl",
                                                   "recvmmsg",
                                                   "recvmsg",
                                                   "sched_getaffinity",
                                                   "sched_setaffinity",
                                                   "sendmmsg",
                                                   "sendmsg",
                                                   "sendto",
                                                   "setpgid",
                                                   "setsid",
                                                   "setsockopt",
                                                   "shutdown",
                                                   "socket",
                                                   "tgkill",
                                                   "vfork",
                                                   "waitid"}));
}

TEST_F(ProcessesProfileTest, StartsProcessesAndSignalsThem) {
  for (const Syscall& call : {k_execve, k_execveat, k_fork, k_vfork, k_wait4, k_waitid, k_setsid,
                              k_setpgid, k_getpgid, k_getsid, k_pipe2, k_dup3, k_close_range}) {
    EXPECT_EQ(Answer(call, {4711, ~0ULL, ~0ULL}), kAllowed) << call.name;
  }
  for (const Syscall& call : {k_kill, k_tgkill}) {
    for (const std::uint64_t pid : {1ULL, 2ULL, 4711ULL, 0ULL, ~0ULL}) {
      EXPECT_EQ(Answer(call, {pid, 1, SIGTERM}), kAllowed) << pid;
    }
  }
  EXPECT_EQ(Answer(k_tkill, {2, SIGTERM}), Refused(EPERM));
  EXPECT_EQ(Answer(k_rt_sigqueueinfo, {2, SIGTERM}), Refused(EPERM));
  EXPECT_EQ(Answer(k_clone3), Refused(ENOSYS));
  for (const Syscall& call : {k_ptrace, k_process_vm_readv, k_process_vm_writev, k_unshare, k_setns,
                              k_mount, k_bpf, k_keyctl}) {
    EXPECT_EQ(Answer(call), kKilled) << call.name;
  }
  EXPECT_EQ(Answer(k_personality, {0x0040000}), Refused(EPERM));
  EXPECT_EQ(Answer(k_setuid, {0}), Refused(EPERM));
}

TEST_F(ProcessesProfileTest, CloneMakesNoNamespace) {
  constexpr std::uint64_t kThread = 0x3d0f00;  // glibc 2.36
  constexpr std::uint64_t kFork = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
  constexpr std::uint64_t kSpawn = CLONE_VM | CLONE_VFORK | SIGCHLD;
  for (const std::uint64_t flags : {kThread, kFork, kSpawn, std::uint64_t{SIGCHLD}}) {
    EXPECT_EQ(Answer(k_clone, {flags}), kAllowed) << std::hex << flags;
    EXPECT_EQ(Answer(k_clone, {flags | kUpper}), kAllowed) << "the kernel drops these bits";
    for (const std::uint64_t bad :
         {std::uint64_t{CLONE_NEWNS}, std::uint64_t{CLONE_NEWCGROUP}, std::uint64_t{CLONE_NEWUTS},
          std::uint64_t{CLONE_NEWIPC}, std::uint64_t{CLONE_NEWUSER}, std::uint64_t{CLONE_NEWPID},
          std::uint64_t{CLONE_NEWNET}, std::uint64_t{0x80} /* CLONE_NEWTIME */,
          std::uint64_t{CLONE_PTRACE}, std::uint64_t{CLONE_UNTRACED}, std::uint64_t{CLONE_PARENT},
          std::uint64_t{CLONE_PIDFD}, std::uint64_t{0x80000000} /* CLONE_IO */}) {
      EXPECT_EQ(Answer(k_clone, {flags | bad}), Refused(EPERM)) << std::hex << (flags | bad);
    }
  }
  EXPECT_EQ(Answer(k_clone, {CLONE_VM | SIGKILL}), Refused(EPERM)) << "no other signal at its end";
}

TEST_F(ProcessesProfileTest, SocketsAreTcpUdpAndLocal) {
  for (const std::uint64_t family : {AF_UNIX, AF_INET, AF_INET6}) {
    for (const std::uint64_t type : {SOCK_STREAM, SOCK_DGRAM}) {
      EXPECT_EQ(Answer(k_socket, {family, type, 0}), kAllowed);
      EXPECT_EQ(Answer(k_socket, {family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0}), kAllowed);
    }
    for (const std::uint64_t type : {SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP, SOCK_PACKET}) {
      EXPECT_EQ(Answer(k_socket, {family, type, 0}), Refused(EPERM)) << type;
      EXPECT_EQ(Answer(k_socket, {family, type | SOCK_CLOEXEC, 0}), Refused(EPERM)) << type;
    }
    EXPECT_EQ(Answer(k_socket, {family, SOCK_STREAM | 0x10, 0}), Refused(EPERM)) << "unknown flag";
  }
  EXPECT_EQ(Answer(k_socket, {AF_INET, SOCK_STREAM, IPPROTO_TCP}), kAllowed);
  EXPECT_EQ(Answer(k_socket, {AF_INET, SOCK_DGRAM, IPPROTO_UDP}), kAllowed);
  for (const int protocol : {IPPROTO_ICMP, IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_MPTCP}) {
    EXPECT_EQ(Answer(k_socket, {AF_INET, SOCK_DGRAM, static_cast<std::uint64_t>(protocol)}),
              Refused(EPERM))
        << protocol;
  }
  for (const std::uint64_t family : {AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG, AF_TIPC, AF_BLUETOOTH,
                                     AF_XDP, AF_KEY, AF_CAN, AF_RDS}) {
    EXPECT_EQ(Answer(k_socket, {family, SOCK_DGRAM, 0}), Refused(EPERM)) << family;
    EXPECT_EQ(Answer(k_socket, {family | kUpper, SOCK_DGRAM, 0}), Refused(EPERM)) << family;
  }
  for (const Syscall& call : {k_bind, k_listen, k_accept, k_accept4, k_connect, k_sendto, k_sendmsg,
                              k_recvmsg, k_recvfrom, k_shutdown, k_getpeername, k_getsockname}) {
    EXPECT_EQ(Answer(call, {3, 0x1000, 16, 0, 0x1000, 16}), kAllowed) << call.name;
  }
}

TEST_F(ProcessesProfileTest, SocketOptionsAreTheStandardLibrarys) {
  EXPECT_EQ(Answer(k_setsockopt, {3, SOL_SOCKET, SO_REUSEADDR}), kAllowed);
  EXPECT_EQ(Answer(k_setsockopt, {3, IPPROTO_TCP, TCP_NODELAY}), kAllowed);
  EXPECT_EQ(Answer(k_setsockopt, {3, IPPROTO_IPV6, IPV6_V6ONLY}), kAllowed);
  EXPECT_EQ(Answer(k_getsockopt, {3, SOL_SOCKET, SO_ERROR}), kAllowed);
  EXPECT_EQ(Answer(k_getsockopt, {3, IPPROTO_TCP, TCP_INFO}), kAllowed);
  constexpr std::uint64_t kPeerPidfd = 77;  // SO_PEERPIDFD, newer than Debian's headers
  for (const std::uint64_t option : {std::uint64_t{SO_PEERCRED}, std::uint64_t{SO_PEERSEC},
                                     std::uint64_t{SO_PEERGROUPS}, kPeerPidfd}) {
    EXPECT_EQ(Answer(k_getsockopt, {3, SOL_SOCKET, option}), Refused(ENOPROTOOPT)) << option;
  }
  // Filters, memory that others see, marks, protocol modules, the packet filter's tables.
  for (const std::uint64_t option :
       {SO_ATTACH_FILTER, SO_ATTACH_BPF, SO_ZEROCOPY, SO_MARK, SO_BINDTODEVICE, SO_PRIORITY}) {
    EXPECT_EQ(Answer(k_setsockopt, {3, SOL_SOCKET, option}), Refused(ENOPROTOOPT)) << option;
  }
  EXPECT_EQ(Answer(k_setsockopt, {3, IPPROTO_TCP, TCP_ULP}), Refused(ENOPROTOOPT));
  EXPECT_EQ(Answer(k_setsockopt, {3, IPPROTO_IP, 64 /* IPT_SO_SET_REPLACE */}),
            Refused(ENOPROTOOPT));
  EXPECT_EQ(Answer(k_getsockopt, {3, IPPROTO_IP, 64}), Refused(ENOPROTOOPT));
  EXPECT_EQ(Answer(k_getsockopt, {3, IPPROTO_IPV6, 64}), Refused(ENOPROTOOPT));
}

TEST_F(ProcessesProfileTest, ANewProgramCanStart) {
  EXPECT_EQ(Answer(k_arch_prctl, {0x1002, 0x1000}), kAllowed) << "ARCH_SET_FS";
  EXPECT_EQ(Answer(k_arch_prctl, {0x3001, 0x1000}), Refused(EINVAL)) << "ARCH_CET_STATUS";
  EXPECT_EQ(Answer(k_arch_prctl, {0x1012, 0}), Refused(EINVAL)) << "ARCH_SET_CPUID";
  EXPECT_EQ(Answer(k_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, 3, 0}), kAllowed);
  EXPECT_EQ(Answer(k_mprotect, {0, 4096, PROT_READ | PROT_EXEC}), Refused(EACCES));
  EXPECT_EQ(Answer(k_prctl, {PR_SET_PDEATHSIG, SIGKILL}), kAllowed);
  EXPECT_EQ(Answer(k_prctl, {PR_SET_PDEATHSIG, 0}), Refused(EPERM)) << "it ends with the gateway";
  EXPECT_EQ(Answer(k_prctl, {PR_SET_PDEATHSIG, SIGTERM}), Refused(EPERM));
  EXPECT_EQ(Answer(k_prctl, {PR_SET_DUMPABLE, 1}), Refused(EPERM));
  EXPECT_EQ(Answer(k_prctl, {PR_SET_CHILD_SUBREAPER, 1}), Refused(EPERM));
}

TEST_F(ProcessesProfileTest, PinsItselfOnly) {
  Use(SyscallProfile::kProcesses, {}, 1);
  EXPECT_EQ(Answer(k_sched_setaffinity, {0, 128}), kAllowed);
  EXPECT_EQ(Answer(k_sched_setaffinity, {1, 128}), kAllowed);
  EXPECT_EQ(Answer(k_sched_setaffinity, {2, 128}), Refused(EPERM));
  EXPECT_EQ(Answer(k_sched_getaffinity, {2, 128}), kAllowed);
  EXPECT_EQ(Answer(k_sched_setscheduler, {0}), Refused(EPERM));
}

TEST_F(ProcessesProfileTest, LocksReachNoOtherSandbox) {
  EXPECT_EQ(Answer(k_flock, {3, 2}), Refused(EPERM));
  for (const std::uint64_t command : {F_SETLK, F_SETLKW, F_OFD_SETLK, F_SETLEASE, F_NOTIFY}) {
    EXPECT_EQ(Answer(k_fcntl, {3, command, 0x1000}), Refused(EPERM)) << command;
  }
  EXPECT_EQ(Answer(k_link), kAllowed) << "sem_open names a semaphore by a link";
  EXPECT_EQ(Answer(k_linkat), kAllowed);
}

using PolicyVariantsTest = PolicyFixture;

TEST_F(PolicyVariantsTest, SharedMemoryIsRefusedWhereNothingCountsIt) {
  for (const auto profile : {SyscallProfile::kStrict, SyscallProfile::kProcesses}) {
    const auto map = [&](std::uint64_t protection, std::uint64_t flags) {
      return Answer(k_mmap, {0, 4096, protection, flags, 3, 0});
    };
    for (const bool counted : {true, false}) {
      Use(profile, {.shared_memory = counted});
      const std::uint32_t answer = counted ? kAllowed : Refused(ENOMEM);
      EXPECT_EQ(map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS), answer);
      EXPECT_EQ(map(PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | kUpper), answer);
      EXPECT_EQ(map(PROT_READ, MAP_SHARED_VALIDATE | MAP_ANONYMOUS), answer);
      EXPECT_EQ(map(PROT_READ | PROT_WRITE, MAP_SHARED), kAllowed) << "a file";
      EXPECT_EQ(map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS), kAllowed);
      EXPECT_EQ(map(PROT_READ | PROT_EXEC, MAP_PRIVATE), kAllowed) << "a library";
      EXPECT_EQ(map(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE), Refused(EACCES));
      EXPECT_EQ(map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN),
                Refused(EINVAL));
    }
  }
}

TEST_F(PolicyVariantsTest, MemoryStaysWritableWhereOnlySuchIsCounted) {
  for (const auto profile : {SyscallProfile::kStrict, SyscallProfile::kProcesses}) {
    const auto protect = [&](std::uint64_t protection) {
      return Answer(k_mprotect, {0x1000, 4096, protection});
    };
    Use(profile, {.shared_memory = false});
    EXPECT_EQ(protect(PROT_READ), SECCOMP_RET_ERRNO | 0U) << "nothing happens";
    EXPECT_EQ(protect(PROT_NONE), SECCOMP_RET_ERRNO | 0U);
    EXPECT_EQ(protect(PROT_READ | PROT_WRITE), kAllowed) << "a thread's stack, malloc's arena";
    EXPECT_EQ(protect(PROT_READ | PROT_EXEC), Refused(EACCES)) << "not even pretended";
    EXPECT_EQ(protect(PROT_EXEC), Refused(EACCES));
    EXPECT_EQ(protect(PROT_READ | PROT_WRITE | PROT_EXEC), Refused(EACCES));
    Use(profile);
    EXPECT_EQ(protect(PROT_READ), kAllowed);
  }
}

TEST_F(PolicyVariantsTest, MetadataDoesNotChangeWithoutARootOfItsOwn) {
  constexpr std::uint32_t kPretended = SECCOMP_RET_ERRNO | 0;
  for (const auto profile : {SyscallProfile::kStrict, SyscallProfile::kProcesses}) {
    Use(profile, {.own_root = false});
    for (const Syscall& call :
         {k_chmod, k_fchmod, k_fchmodat, k_utimensat, k_utime, k_utimes, k_futimesat}) {
      EXPECT_EQ(Answer(call), kPretended) << call.name;
      EXPECT_EQ(Answer(call, {~0ULL, ~0ULL, ~0ULL, ~0ULL}), kPretended) << call.name;
    }
    for (const Syscall& call : {k_chown, k_fchown, k_lchown, k_fchownat}) {
      EXPECT_EQ(Answer(call), Refused(EPERM)) << call.name;
    }
    EXPECT_EQ(Answer(k_setxattr), Refused(ENOTSUP));
    EXPECT_EQ(Answer(k_openat), kAllowed);
  }
  Use(SyscallProfile::kStrict);
  for (const Syscall& call : {k_chmod, k_fchmod, k_fchmodat, k_utimensat}) {
    EXPECT_EQ(Answer(call), kAllowed) << call.name;
  }
}

TEST_F(PolicyVariantsTest, NoFileIsHeldWithoutBeingOpenedWithoutARootOfItsOwn) {
  for (const auto profile : {SyscallProfile::kStrict, SyscallProfile::kProcesses}) {
    Use(profile, {.own_root = false});
    EXPECT_EQ(Answer(k_open, {0, O_PATH}), Refused(EACCES));
    EXPECT_EQ(Answer(k_openat, {0, 0, O_PATH | O_DIRECTORY}), Refused(EACCES));
    EXPECT_EQ(Answer(k_open, {0, O_RDWR | O_CREAT}), kAllowed);
    EXPECT_EQ(Answer(k_openat, {0, O_PATH, O_RDONLY}), kAllowed);
    EXPECT_EQ(Answer(k_fchmodat2), Refused(ENOSYS));
    EXPECT_EQ(Answer(k_statfs), Refused(EACCES));
    EXPECT_EQ(Answer(k_fstatfs), Refused(EACCES));
  }
}

TEST(PolicyVariants, ChangeNothingElse) {
  const std::set<std::string_view> changed = {
      "mmap",   "mremap", "mprotect", "chmod",     "fchmod", "fchmodat", "open",
      "openat", "statfs", "fstatfs",  "utimensat", "utime",  "utimes",   "futimesat"};
  for (const Architecture architecture : kArchitectures) {
    const TestedFilter full(SyscallProfile::kStrict, {}, architecture);
    const TestedFilter bare(SyscallProfile::kStrict, kBareHost, architecture);
    for (const Syscall& call : AllSyscalls()) {
      if (changed.contains(call.name) || call.On(architecture) == Syscall::kNone) continue;
      const auto number = static_cast<std::uint32_t>(call.On(architecture));
      EXPECT_EQ(full.Answer(number), bare.Answer(number)) << call.name;
    }
  }
}

}  // namespace
}  // namespace pyrunner::sandbox
