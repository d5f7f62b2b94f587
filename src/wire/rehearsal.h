// What a sandbox runs through before it gets its program, so that the pages are there that this one
// will write. Bits, to be combined.
#pragma once

#include <cstdint>

namespace pyrunner::wire {

enum Rehearsal : std::uint32_t {
  kNoRehearsal = 0,  // somebody waits for the sandbox
  kAnyProgram = 1U << 0,
  kNumpyProgram = 1U << 1,
  kPandasProgram = 1U << 2,
  kSympyProgram = 1U << 3,
};

}  // namespace pyrunner::wire
