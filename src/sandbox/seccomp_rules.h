// What a system call filter is compiled from.
#pragma once

#include <cstdint>
#include <vector>

namespace pyrunner::sandbox {

/// What the kernel does with a call: allow it, kill the process, or answer with an errno. Errno 0
/// answers 0 without doing anything.
struct Verdict {
  enum class Kind : std::uint8_t { kAllow, kKill, kErrno } kind = Kind::kErrno;
  std::uint16_t error = 0;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// A condition on one argument. The kernel sees 64 bits; calls that take an int look at the lower
/// half only, and so do all tests here but kEqual64. kSelf compares with the process that the
/// filter is installed in, which SetSelf() fills in; it has no values.
struct Condition {
  enum class Test : std::uint8_t { kEqual, kEqual64, kMaskedEqual, kMaskedIn, kSelf } test;
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
};

}  // namespace pyrunner::sandbox
