// Which kinds of programs came of late, and so what the next ones will be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "wire/rehearsal.h"

namespace pyrunner {

/// Remembers the last programs. Used from the gateway's thread.
class KindsOfLate {
 public:
  static constexpr std::size_t kRemembered = 16;

  /// A program of these kinds: bits of wire::Rehearsal.
  void Came(std::uint32_t kinds) {
    last_[next_] = kinds;
    next_ = (next_ + 1) % kRemembered;
  }

  /// What a sandbox should rehearse: kinds that one program of eight was of, at least. A rehearsal
  /// takes milliseconds and megabytes, a program without one as many milliseconds longer.
  [[nodiscard]] std::uint32_t Rehearsal() const {
    constexpr std::size_t kEnough = kRemembered / 8;
    std::uint32_t rehearsal = wire::kAnyProgram;
    for (const wire::Rehearsal kind :
         {wire::kNumpyProgram, wire::kPandasProgram, wire::kSympyProgram}) {
      std::size_t count = 0;
      for (const std::uint32_t kinds : last_) count += (kinds & kind) != 0 ? 1 : 0;
      if (count >= kEnough) rehearsal |= kind;
    }
    return rehearsal;
  }

 private:
  std::array<std::uint32_t, kRemembered> last_{};
  std::size_t next_ = 0;
};

}  // namespace pyrunner
