#include "sandbox/probe.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <string_view>

#include "base/clone.h"
#include "base/fd.h"
#include "base/unix_socket.h"
#include "sandbox/credentials.h"
#include "sandbox/identity.h"
#include "sandbox/landlock.h"
#include "sandbox/namespaces.h"
#include "sandbox/root.h"
#include "sandbox/seccomp.h"
#include "sandbox/slot_roots.h"
#include "sandbox/user_range.h"

namespace pyrunner::sandbox {
namespace {

Status Check(std::string_view act, long result) {
  if (result < 0) return SystemError(act, "");
  return {};
}

/// Runs `trial` in a child made with these flags of clone. Returns what it complained of; empty if
/// nothing.
std::string Try(int clone_flags, const std::function<Status()>& trial) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return SystemError("pipe2", "").value().message;
  const Fd read(ends[0]);
  Fd write(ends[1]);
  // The raw call: a sanitizer's fork would give the child a thread, and with that no namespaces.
  const long pid = Clone(static_cast<std::uint64_t>(clone_flags) | SIGCHLD);
  if (pid < 0) return SystemError("clone", "").value().message;
  if (pid == 0) {
    const Status done = trial();
    const std::string complaint = done ? "" : done.error().message;
    const ssize_t told = ::write(write.get(), complaint.data(), complaint.size());
    ::_exit(done && told >= 0 ? 0 : 1);
  }
  write.Reset();
  std::array<char, 512> complaint{};
  const ssize_t size = ::read(read.get(), complaint.data(), complaint.size());
  int status = 0;
  while (::waitpid(static_cast<pid_t>(pid), &status, 0) < 0 && errno == EINTR) {
  }
  if (size > 0) return {complaint.data(), static_cast<std::size_t>(size)};
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : "the trial did not end well";
}

std::string NamespaceOf(const char* name) {
  std::array<char, 64> target{};
  const std::string link = std::string("/proc/self/ns/") + name;
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : std::string();
}

/// In a user namespace of one's own, as its root.
Status MapSelf(uid_t user, gid_t group) {
  const Fd procfs(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!procfs) return SystemError("open", "/proc");
  const IdMap map{.inside = 0, .outside_uid = user, .outside_gid = group, .count = 1};
  if (const int error = WriteIdMaps(procfs.get(), 0, map); error != 0) {
    return SystemError("write", "/proc/self/uid_map", error);
  }
  return {};
}

struct Namespace {
  Layer layer;
  int flag;
  const char* name;  // below /proc/self/ns
  Status (*use)();   // something that works in a real one only
};

Status UseNothing() { return {}; }

Status BuildWholeRoot() {
  Status built = BuildRoot();
  if (built) built = SealRoot();
  if (built && MountScratch(1U << 20U, 16, 0) != 0) return SystemError("mount", "a tmpfs on /tmp");
  return built;
}

Status NameHost() { return Check("sethostname", ::syscall(SYS_sethostname, "sandbox", 7)); }

constexpr std::array kNamespaces = {
    Namespace{Layer::kMountNamespace, CLONE_NEWNS, "mnt", BuildWholeRoot},
    Namespace{Layer::kNetworkNamespace, CLONE_NEWNET, "net", UseNothing},
    Namespace{Layer::kIpcNamespace, CLONE_NEWIPC, "ipc", UseNothing},
    Namespace{Layer::kUtsNamespace, CLONE_NEWUTS, "uts", NameHost},
    Namespace{Layer::kCgroupNamespace, CLONE_NEWCGROUP, "cgroup", UseNothing},
};

void Note(HostProbe& probe, Layer layer, const std::string& complaint) {
  if (complaint.empty()) {
    probe.setup.layers.Add(layer);
  } else {
    probe.why_not[layer] = complaint;
  }
}

void ProbeNamespaces(HostProbe& probe) {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  const std::string no_users = Try(CLONE_NEWUSER, [=] { return MapSelf(user, group); });
  Note(probe, Layer::kUserNamespace, no_users);
  probe.setup.zygote_user_namespace = no_users.empty();
  constexpr const char* kNeedsUsers = "needs a user namespace";
  Note(probe, Layer::kPidNamespace,
       !no_users.empty() ? kNeedsUsers : Try(CLONE_NEWUSER | CLONE_NEWPID, []() -> Status {
         if (::getpid() != 1) return Failure("clone succeeded and had no effect");
         return {};
       }));
  for (const Namespace& kind : kNamespaces) {
    if (!no_users.empty()) {
      probe.why_not[kind.layer] = kNeedsUsers;
      continue;
    }
    const std::string before = NamespaceOf(kind.name);
    const std::string complaint = Try(CLONE_NEWUSER, [&]() -> Status {
      if (Status mapped = MapSelf(user, group); !mapped) return mapped;
      if (Status made = Check("unshare", ::unshare(kind.flag)); !made) return made;
      // Some kernels accept the call and do nothing.
      if (NamespaceOf(kind.name) == before) {
        return Failure("unshare succeeded and had no effect");
      }
      return kind.use();
    });
    Note(probe, kind.layer, complaint);
  }
}

Status TryOtherUser() {
  if (const int error = BecomeUser(kGatewayUid); error != 0) {
    return SystemError("setresuid", "another user", error);
  }
  return {};
}

Status TryUserRange() {
  auto pair = SocketPair(SOCK_STREAM);
  if (!pair) return tl::unexpected(pair.error());
  auto& [here, there] = *pair;
  const long pid = Clone(SIGCHLD);
  if (pid < 0) return SystemError("clone", "");
  if (pid == 0) {
    here.Reset();
    ::_exit(EnterUserRange(there.get()));
  }
  there.Reset();
  const int not_mapped = MapUserRange(here.get(), static_cast<pid_t>(pid));
  here.Reset();
  int status = 0;
  ::waitpid(static_cast<pid_t>(pid), &status, 0);
  if (not_mapped != 0) return SystemError("map", "a range of users", not_mapped);
  if (status != 0) return SystemError("enter", "a range of users", WEXITSTATUS(status));
  return {};
}

Status TryLandlock(int abi) {
  if (abi == 0) return SystemError("landlock_create_ruleset", "");
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::chdir("/tmp") != 0) return SystemError("chdir", "/tmp");
  if (const int error = RestrictByLandlock(abi, {}); error != 0) {
    return SystemError("landlock_restrict_self", "", error);
  }
  const Fd root(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (root) return Failure("landlock_restrict_self succeeded and had no effect");
  return {};
}

Status TrySeccomp() {
  const std::array rules = {SyscallRule{SYS_personality, {}, Verdict{Verdict::Kind::kErrno, EDOM}}};
  const auto program = CompileSeccomp(rules, Verdict{Verdict::Kind::kAllow, 0});
  if (!program) return tl::unexpected(program.error());
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (const int error = InstallSeccomp(program->code); error != 0) {
    return SystemError("seccomp", "", error);
  }
  if (::syscall(SYS_personality, 0xffffffffU) != -1 || errno != EDOM) {
    return Failure("seccomp succeeded and had no effect");
  }
  return {};
}

Status TryNoNewCode() {
  if (RefuseNewCode() != 0) {
    return SystemError("prctl", "PR_SET_MDWE (since Linux 6.3)");
  }
  constexpr std::size_t kPage = 4096;
  void* memory = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED && ::mprotect(memory, kPage, PROT_READ | PROT_EXEC) == 0) {
    return Failure("PR_SET_MDWE succeeded and had no effect");
  }
  return {};
}

/// Whether a mapping beyond this limit fails.
Status TryMemoryLimit(__rlimit_resource resource) {
  const rlimit nothing{0, 0};
  if (::setrlimit(resource, &nothing) != 0) return SystemError("setrlimit", "memory");
  constexpr std::size_t kLarge = std::size_t{64} << 20U;
  void* memory =
      ::mmap(nullptr, kLarge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) return Failure("a limit on memory was set and had no effect");
  return {};
}

/// Whether directories can be given to other users and be cleaned again, which is the supervisor's
/// work where sandboxes cannot mount their own.
Status TryOthersDirectories() {
  std::string path = "/tmp/pyrunner-trial-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return SystemError("mkdtemp", path);
  const std::string inner = path + "/inner";
  Status done;
  if (::chown(path.c_str(), kFirstMappedUid, kFirstMappedUid) != 0) {
    done = SystemError("chown", "a directory");
  } else if (::mkdir(inner.c_str(), 0700) != 0) {
    done = SystemError("mkdir", "in another user's directory");
  }
  ::rmdir(inner.c_str());
  if (::rmdir(path.c_str()) != 0 && done) done = SystemError("rmdir", "another user's directory");
  return done;
}

Status TryChroot() {
  auto roots = SlotRoots::Create("/tmp", 1, [](std::uint32_t) { return kFirstMappedUid; },
                                 {.bytes = 1U << 20U, .files = 16});
  if (!roots) return tl::unexpected(roots.error());
  Status done = roots->Renew(0);
  const long pid = Clone(SIGCHLD);
  if (pid == 0) {
    const bool inside = ::chroot(SlotRoots::PathOf(roots->path(), 0).c_str()) == 0 &&
                        ::chdir("/tmp") == 0 && ::access("/usr/lib", F_OK) == 0 &&
                        ::access("/proc", F_OK) != 0;
    ::_exit(inside ? 0 : 1);
  }
  int status = 0;
  if (pid < 0 || ::waitpid(static_cast<pid_t>(pid), &status, 0) != pid || status != 0) {
    if (done) done = Failure("chroot into a root of bound folders does not work");
  }
  roots->Remove();
  return done;
}

/// Whether a fork can be given to the caller's parent, with a descriptor that tells of its end.
/// Says which it is, for the parent to reap.
Status TryGivingChildrenAway(pid_t parent, pid_t& given) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return SystemError("pipe2", "");
  int pidfd = -1;
  const long pid = Clone(CLONE_PARENT | CLONE_PIDFD, &pidfd);
  if (pid < 0) return SystemError("clone", "with a pidfd");
  if (pid > 0) given = static_cast<pid_t>(pid);
  if (pid == 0) {
    const char adopted = ::getppid() == parent ? 'y' : 'n';
    ::_exit(::write(ends[1], &adopted, 1) == 1 ? 0 : 1);
  }
  char adopted = 'n';
  if (::read(ends[0], &adopted, 1) != 1 || adopted != 'y') {
    return Failure("a fork cannot be given to the parent");
  }
  if (pidfd < 0 || ::syscall(SYS_pidfd_send_signal, pidfd, 0, nullptr, 0) != 0) {
    return SystemError("pidfd_send_signal", "");
  }
  return {};
}

bool CanGiveChildrenAway() {
  void* shared =
      ::mmap(nullptr, sizeof(pid_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return false;
  auto* given = static_cast<pid_t*>(shared);
  const pid_t self = ::getpid();
  const bool can = Try(0, [=] { return TryGivingChildrenAway(self, *given); }).empty();
  // That one and no other: whoever executed this program may have left it children of its own.
  if (*given > 0) ::waitpid(*given, nullptr, __WALL);
  ::munmap(shared, sizeof(pid_t));
  return can;
}

void ProbeUsers(HostProbe& probe) {
  SandboxSetup& setup = probe.setup;
  std::string no_users = "not started as root of the host";
  if (HasUsers(kGatewayUid, 1 + kMappedUids)) no_users = Try(0, TryOtherUser);
  if (no_users.empty()) {
    if (setup.layers.Has(Layer::kUserNamespace)) {
      no_users = Try(0, TryUserRange);
    } else {
      no_users = Try(0, TryOthersDirectories);
      setup.keep_children = no_users.empty();
    }
    setup.become_gateway_user = !no_users.empty();
  }
  Note(probe, Layer::kOwnUser, no_users);
  if (!setup.layers.Has(Layer::kMountNamespace)) {
    const bool own_users = setup.layers.Has(Layer::kOwnUser);
    Note(probe, Layer::kChroot,
         own_users ? Try(0, TryChroot) : "needs a user of its own for each sandbox");
  }
}

OuterSandbox FindOuterSandbox() {
  constexpr int kReadAll = 3;
  std::array<char, 4096> log{};
  const int size = ::klogctl(kReadAll, log.data(), static_cast<int>(log.size()));
  const std::string_view text(log.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  utsname name{};
  const bool named = ::uname(&name) == 0 && std::strstr(name.release, "gvisor") != nullptr;
  if (named || text.find("gVisor") != std::string_view::npos) return OuterSandbox::kGvisor;
  for (const char* path : {"/.dockerenv", "/run/.containerenv"}) {
    if (::access(path, F_OK) == 0) return OuterSandbox::kContainer;
  }
  return OuterSandbox::kNone;
}

}  // namespace

HostProbe ProbeHost() {
  HostProbe probe;
  probe.outer = FindOuterSandbox();
  SandboxSetup& setup = probe.setup;
  setup.layers.Add(Layer::kNoCapabilities);
  ProbeNamespaces(probe);

  ProbeUsers(probe);

  if (!CanGiveChildrenAway()) setup.keep_children = true;

  const int abi = LandlockAbi();
  const int error = errno;
  Note(probe, Layer::kLandlock, Try(0, [=] {
         errno = error;
         return TryLandlock(abi);
       }));
  if (setup.layers.Has(Layer::kLandlock)) setup.landlock_abi = abi;
  Note(probe, Layer::kSeccomp, Try(0, TrySeccomp));
  Note(probe, Layer::kNoNewCode, Try(0, TryNoNewCode));

  std::string no_limits = Try(0, [] { return TryMemoryLimit(RLIMIT_DATA); });
  if (!no_limits.empty()) {
    no_limits = Try(0, [] { return TryMemoryLimit(RLIMIT_AS); });
    setup.limit_address_space = no_limits.empty();
  }
  Note(probe, Layer::kResourceLimits, no_limits);
  return probe;
}

}  // namespace pyrunner::sandbox
