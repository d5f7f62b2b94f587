// The system call filter: a policy compiled to BPF once, installed raw in each sandbox.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "sandbox/seccomp_rules.h"
#include "sandbox/syscall_numbers.h"

namespace pyrunner::sandbox {

struct SeccompProgram {
  std::vector<sock_filter> code;
  std::vector<std::size_t> self;  // the instructions that compare with the own process id
};

/// Compiles a policy, sorted by number, to a binary search over merged ranges of numbers: the
/// kernel walks the filter once per system call number when it is installed, so its depth is what
/// every sandbox pays. Other architectures and x32 kill. Until SetSelf() nobody is "self".
[[nodiscard]] Result<SeccompProgram> CompileSeccomp(
    std::span<const SyscallRule> policy, Verdict unknown,
    Architecture architecture = kNativeArchitecture);

/// Says who "self" is: the process id that the sandbox has in its own namespace. Allocates nothing,
/// for use between fork and InstallSeccomp().
void SetSelf(SeccompProgram& program, pid_t self) noexcept;

/// Installs the program on the caller, for good. Needs no_new_privs. Returns 0 or an errno value.
int InstallSeccomp(std::span<const sock_filter> program);

}  // namespace pyrunner::sandbox
