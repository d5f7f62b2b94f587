// Who the sandbox's process is, and what it may never become or do again.
#pragma once

#include <cstdint>

namespace pyrunner::sandbox {

/// Becomes `uid` and the group of the same number, without supplementary groups, for good. All
/// capabilities in the present user namespace are lost. Returns 0 or an errno value.
int BecomeUser(std::uint32_t uid);

/// Gives up every capability, also those that an exec could regain. Returns 0 or an errno value.
int DropCapabilities();

/// Keeps in the caller's sets only the capabilities of the given bits (1 << CAP_...).
int KeepCapabilities(std::uint64_t bits);

/// From now on no memory that was writable becomes executable (PR_SET_MDWE, since Linux 6.3), nor
/// in any child. Returns 0 or an errno value.
int RefuseNewCode();

/// True if no capability is left in any set of the caller.
bool HasNoCapabilities();

}  // namespace pyrunner::sandbox
