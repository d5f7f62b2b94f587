// How much memory there is for sandboxes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pyrunner::sandbox {

/// The memory of the machine, or of the smallest of the caller's own and outer cgroups that has a
/// limit, in bytes; 0 if the kernel does not tell.
[[nodiscard]] std::uint64_t MemorySize();

/// What sandboxes may have of so much memory: all but a reserve for the gateway, the zygotes and
/// what is kept ready.
[[nodiscard]] std::uint64_t LessReserve(std::uint64_t bytes);

[[nodiscard]] inline std::uint64_t MemoryForSandboxes() { return LessReserve(MemorySize()); }

/// The lowest memory limit of a cgroup's directory and of those around it; nothing if none of them
/// has one.
[[nodiscard]] std::optional<std::uint64_t> LowestMemoryLimit(std::string directory, bool unified);

/// The bytes of MemTotal in the text of /proc/meminfo.
[[nodiscard]] std::optional<std::uint64_t> TotalMemory(std::string_view meminfo);

}  // namespace pyrunner::sandbox
