#include "sandbox/isolation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
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

namespace pyrunner::sandbox {
namespace {

// More than any program may ask for.
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 40;

bool MayHaveProcesses(const IsolationPlan& plan) {
  return plan.profile == SyscallProfile::kProcesses;
}

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
  if (::unshare(SandboxUnshareFlags(plan.layers, plan.profile)) != 0) return errno;
  if (!plan.layers.Has(Layer::kUserNamespace)) return 0;
  return WriteIdMaps(plan.procfs_fd, 0, {kInnerUid, plan.uid, plan.uid, 1});
}

/// No user namespace below the sandbox's own, and nothing that watches files: the second wall
/// behind seccomp. A host whose /proc/sys is read-only has only the first.
int RefuseNamespacesAndWatches(const IsolationPlan& plan) {
  const int error = ForbidInUserNamespace(plan.procfs_fd, "max_user_namespaces");
  return error != 0 || plan.zygote_refuses_watches ? error : RefuseWatches(plan.procfs_fd);
}

int MountOwnScratch(const IsolationPlan& plan) {
  const std::uint32_t owner = plan.layers.Has(Layer::kUserNamespace) ? kInnerUid : plan.uid;
  const int error = MountScratch(plan.scratch_bytes, plan.scratch_inodes, owner);
  if (error != 0 || !MayHaveProcesses(plan)) return error;
  return MountSharedMemory(plan.scratch_bytes, plan.scratch_inodes, owner);
}

int StartOwnNetwork(const IsolationPlan& plan) {
  return MayHaveProcesses(plan) ? BringUpLoopback() : 0;
}

/// Failing here would leave the program in a place that it must not be in.
int EnterScratch(const IsolationPlan& plan) { return Checked(::chdir(plan.scratch)); }

int NameHost(const IsolationPlan&) {
  constexpr char kName[] = "sandbox";
  return Checked(::syscall(SYS_sethostname, kName, sizeof kName - 1));
}

/// Whether a limit on the user's processes is a limit on this sandbox's.
bool CountsProcessesAlone(const IsolationPlan& plan) {
  return plan.layers.Has(Layer::kOwnUser) || plan.layers.Has(Layer::kUserNamespace);
}

int LimitResources(const IsolationPlan& plan) {
  // Where no cgroup counts, this is the limit on memory; each program has a lower one.
  if (!plan.layers.Has(Layer::kCgroup)) {
    const rlim_t most = plan.memory_base.data_bytes + kMostMemory;
    const rlimit limit{most, most};
    if (::setrlimit(RLIMIT_DATA, &limit) != 0) return errno;
  }
  return SetFixedLimits({.file_bytes = plan.scratch_bytes,
                         .open_files = plan.open_files,
                         .processes = CountsProcessesAlone(plan) ? plan.processes : 0});
}

int HideFromPeers(const IsolationPlan& plan) {
  ::close(plan.procfs_fd);
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  ::umask(077);
  // Again: the kernel forgot it when the user changed.
  return DieWithGateway();
}

int RefuseNewPrivileges(const IsolationPlan&) {
  return Checked(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

int RefuseCode(const IsolationPlan&) { return RefuseNewCode(); }

int StartOwnSession(const IsolationPlan&) { return ::setsid() < 0 ? errno : 0; }

struct Step {
  const char* name;
  bool (*wanted)(Layers);
  int (*apply)(const IsolationPlan&);
};

constexpr bool Always(Layers) { return true; }

template <Layer kLayer>
constexpr bool If(Layers layers) {
  return layers.Has(kLayer);
}

// In a user namespace of its own a sandbox must have its user before it enters, because it belongs
// to it; otherwise it would lose with its user what entering the other namespaces needs.
constexpr bool IfUserFirst(Layers layers) {
  return layers.Has(Layer::kOwnUser) && layers.Has(Layer::kUserNamespace);
}
constexpr bool IfUserLater(Layers layers) {
  return layers.Has(Layer::kOwnUser) && !layers.Has(Layer::kUserNamespace);
}
bool IfNamespaces(Layers layers) {
  return SandboxUnshareFlags(layers, SyscallProfile::kStrict) != 0;
}

int BecomeOwnUser(const IsolationPlan& plan) { return BecomeUser(plan.uid); }

// The order is load-bearing; each line needs what stands above it, or would be undone below it.
constexpr Step kSteps[] = {
    {"session", Always, StartOwnSession},
    {"oom score", Always, VolunteerForOutOfMemory},
    {"user", IfUserFirst, BecomeOwnUser},
    {"namespaces", IfNamespaces, EnterOwnNamespaces},
    // The next four need the capabilities of the new user namespace.
    {"namespace limits", If<Layer::kUserNamespace>, RefuseNamespacesAndWatches},
    {"scratch", If<Layer::kMountNamespace>, MountOwnScratch},
    {"loopback", If<Layer::kNetworkNamespace>, StartOwnNetwork},
    {"hostname", If<Layer::kUtsNamespace>, NameHost},
    {"root", If<Layer::kChroot>,
     [](const IsolationPlan& plan) { return Checked(::chroot(plan.root)); }},
    {"limits", If<Layer::kResourceLimits>, LimitResources},
    {"own user", IfUserLater, BecomeOwnUser},
    {"working directory", Always, EnterScratch},
    {"capabilities", If<Layer::kNoCapabilities>,
     [](const IsolationPlan&) { return DropCapabilities(); }},
    {"dumpable", Always, HideFromPeers},
    {"no_new_privs", Always, RefuseNewPrivileges},  // what the last two need
    {"no new code", If<Layer::kNoNewCode>, RefuseCode},
    // Before seccomp hides its system calls.
    {"landlock", If<Layer::kLandlock>,
     [](const IsolationPlan& plan) {
       return RestrictByLandlock(
           plan.landlock_abi,
           {.own_root = plan.layers.Has(Layer::kMountNamespace), .profile = plan.profile});
     }},
    {"seccomp", If<Layer::kSeccomp>,
     [](const IsolationPlan& plan) { return InstallSeccomp(plan.seccomp); }},
};

bool Refused(long result, int error) { return result < 0 && errno == error; }

/// In a root of its own the host's files do not even exist.
bool SeesNoHostFile() {
  constexpr const char* kHostPaths[] = {"/etc/shadow", "/proc/self/status", "/sys/kernel", "/root",
                                        "/home"};
  for (const char* path : kHostPaths) {
    if (::access(path, F_OK) == 0) return false;
  }
  return true;
}

bool CanOpen(const char* path, int flags) {
  const int fd = ::open(path, flags | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  ::close(fd);
  return true;
}

/// Landlock's part: what exists cannot be opened, not even a folder that everybody may list.
bool OpensNoHostFile() {
  constexpr const char* kClosedPaths[] = {"/",    "/dev",       "/proc/self/status",
                                          "/sys", "/etc/hosts", ".."};
  for (const char* path : kClosedPaths) {
    if (CanOpen(path, O_RDONLY)) return false;
  }
  return true;
}

/// Tried with an empty file, which the kernel takes for no program only after it may be executed.
bool ExecutesNoOwnFile() {
  for (const char* path : {"/tmp/.program", "/dev/shm/.program"}) {
    const int file = ::open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (file < 0) return false;
    ::close(file);
    const bool refused = Refused(::syscall(SYS_execve, path, nullptr, nullptr), EACCES);
    ::unlink(path);
    if (!refused) return false;
  }
  return true;
}

bool FilesystemIsIsolated(const IsolationPlan& plan) {
  const bool own_root = plan.layers.Has(Layer::kMountNamespace) || plan.layers.Has(Layer::kChroot);
  if (own_root && !SeesNoHostFile()) return false;
  struct statvfs root {};
  if (plan.layers.Has(Layer::kMountNamespace) &&
      (::statvfs("/", &root) != 0 || (root.f_flag & ST_RDONLY) == 0)) {
    return false;
  }
  if (plan.layers.Has(Layer::kLandlock) && !OpensNoHostFile()) return false;
  if (MayHaveProcesses(plan) && !ExecutesNoOwnFile()) return false;
  return ::access("/usr/lib", F_OK) == 0 &&
         !CanOpen("/usr/.written-by-a-sandbox", O_WRONLY | O_CREAT);
}

/// What the kernel says to a TCP connection to this address; 0 if somebody takes it.
int TryToConnect(std::uint32_t address) {
  const long socket = ::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
  if (socket < 0) return errno;
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(9);
  target.sin_addr.s_addr = htonl(address);
  const int error = Checked(
      ::connect(static_cast<int>(socket), reinterpret_cast<sockaddr*>(&target), sizeof target));
  ::close(static_cast<int>(socket));
  return error;
}

/// Itself on loopback, where nobody listens yet, and no way to anywhere else.
bool NetworkIsItsOwn(const IsolationPlan& plan) {
  constexpr std::uint32_t kElsewhere = 0xc0000201;  // 192.0.2.1, of the block for documentation
  if (plan.layers.Has(Layer::kSeccomp)) {
    if (!Refused(::syscall(SYS_socket, AF_NETLINK, SOCK_RAW, 0), EPERM)) return false;
    if (!Refused(::syscall(SYS_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP), EPERM)) return false;
  }
  return TryToConnect(kElsewhere) == ENETUNREACH && TryToConnect(INADDR_LOOPBACK) == ECONNREFUSED;
}

bool NetworkIsIsolated(const IsolationPlan& plan) {
  if (MayHaveProcesses(plan)) return NetworkIsItsOwn(plan);
  const long socket = ::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
  if (plan.layers.Has(Layer::kSeccomp)) return Refused(socket, EPERM);
  // An empty network namespace has no way to anywhere, not even to itself.
  sockaddr_in nowhere{};
  nowhere.sin_family = AF_INET;
  nowhere.sin_port = htons(9);
  nowhere.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const long connected =
      ::connect(static_cast<int>(socket), reinterpret_cast<sockaddr*>(&nowhere), sizeof nowhere);
  const bool refused = Refused(connected, ENETUNREACH) || Refused(connected, EACCES);
  ::close(static_cast<int>(socket));
  return refused;
}

bool ProcessesAreIsolated(const IsolationPlan& plan) {
  const bool alone = ::getpid() == 1 && ::getppid() == 0;
  if (plan.layers.Has(Layer::kPidNamespace) && !alone) return false;
  // It may signal whom it sees, and sees nobody.
  if (MayHaveProcesses(plan)) return Refused(::syscall(SYS_kill, -1, 0), ESRCH);
  if (!plan.layers.Has(Layer::kSeccomp)) return true;
  return Refused(::syscall(SYS_kill, alone ? 2 : ::getppid(), 0), EPERM) &&
         Refused(::syscall(SYS_kill, -1, 0), EPERM);
}

bool IpcIsIsolated(const IsolationPlan& plan) {
  if (!plan.layers.Has(Layer::kSeccomp)) return plan.layers.Has(Layer::kIpcNamespace);
  return Refused(::syscall(SYS_shmget, 0, 4096, 0), ENOSYS);
}

bool PrivilegesAreDropped(const IsolationPlan& plan) {
  const bool mapped = plan.layers.Has(Layer::kUserNamespace);
  const bool own = plan.layers.Has(Layer::kOwnUser);
  if (mapped || own) {
    const std::uint32_t user = mapped ? kInnerUid : plan.uid;
    if (::getuid() != user || ::geteuid() != user || ::getgid() != user) return false;
  }
  // The groups of an ordinary user who started the service stay: only root could drop them.
  if (own && ::getgroups(0, nullptr) != 0) return false;
  if (plan.layers.Has(Layer::kNoCapabilities) && !HasNoCapabilities()) return false;
  // Without the filter prctl is a call like others; with it, it is allowed to ask just this.
  return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

bool CallsAreFiltered(const IsolationPlan& plan) {
  return plan.layers.Has(Layer::kSeccomp) && ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2 &&
         Refused(::syscall(SYS_personality, 0xffffffffU), EPERM);
}

bool ScratchIsBounded(const IsolationPlan& plan) {
  if (::access(".", W_OK) != 0) return false;
  if (!plan.layers.Has(Layer::kMountNamespace)) {
    rlimit limit{};
    return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_max <= plan.scratch_bytes;
  }
  struct statfs scratch {};
  return ::statfs(".", &scratch) == 0 && scratch.f_type == TMPFS_MAGIC &&
         static_cast<std::uint64_t>(scratch.f_blocks) *
                 static_cast<std::uint64_t>(scratch.f_bsize) <=
             plan.scratch_bytes;
}

bool MemoryIsLimited(const IsolationPlan& plan) {
  // The kernel moved this very process when the write to its group's list succeeded.
  if (plan.layers.Has(Layer::kCgroup) && !plan.cgroup_fds.empty()) return true;
  rlimit limit{};
  return ::getrlimit(RLIMIT_DATA, &limit) == 0 &&
         limit.rlim_max <= plan.memory_base.data_bytes + kMostMemory;
}

bool ForkIsRefused() {
  const long pid = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) ::_exit(0);  // it was not: this must not go on as a second sandbox
  return Refused(pid, EPERM);
}

bool ForkWorks() {
  const long pid = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) ::_exit(0);
  return pid > 0 && ::waitpid(static_cast<pid_t>(pid), nullptr, 0) == pid;
}

bool ProcessesAreLimited(const IsolationPlan& plan) {
  if (plan.layers.Has(Layer::kResourceLimits) && CountsProcessesAlone(plan)) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NPROC, &limit) != 0 || limit.rlim_max > plan.processes) return false;
  }
  // Limits of single processes bound no number of them.
  if (MayHaveProcesses(plan)) return plan.layers.Has(Layer::kCgroup) && ForkWorks();
  if (plan.layers.Has(Layer::kSeccomp)) return ForkIsRefused();
  return plan.layers.Has(Layer::kCgroup) ||
         (plan.layers.Has(Layer::kResourceLimits) && CountsProcessesAlone(plan));
}

}  // namespace

StepResult JoinCgroups(const IsolationPlan& plan) {
  if (Weakening::Fails(plan.fail_at, "cgroup")) return {"cgroup", EPERM};
  for (const int fd : plan.cgroup_fds) {
    if (::write(fd, "0", 1) != 1) return {"cgroup", errno};
  }
  return {};
}

StepResult Isolate(const IsolationPlan& plan) {
  if (const int error = DieWithGateway(); error != 0) return {"death signal", error};
  for (const Step& step : kSteps) {
    if (!step.wanted(plan.layers) || Weakening::Skips(plan.fail_at, step.name)) continue;
    if (Weakening::Fails(plan.fail_at, step.name)) return {step.name, EPERM};
    if (const int error = step.apply(plan); error != 0) return {step.name, error};
  }
  return {};
}

std::uint32_t VerifyIsolation(const IsolationPlan& plan) {
  constexpr struct {
    Property property;
    bool (*holds)(const IsolationPlan&);
  } kChecks[] = {
      {kFilesystemIsolation, FilesystemIsIsolated},
      {kNetworkIsolation, NetworkIsIsolated},
      {kProcessIsolation, ProcessesAreIsolated},
      {kIpcIsolation, IpcIsIsolated},
      {kPrivilegesDropped, PrivilegesAreDropped},
      {kSyscallFilter, CallsAreFiltered},
      {kMemoryLimit, MemoryIsLimited},
      {kProcessLimit, ProcessesAreLimited},
      {kScratchQuota, ScratchIsBounded},
  };
  std::uint32_t seen = 0;
  for (const auto& [property, holds] : kChecks) {
    if (holds(plan)) seen |= property;
  }
  return seen;
}

}  // namespace pyrunner::sandbox
