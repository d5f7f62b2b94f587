// Which kinds of programs came of late, and so what the next ones will be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "wire/program_kind.h"

namespace pyrunner {

/// Remembers the last programs. Used from the gateway's thread.
class KindsOfLate {
 public:
  static constexpr std::size_t kRemembered = 16;

  /// A program of these kinds: bits of wire::ProgramKind.
  void Came(std::uint32_t kinds) {
    last_[next_] = kinds;
    next_ = (next_ + 1) % kRemembered;
  }

  /// What a sandbox that nobody waits for should rehearse: kinds that one program of eight was of,
  /// at least. A rehearsal takes milliseconds and megabytes, a program without one as many
  /// milliseconds longer.
  [[nodiscard]] std::uint32_t ToRehearse() const { return AtLeast(kRemembered / 8); }

  /// Whose pages a sandbox that somebody waits for should get ahead: kinds that three of four were
  /// of. A program that writes those pages wins 1 ms by it, any other loses nearly 2.
  [[nodiscard]] std::uint32_t ToPrefault() const { return AtLeast(kRemembered * 3 / 4); }

 private:
  [[nodiscard]] std::uint32_t AtLeast(std::size_t enough) const {
    std::uint32_t found = wire::kAnyProgram;
    for (const auto& [kind, library] : wire::kLibraryKinds) {
      std::size_t count = 0;
      for (const std::uint32_t kinds : last_) count += (kinds & kind) != 0 ? 1 : 0;
      if (count >= enough) found |= kind;
    }
    return found;
  }

  std::array<std::uint32_t, kRemembered> last_{};
  std::size_t next_ = 0;
};

}  // namespace pyrunner
