// The mappings of the calling process, as /proc/self/smaps tells them (proc(5)).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace pyrunner::interpreter {

struct MemoryMapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  int protection = 0;  // PROT_...
  bool shared = false;
  std::string name;  // of the file, or "[heap]" and its likes; empty for anonymous memory
  std::size_t resident_bytes = 0;

  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] bool of_file() const { return name.starts_with('/'); }
};

/// By address. Lines that it does not know are passed over.
[[nodiscard]] std::vector<MemoryMapping> ParseMemoryMap(std::string_view smaps);

/// `procfs` is an open /proc.
[[nodiscard]] Result<std::vector<MemoryMapping>> ReadMemoryMap(const Fd& procfs);

}  // namespace pyrunner::interpreter
