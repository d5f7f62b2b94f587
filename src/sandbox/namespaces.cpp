#include "sandbox/namespaces.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "base/fd.h"
#include "base/text_file.h"

namespace pyrunner::sandbox {

// CLONE_PARENT makes the gateway the parent, which then learns from the kernel how the sandbox
// ended, also when the zygote is gone by then.
const std::uint64_t kSandboxCloneFlags = CLONE_NEWPID | CLONE_PARENT | CLONE_PIDFD;
const int kSandboxUnshareFlags =
    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

namespace {

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

int TryUserNamespace() {
  // Made with the child, because unshare wants a process without threads, which a sanitizer's is
  // not.
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER;
  arguments.exit_signal = SIGCHLD;
  const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0) return errno;
  if (pid == 0) ::_exit(0);
  return ::waitpid(static_cast<pid_t>(pid), nullptr, 0) == pid ? 0 : errno;
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

Status EnterZygoteNamespaces() {
  if (::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP) != 0) {
    return SystemError("unshare", "namespaces of the zygote");
  }
  return {};
}

}  // namespace pyrunner::sandbox
