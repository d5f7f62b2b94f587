#include "sandbox/namespaces.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <span>
#include <sstream>

#include "base/fd.h"
#include "base/text_file.h"

namespace pyrunner::sandbox {

namespace {

struct NamespaceFlag {
  Layer layer;
  int flag;
};

// Entered by unshare; a process namespace is for children only, and a network namespace is shared.
constexpr NamespaceFlag kOfZygote[] = {
    {Layer::kMountNamespace, CLONE_NEWNS},      {Layer::kNetworkNamespace, CLONE_NEWNET},
    {Layer::kIpcNamespace, CLONE_NEWIPC},       {Layer::kUtsNamespace, CLONE_NEWUTS},
    {Layer::kCgroupNamespace, CLONE_NEWCGROUP},
};
constexpr NamespaceFlag kOfSandbox[] = {
    {Layer::kUserNamespace, CLONE_NEWUSER},     {Layer::kMountNamespace, CLONE_NEWNS},
    {Layer::kIpcNamespace, CLONE_NEWIPC},       {Layer::kUtsNamespace, CLONE_NEWUTS},
    {Layer::kCgroupNamespace, CLONE_NEWCGROUP},
};

int Flags(Layers layers, std::span<const NamespaceFlag> table) {
  int flags = 0;
  for (const auto& [layer, flag] : table) {
    if (layers.Has(layer)) flags |= flag;
  }
  return flags;
}

int WriteFile(int procfs_fd, pid_t pid, const char* name, const char* text) {
  std::array<char, 64> path{};
  if (pid == 0) {
    std::snprintf(path.data(), path.size(), "self/%s", name);
  } else {
    std::snprintf(path.data(), path.size(), "%d/%s", static_cast<int>(pid), name);
  }
  const Fd file(::openat(procfs_fd, path.data(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  const std::size_t size = std::strlen(text);
  if (::write(file.get(), text, size) != static_cast<ssize_t>(size)) return errno;
  return 0;
}

}  // namespace

int WriteIdMaps(int procfs_fd, pid_t pid, const IdMap& map) {
  std::array<char, 64> users{};
  std::array<char, 64> groups{};
  std::snprintf(users.data(), users.size(), "%u %u %u\n", map.inside, map.outside_uid, map.count);
  std::snprintf(groups.data(), groups.size(), "%u %u %u\n", map.inside, map.outside_gid, map.count);
  // An unprivileged group map is allowed only where setgroups is given up for good.
  if (const int error = WriteFile(procfs_fd, pid, "setgroups", "deny"); error != 0) return error;
  if (const int error = WriteFile(procfs_fd, pid, "uid_map", users.data()); error != 0)
    return error;
  return WriteFile(procfs_fd, pid, "gid_map", groups.data());
}

bool HasUsers(std::uint32_t first, std::uint32_t count) {
  if (::geteuid() != 0) return false;
  const auto map = ReadTextFile("/proc/self/uid_map");
  if (!map) return false;
  std::istringstream lines(*map);
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  std::uint64_t size = 0;
  while (lines >> inside >> outside >> size) {
    if (inside <= first && std::uint64_t{first} + count <= inside + size) return true;
  }
  return false;
}

Status EnterZygoteNamespaces(Layers layers) {
  const int flags = Flags(layers, kOfZygote);
  if (flags != 0 && ::unshare(flags) != 0) {
    return SystemError("unshare", "namespaces of the zygote");
  }
  return {};
}

int ForbidInUserNamespace(int procfs_fd, const char* count) {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "sys/user/%s", count);
  const Fd file(::openat(procfs_fd, path.data(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno == ENOENT || errno == EROFS || errno == EACCES ? 0 : errno;
  return ::write(file.get(), "0", 1) == 1 ? 0 : errno;
}

int RefuseWatches(int procfs_fd) {
  for (const char* count : {"max_inotify_instances", "max_fanotify_groups"}) {
    if (const int error = ForbidInUserNamespace(procfs_fd, count); error != 0) return error;
  }
  return 0;
}

std::uint64_t SandboxCloneFlags(const SandboxSetup& setup) {
  // CLONE_PARENT makes the gateway the parent, which then learns from the kernel how the sandbox
  // ended, also when the zygote is gone by then.
  std::uint64_t flags = setup.keep_children ? SIGCHLD : CLONE_PARENT | CLONE_PIDFD;
  if (setup.layers.Has(Layer::kPidNamespace)) flags |= CLONE_NEWPID;
  return flags;
}

int SandboxUnshareFlags(Layers layers, SyscallProfile profile) {
  const bool own_network =
      profile == SyscallProfile::kProcesses && layers.Has(Layer::kNetworkNamespace);
  return Flags(layers, kOfSandbox) | (own_network ? CLONE_NEWNET : 0);
}

int BringUpLoopback() {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  ifreq loopback{};
  std::memcpy(loopback.ifr_name, "lo", sizeof "lo");
  if (::ioctl(socket.get(), SIOCGIFFLAGS, &loopback) != 0) return errno;
  loopback.ifr_flags = static_cast<short>(loopback.ifr_flags | IFF_UP);
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &loopback) == 0 ? 0 : errno;
}

}  // namespace pyrunner::sandbox
