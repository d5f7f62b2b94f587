// The system call policy as data: which calls a sandbox may make, and why.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pyrunner::sandbox {

/// What the kernel does with a call: allow it, kill the process, or answer with an errno.
struct Verdict {
  enum class Kind : std::uint8_t { kAllow, kKill, kErrno } kind = Kind::kErrno;
  std::uint16_t error = 0;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// A condition on one argument. The kernel sees 64 bits; calls that take an int look at the lower
/// half only, and so do all tests here but kEqual64.
struct Condition {
  enum class Test : std::uint8_t { kEqual, kEqual64, kMaskedEqual, kMaskedIn } test;
  std::uint8_t argument;
  std::uint32_t mask = ~0U;
  std::vector<std::uint32_t> values;
};

/// If all conditions hold, `verdict`. Rules are tried in order.
struct ArgumentRule {
  std::vector<Condition> conditions;
  Verdict verdict;
};

struct SyscallRule {
  int number;
  std::vector<ArgumentRule> rules;  // first match wins
  Verdict verdict;                  // when no rule matches
  std::string_view reason;
};

/// What answers a call that the policy does not name: libraries take ENOSYS as an old kernel and
/// fall back.
extern const Verdict kUnknownCall;

/// The profile `strict`: one process with threads; no fork, exec or sockets. Sorted by number,
/// each number once. Derived by tracing the scientific stack's own test programs on Debian 12.
[[nodiscard]] std::vector<SyscallRule> StrictPolicy();

}  // namespace pyrunner::sandbox
