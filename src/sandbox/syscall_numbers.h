// System call numbers of the architectures that there is a filter for, by name.
#pragma once

#include <span>
#include <string_view>

namespace pyrunner::sandbox {

enum class Architecture { kX86_64, kArm64 };

#if defined(__x86_64__)
inline constexpr Architecture kNativeArchitecture = Architecture::kX86_64;
#elif defined(__aarch64__)
inline constexpr Architecture kNativeArchitecture = Architecture::kArm64;
#else
#error "no system call policy for this architecture"
#endif

struct Syscall {
  /// The architecture lacks the call: arm64 has no open, stat or fork.
  static constexpr int kNone = -1;

  std::string_view name;
  int x86_64;
  int arm64;

  [[nodiscard]] constexpr int On(Architecture architecture) const {
    return architecture == Architecture::kX86_64 ? x86_64 : arm64;
  }
};

/// Each call by its name: syscalls::k_openat. The prefix keeps C's macros of the same names away.
namespace syscalls {
inline constexpr int kNone = Syscall::kNone;
#define NUMBER(name, x86_64, arm64) inline constexpr Syscall k_##name{#name, x86_64, arm64};
#include "sandbox/syscall_numbers.def"
#undef NUMBER
}  // namespace syscalls

/// All of them, sorted by name.
[[nodiscard]] std::span<const Syscall> AllSyscalls();

}  // namespace pyrunner::sandbox
