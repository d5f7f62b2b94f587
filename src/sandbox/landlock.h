// Landlock: a second wall behind the mount namespace.
#pragma once

namespace pyrunner::sandbox {

/// The kernel's Landlock ABI version; 0 if it has none.
int LandlockAbi();

/// Restricts the caller, for good, to reading the runtime and to its own /tmp; no TCP, no abstract
/// sockets or signals to the outside where the ABI knows them. The working directory is the
/// sandbox's scratch directory. With a root of its own it may also read that root's /etc/passwd and
/// /etc/group, which name nobody. Needs no_new_privs. Returns 0 or an errno value; makes no
/// allocation.
int RestrictByLandlock(int abi, bool own_root);

}  // namespace pyrunner::sandbox
