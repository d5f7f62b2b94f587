// Resource limits of the sandbox's own process: what holds where no cgroup counts.
#pragma once

#include <cstdint>

namespace pyrunner::sandbox {

struct FixedLimits {
  std::uint64_t file_bytes = 0;  // the largest file
  std::uint64_t open_files = 0;
  std::uint64_t processes = 0;  // threads count too; per sandbox, which has a user of its own
};

/// Sets what is the same for every program of a sandbox. Returns 0 or an errno value.
int SetFixedLimits(const FixedLimits& limits);

/// Sets what a program asks for: writable private memory in bytes, on top of what the forked
/// zygote had, and CPU seconds. Only ever lowers. Returns 0 or an errno value.
int SetProgramLimits(std::uint64_t zygote_data_bytes, std::uint64_t memory_bytes,
                     std::uint64_t cpu_seconds);

}  // namespace pyrunner::sandbox
