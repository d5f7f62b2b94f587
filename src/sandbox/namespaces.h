// Namespaces: what a zygote enters once, and what every sandbox gets afresh.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/result.h"
#include "sandbox/sandbox_setup.h"
#include "sandbox/syscall_profile.h"

namespace pyrunner::sandbox {

/// The ids of a user namespace from `inside` upwards, and what they are outside of it.
struct IdMap {
  std::uint32_t inside = 0;
  std::uint32_t outside_uid = 0;
  std::uint32_t outside_gid = 0;
  std::uint32_t count = 0;
};

/// Gives the process `pid` (0: the caller) its user and group map. `procfs_fd` is an open /proc.
/// Needs CAP_SETUID in the parent namespace unless it maps the one id that the writer has. Returns
/// 0 or an errno value; makes no allocation, so it can be used between fork and exec.
int WriteIdMaps(int procfs_fd, pid_t pid, const IdMap& map);

/// True if the caller is root and `count` users from `first` upwards exist where it is: not so in a
/// container that has a user namespace of its own.
bool HasUsers(std::uint32_t first, std::uint32_t count);

/// The zygote's own namespaces, of those layers. The network namespace stays empty and is shared by
/// its sandboxes: making one costs more than everything else, and seccomp refuses them sockets.
/// Sandboxes whose profile allows sockets have their own.
Status EnterZygoteNamespaces(Layers layers);

/// Allows nobody of the caller's user namespace, or of those below, any of what
/// /proc/sys/user/`count` counts (user_namespaces(7)). Returns 0, also where the host lets nobody
/// write there, or an errno value; makes no allocation.
int ForbidInUserNamespace(int procfs_fd, const char* count);

/// The same for what tells of others' files: inotify and fanotify. A write costs 50 us, the more
/// the more namespaces there are: what holds for all sandboxes is done once, in their zygote's.
int RefuseWatches(int procfs_fd);

/// Flags of clone3 and of unshare that make a sandbox of these layers. The process namespace must
/// come with the fork; the rest belongs to the sandbox's own user namespace, entered after its user
/// id changed.
std::uint64_t SandboxCloneFlags(const SandboxSetup& setup);
int SandboxUnshareFlags(Layers layers, SyscallProfile profile);

/// Brings up the loopback interface of the caller's network namespace, which needs that
/// namespace's CAP_NET_ADMIN. Returns 0 or an errno value; makes no allocation.
int BringUpLoopback();

}  // namespace pyrunner::sandbox
