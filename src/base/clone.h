// Clone: a fork with flags, without the C library's hooks.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace pyrunner {

/// clone(2) into a copy of the caller's memory. Not clone3(2), which containers' filters refuse
/// because they cannot look at its arguments. With CLONE_PIDFD in `flags`, `pidfd` gets the
/// child's. `child_tid` is for CLONE_CHILD_SETTID and CLONE_CHILD_CLEARTID. Returns the child's
/// pid, 0 in the child, or -1 with errno. The child may only do what is allowed after fork(2).
long Clone(std::uint64_t flags, int* pidfd = nullptr, int* child_tid = nullptr);

}  // namespace pyrunner
