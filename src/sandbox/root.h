// The file system that a program sees: a read-only runtime and a private /tmp.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace pyrunner::sandbox {

/// Builds the root of all sandboxes of a zygote and pivots into it: /usr read-only, of /etc only
/// what the libraries open, of /dev only null, zero, full and the random devices; no /proc, no
/// /sys. The caller is alone in its own user and mount namespaces. A writable /tmp is there for
/// warming up, until SealRoot.
[[nodiscard]] Status BuildRoot();

// The parts of such a root, for one that is built in another way.

/// A folder with what the libraries open below /etc. `etc` must not exist.
[[nodiscard]] Status PopulateEtc(const std::string& etc);

/// A folder with the devices of a program, on a file system that allows devices. Needs CAP_MKNOD.
[[nodiscard]] Status MakeDevices(const std::string& dev);

/// /bin, /lib and the others, as the host has them: links into /usr.
[[nodiscard]] Status LinkIntoUsr(const std::string& root);

/// Takes the warm-up's /tmp away and makes the root read-only.
[[nodiscard]] Status SealRoot();

/// Mounts the sandbox's own /tmp, bounded in bytes and inodes, owned by `uid` (as the caller's
/// user namespace names it). Returns 0 or an errno value; makes no allocation.
int MountScratch(std::uint64_t bytes, std::uint64_t inodes, std::uint32_t uid);

}  // namespace pyrunner::sandbox
