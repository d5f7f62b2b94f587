// Landlock: a second wall behind the mount namespace.
#pragma once

#include "sandbox/syscall_profile.h"

namespace pyrunner::sandbox {

/// The kernel's Landlock ABI version; 0 if it has none.
int LandlockAbi();

struct LandlockOptions {
  /// It has a root of its own, and may also read that root's /etc/passwd and /etc/group, which name
  /// nobody.
  bool own_root = false;
  /// kProcesses may also execute the runtime, use /dev/shm as its own and make sockets in both
  /// scratch directories. Its TCP ends at its own network namespace, which Landlock cannot tell
  /// from another.
  SyscallProfile profile = SyscallProfile::kStrict;
};

/// Restricts the caller, for good, to reading the runtime and to its own /tmp; no TCP, no abstract
/// sockets or signals to the outside where the ABI knows them. The working directory is the
/// sandbox's scratch directory. Needs no_new_privs. Returns 0 or an errno value; makes no
/// allocation.
int RestrictByLandlock(int abi, LandlockOptions options);

}  // namespace pyrunner::sandbox
