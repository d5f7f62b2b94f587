#include "sandbox/memory_size.h"

#include <algorithm>
#include <charconv>

#include "base/text_file.h"
#include "sandbox/cgroup_mounts.h"

namespace pyrunner::sandbox {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

// Both zygotes with two generations at once for the moment of a renewal, 16 ready sandboxes, the
// gateway with large answers.
constexpr std::uint64_t kReserve = 512 * kMiB;

std::optional<std::uint64_t> LeadingNumber(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> TotalMemory(std::string_view meminfo) {
  constexpr std::string_view kKey = "MemTotal:";
  const std::size_t at = meminfo.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  const auto kib = LeadingNumber(meminfo.substr(at + kKey.size()));
  if (!kib) return std::nullopt;
  return *kib * 1024;
}

std::optional<std::uint64_t> LowestMemoryLimit(std::string directory, bool unified) {
  std::optional<std::uint64_t> lowest;
  // Above the mount point no directory has such a file.
  while (!directory.empty()) {
    const auto text =
        ReadTextFile(directory + (unified ? "/memory.max" : "/memory.limit_in_bytes"));
    // "max" is no number; version 1 has a huge one instead, which is never the lowest.
    const auto limit = text ? LeadingNumber(*text) : std::nullopt;
    if (limit) lowest = std::min(lowest.value_or(*limit), *limit);
    const std::size_t slash = directory.rfind('/');
    directory.resize(slash == std::string::npos ? 0 : slash);
  }
  return lowest;
}

std::uint64_t MemorySize() {
  std::uint64_t size = 0;
  if (const auto meminfo = ReadTextFile("/proc/meminfo")) {
    size = TotalMemory(*meminfo).value_or(0);
  }
  const auto own = FindOwnCgroups();
  if (!own) return size;
  const auto group = own->find("memory");
  if (group == own->end()) return size;
  const auto limit = LowestMemoryLimit(group->second.directory, group->second.unified);
  if (!limit) return size;
  return size == 0 ? *limit : std::min(size, *limit);
}

std::uint64_t LessReserve(std::uint64_t bytes) {
  // On a small machine the half: something must be left to run programs in.
  return bytes - std::min(kReserve, bytes / 2);
}

}  // namespace pyrunner::sandbox
