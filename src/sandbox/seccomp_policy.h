// The system call policy: which calls a sandbox may make, and why. The data is seccomp_policy.def.
#pragma once

#include <string_view>
#include <vector>

#include "sandbox/seccomp_rules.h"
#include "sandbox/syscall_numbers.h"
#include "sandbox/syscall_profile.h"

namespace pyrunner::sandbox {

/// What else the host provides; each that is false makes the filter stricter.
struct PolicyOptions {
  /// A cgroup counts memory, also what could be shared; without one only RLIMIT_DATA does.
  bool shared_memory = true;
  /// A mount namespace with a root of its own keeps files outside of /tmp from being changed.
  bool own_root = true;
};

/// What answers a call that the policy does not name: libraries take ENOSYS as an old kernel and
/// fall back.
extern const Verdict kUnknownCall;

/// The policy as CompileSeccomp() takes it: sorted by number, each number once.
[[nodiscard]] std::vector<SyscallRule> SeccompPolicy(
    SyscallProfile profile, PolicyOptions options = {},
    Architecture architecture = kNativeArchitecture);

// --- The table, for those who check it ---

struct Answer {
  std::vector<ArgumentRule> rules;  // first match wins
  Verdict otherwise;
};

struct PolicyRow {
  Syscall call;
  Answer strict;
  Answer processes;
  std::string_view reason;
};

/// `rule` comes first where `option` is false.
struct PolicyVariant {
  bool PolicyOptions::*option;
  Syscall call;
  ArgumentRule rule;
  std::string_view reason;
};

struct PolicyTable {
  std::vector<PolicyRow> rows;  // sorted by name
  std::vector<PolicyVariant> variants;
};

/// Everything in seccomp_policy.def, calls that the architecture lacks included.
[[nodiscard]] PolicyTable ReadPolicyTable(Architecture architecture = kNativeArchitecture);

}  // namespace pyrunner::sandbox
