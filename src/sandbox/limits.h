// Resource limits of the sandbox's own process: what holds where no cgroup counts.
#pragma once

#include <cstdint>

namespace pyrunner::sandbox {

/// What a fork has of its zygote's memory, which no program's limit counts.
struct MemoryBase {
  std::uint64_t data_bytes = 0;           // writable and private
  std::uint64_t address_space_bytes = 0;  // all that is mapped
};

struct FixedLimits {
  std::uint64_t file_bytes = 0;  // the largest file
  std::uint64_t open_files = 0;
  std::uint64_t processes = 0;  // threads count too; 0: its user has other sandboxes beside it
};

/// Sets what is the same for every program of a sandbox. Returns 0 or an errno value.
int SetFixedLimits(const FixedLimits& limits);

/// The part of the address space, beyond a program's memory limit, that it may reserve: threads'
/// heaps are reserved whole and hardly used. It bounds what the memory limit does not count, page
/// tables above all.
inline constexpr std::uint64_t kSpareAddressSpace = std::uint64_t{16} << 30U;

/// Sets what a program asks for: memory in bytes, on top of what the forked zygote had, and CPU
/// seconds. With `limit_address_space` every mapping counts as memory, for kernels that do not
/// enforce RLIMIT_DATA. Only ever lowers. Returns 0 or an errno value.
int SetProgramLimits(const MemoryBase& base, std::uint64_t memory_bytes, std::uint64_t cpu_seconds,
                     bool limit_address_space);

}  // namespace pyrunner::sandbox
