// The pages that programs of each kind write, which a zygote finds out for its forks.
#pragma once

#include <cstdint>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "interpreter/program_runner.h"
#include "interpreter/written_pages.h"

namespace pyrunner::interpreter {

/// A fork of a zygote shares all of its memory, and what a program writes is copied page by page,
/// with a fault for each, or two where it has read the page before. Nearly the same pages are
/// written by every program of a kind: to have them all copied in one go costs a fraction.
class ProgramPages {
 public:
  /// Lets forks of the calling process, a warm zygote that has shared its memory, run programs of
  /// its own. An error: the kernel does not tell what they wrote; there is no way ahead of a fault.
  [[nodiscard]] static Result<ProgramPages> Find(const Fd& procfs,
                                                 const PreparedInterpreter& interpreter);

  /// In a fork: copies what programs of these kinds (bits of wire::ProgramKind) write.
  void Prefault(std::uint32_t kinds) const;

 private:
  struct OfKind {
    std::uint32_t kind = 0;
    std::vector<PageRange> ranges;
  };

  std::vector<OfKind> kinds_;
};

}  // namespace pyrunner::interpreter
