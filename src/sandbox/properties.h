// The nine properties that a sandbox owes, as bits of a report.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pyrunner::sandbox {

enum Property : std::uint32_t {
  kFilesystemIsolation = 1U << 0,
  kNetworkIsolation = 1U << 1,
  kProcessIsolation = 1U << 2,
  kIpcIsolation = 1U << 3,
  kPrivilegesDropped = 1U << 4,
  kSyscallFilter = 1U << 5,
  kMemoryLimit = 1U << 6,
  kProcessLimit = 1U << 7,
  kScratchQuota = 1U << 8,
};

inline constexpr std::uint32_t kAllProperties = (1U << 9) - 1;

inline constexpr std::array<std::string_view, 9> kPropertyNames = {
    "filesystem",     "network",      "process",       "ipc",          "privileges",
    "syscall_filter", "memory_limit", "process_limit", "scratch_quota"};

}  // namespace pyrunner::sandbox
