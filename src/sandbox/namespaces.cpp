#include "sandbox/namespaces.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/fd.h"

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

int WriteIdMaps(int procfs_fd, pid_t pid, std::uint32_t inside, std::uint32_t outside,
                std::uint32_t count) {
  std::array<char, 64> map{};
  std::snprintf(map.data(), map.size(), "%u %u %u\n", inside, outside, count);
  // An unprivileged group map is allowed only where setgroups is given up for good.
  if (const int error = WriteFile(procfs_fd, pid, "setgroups", "deny"); error != 0) return error;
  if (const int error = WriteFile(procfs_fd, pid, "uid_map", map.data()); error != 0) return error;
  return WriteFile(procfs_fd, pid, "gid_map", map.data());
}

Status EnterZygoteNamespaces() {
  if (::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP) != 0) {
    return SystemError("unshare", "namespaces of the zygote");
  }
  return {};
}

}  // namespace pyrunner::sandbox
