// Kinds of programs, by the pages that they write: a sandbox can have its own copies of them before
// its program comes. Bits, to be combined.
#pragma once

#include <array>
#include <cstdint>

namespace pyrunner::wire {

enum ProgramKind : std::uint32_t {
  kNoProgram = 0,
  kAnyProgram = 1U << 0,  // what every program writes
  kNumpyProgram = 1U << 1,
  kPandasProgram = 1U << 2,
  kSympyProgram = 1U << 3,
};

/// Programs that use a library, which is what runtime/representative_programs.py calls them.
struct LibraryKind {
  ProgramKind kind = kNoProgram;
  const char* library = nullptr;
};
inline constexpr std::array kLibraryKinds = {LibraryKind{kNumpyProgram, "numpy"},
                                             LibraryKind{kPandasProgram, "pandas"},
                                             LibraryKind{kSympyProgram, "sympy"}};

}  // namespace pyrunner::wire
