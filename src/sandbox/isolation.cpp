#include "sandbox/isolation.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sandbox/credentials.h"
#include "sandbox/identity.h"
#include "sandbox/landlock.h"
#include "sandbox/limits.h"
#include "sandbox/namespaces.h"
#include "sandbox/properties.h"
#include "sandbox/root.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

namespace pyrunner::sandbox {
namespace {

// More than any program may ask for.
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 40;

int Checked(long result) { return result == 0 ? 0 : errno; }

int DieWithGateway() { return Checked(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)); }

/// When the whole machine is out of memory, programs go first, and neither zygote nor gateway.
int VolunteerForOutOfMemory(const IsolationPlan& plan) {
  const int file = ::openat(plan.procfs_fd, "self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  const int error = ::write(file, "1000", 4) == 4 ? 0 : errno;
  ::close(file);
  return error;
}

int EnterOwnNamespaces(const IsolationPlan& plan) {
  // The change of user made the process undumpable, and with that its own id maps unwritable.
  if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return errno;
  if (::unshare(kSandboxUnshareFlags) != 0) return errno;
  const int error = WriteIdMaps(plan.procfs_fd, 0, {kInnerUid, plan.uid, plan.uid, 1});
  ::close(plan.procfs_fd);
  return error;
}

int MountOwnScratch(const IsolationPlan& plan) {
  return MountScratch(plan.scratch_bytes, plan.scratch_inodes, kInnerUid);
}

int NameHost(const IsolationPlan&) {
  constexpr char kName[] = "sandbox";
  return Checked(::syscall(SYS_sethostname, kName, sizeof kName - 1));
}

int LimitResources(const IsolationPlan& plan) {
  // Where no cgroup counts, this is the limit on memory; each program has a lower one.
  if (plan.cgroup_fds.empty()) {
    const rlimit limit{plan.zygote_data_bytes + kMostMemory, plan.zygote_data_bytes + kMostMemory};
    if (::setrlimit(RLIMIT_DATA, &limit) != 0) return errno;
  }
  return SetFixedLimits({.file_bytes = plan.scratch_bytes,
                         .open_files = plan.open_files,
                         .processes = plan.processes});
}

int HideFromPeers(const IsolationPlan&) {
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  ::umask(077);
  // Again: the kernel forgot it when the user changed.
  return DieWithGateway();
}

int RefuseNewPrivileges(const IsolationPlan&) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  // Since Linux 6.3; seccomp holds the same line where it is missing.
  (void)::prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
  return 0;
}

int ApplyLandlock(const IsolationPlan& plan) {
  return plan.landlock_abi == 0 ? 0 : RestrictByLandlock(plan.landlock_abi);
}

int StartOwnSession(const IsolationPlan&) { return ::setsid() < 0 ? errno : 0; }

struct Step {
  const char* name;
  int (*apply)(const IsolationPlan&);
};

// The order is load-bearing; each line needs what stands above it, or would be undone below it.
constexpr Step kSteps[] = {
    {"session", StartOwnSession},
    {"oom score", VolunteerForOutOfMemory},
    {"user", [](const IsolationPlan& plan) { return plan.uid == 0 ? 0 : BecomeUser(plan.uid); }},
    {"namespaces", EnterOwnNamespaces},  // after the user: they belong to it
    {"scratch", MountOwnScratch},        // needs the capabilities of the new user namespace
    {"hostname", NameHost},
    {"limits", LimitResources},
    {"capabilities", [](const IsolationPlan&) { return DropCapabilities(); }},
    {"dumpable", HideFromPeers},
    {"no_new_privs", RefuseNewPrivileges},  // what the next two need
    {"landlock", ApplyLandlock},            // before seccomp hides its system calls
    {"seccomp", [](const IsolationPlan& plan) { return InstallSeccomp(plan.seccomp); }},
};

bool Refused(long result, int error) { return result < 0 && errno == error; }

bool SeesNoHostFile() {
  constexpr const char* kHostPaths[] = {"/etc/shadow", "/proc/self/status", "/sys/kernel", "/root",
                                        "/home"};
  for (const char* path : kHostPaths) {
    if (::access(path, F_OK) == 0) return false;
  }
  struct statvfs root {};
  return ::statvfs("/", &root) == 0 && (root.f_flag & ST_RDONLY) != 0 &&
         ::access("/usr/lib", F_OK) == 0 &&
         ::open("/usr/.written-by-a-sandbox", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0;
}

bool ScratchIsBounded(const IsolationPlan& plan) {
  struct statfs scratch {};
  return ::statfs("/tmp", &scratch) == 0 && scratch.f_type == TMPFS_MAGIC &&
         static_cast<std::uint64_t>(scratch.f_blocks) *
                 static_cast<std::uint64_t>(scratch.f_bsize) <=
             plan.scratch_bytes &&
         ::access("/tmp", W_OK) == 0;
}

bool MemoryIsLimited(const IsolationPlan& plan) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_DATA, &limit) == 0 &&
         limit.rlim_max <= plan.zygote_data_bytes + kMostMemory;
}

bool ForkIsRefused() {
  const long pid = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) ::_exit(0);  // it was not: this must not go on as a second sandbox
  return Refused(pid, EPERM);
}

bool ProcessesAreLimited(const IsolationPlan& plan) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_max <= plan.processes &&
         ForkIsRefused();
}

}  // namespace

StepResult JoinCgroups(std::span<const int> cgroup_fds) {
  for (const int fd : cgroup_fds) {
    if (::write(fd, "0", 1) != 1) return {"cgroup", errno};
  }
  return {};
}

StepResult Isolate(const IsolationPlan& plan) {
  if (const int error = DieWithGateway(); error != 0) return {"death signal", error};
  for (const Step& step : kSteps) {
    if (const int error = step.apply(plan); error != 0) return {step.name, error};
  }
  return {};
}

std::uint32_t VerifyIsolation(const IsolationPlan& plan) {
  std::uint32_t seen = 0;
  const auto note = [&seen](std::uint32_t property, bool holds) {
    if (holds) seen |= property;
  };
  note(kFilesystemIsolation, SeesNoHostFile());
  note(kNetworkIsolation, Refused(::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0), EPERM));
  note(kProcessIsolation,
       ::getpid() == 1 && ::getppid() == 0 && Refused(::syscall(SYS_kill, 2, 0), EPERM));
  note(kIpcIsolation, Refused(::syscall(SYS_shmget, 0, 4096, 0), ENOSYS));
  // The groups of an ordinary user who started the service stay: only root could drop them.
  const bool no_groups = ::getgroups(0, nullptr) == 0 || plan.uid == 0;
  note(kPrivilegesDropped, ::getuid() == kInnerUid && ::geteuid() == kInnerUid &&
                               ::getgid() == kInnerUid && no_groups && HasNoCapabilities() &&
                               ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
  note(kSyscallFilter, ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2 &&
                           Refused(::syscall(SYS_personality, 0xffffffffU), EPERM));
  // The kernel moved this very process when the write to cgroup.procs succeeded.
  note(kMemoryLimit, !plan.cgroup_fds.empty() || MemoryIsLimited(plan));
  note(kProcessLimit, ProcessesAreLimited(plan));
  note(kScratchQuota, ScratchIsBounded(plan));
  return seen;
}

}  // namespace pyrunner::sandbox
