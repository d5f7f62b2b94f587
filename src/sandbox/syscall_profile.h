// The profiles of the system call policy.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pyrunner::sandbox {

/// Chosen by the operator, never by a request.
enum class SyscallProfile : std::uint32_t {
  /// One process with threads; no fork, exec or sockets but socket pairs.
  kStrict = 0,
  /// What subprocess and multiprocessing need. Only inside a process namespace and a network
  /// namespace of the sandbox's own: it may signal every process that it sees, and use TCP and UDP.
  kProcesses = 1,
};

inline constexpr std::size_t kSyscallProfiles = 2;

}  // namespace pyrunner::sandbox
