// The system call filter: a policy compiled to BPF once, installed raw in each sandbox.
#pragma once

#include <linux/filter.h>

#include <span>
#include <vector>

#include "base/result.h"
#include "sandbox/seccomp_policy.h"

namespace pyrunner::sandbox {

using SeccompProgram = std::vector<sock_filter>;

/// Compiles a policy, sorted by number, to a binary search over merged ranges of numbers: the
/// kernel walks the filter once per system call number when it is installed, so its depth is what
/// every sandbox pays. Other architectures and x32 kill.
[[nodiscard]] Result<SeccompProgram> CompileSeccomp(std::span<const SyscallRule> policy,
                                                    Verdict unknown);

/// Installs the program on the caller, for good. Needs no_new_privs. Returns 0 or an errno value.
int InstallSeccomp(std::span<const sock_filter> program);

}  // namespace pyrunner::sandbox
