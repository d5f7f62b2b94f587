#include "sandbox/limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace pyrunner::sandbox {
namespace {

// Soft and hard alike: process 1 of a namespace never sees a soft limit's signal.
int Set(__rlimit_resource resource, std::uint64_t value) {
  const rlimit limit{value, value};
  return ::setrlimit(resource, &limit) == 0 ? 0 : errno;
}

/// The same, where the host may have set a lower one already.
int Lower(__rlimit_resource resource, std::uint64_t value) {
  rlimit present{};
  if (::getrlimit(resource, &present) != 0) return errno;
  // Some kernels let nobody set what they do not use.
  if (present.rlim_cur <= value && present.rlim_max <= value) return 0;
  return Set(resource, std::min<std::uint64_t>(value, present.rlim_max));
}

}  // namespace

int SetFixedLimits(const FixedLimits& limits) {
  constexpr std::uint64_t kStackBytes = 8U << 20U;
  constexpr std::uint64_t kPendingSignals = 256;
  const struct {  // NOLINT(clang-analyzer-optin.performance.Padding): rows are to be read
    __rlimit_resource resource;
    std::uint64_t value;
    bool may_be_refused;  // by kernels that let nobody set it; the system call filter stands before
  } all[] = {
      {RLIMIT_CORE, 0, false},
      {RLIMIT_FSIZE, limits.file_bytes, false},
      {RLIMIT_NOFILE, limits.open_files, false},
      {RLIMIT_NPROC, limits.processes, false},
      {RLIMIT_STACK, kStackBytes, false},
      {RLIMIT_MEMLOCK, 0, false},
      {RLIMIT_MSGQUEUE, 0, true},
      {RLIMIT_SIGPENDING, kPendingSignals, true},
      {RLIMIT_NICE, 0, true},
      {RLIMIT_RTPRIO, 0, true},
  };
  for (const auto& [resource, value, may_be_refused] : all) {
    if (resource == RLIMIT_NPROC && value == 0) continue;
    const int error = Lower(resource, value);
    if (error != 0 && !(may_be_refused && error == EPERM)) return error;
  }
  return 0;
}

int SetProgramLimits(const MemoryBase& base, std::uint64_t memory_bytes, std::uint64_t cpu_seconds,
                     bool limit_address_space) {
  // RLIMIT_DATA counts what can be written, so that a reservation past the limit is an ordinary
  // MemoryError, while mapped libraries cost nothing.
  if (const int error = Set(RLIMIT_DATA, base.data_bytes + memory_bytes); error != 0) {
    return error;
  }
  const std::uint64_t spare = limit_address_space ? 0 : kSpareAddressSpace;
  if (const int error = Lower(RLIMIT_AS, base.address_space_bytes + memory_bytes + spare);
      error != 0) {
    return error;
  }
  return Set(RLIMIT_CPU, cpu_seconds);
}

}  // namespace pyrunner::sandbox
