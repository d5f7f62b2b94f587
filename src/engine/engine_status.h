// EngineStatus: what an operator may want to know of a running engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pyrunner {

struct ZygoteStatus {
  std::string_view kind;
  bool warm = false;
  std::chrono::seconds age{};
  std::uint64_t forks = 0;
  std::uint64_t seccomp_instructions = 0;
  std::uint64_t image_bytes = 0;  // of its memory, which forks share; 0: they copy page tables
  std::size_t ready = 0;          // sandboxes that wait for a program
  std::size_t wanted = 0;         // how many should, from what came of late
};

struct EngineStatus {
  std::uint32_t running = 0;
  std::size_t queued = 0;
  std::vector<ZygoteStatus> zygotes;
};

}  // namespace pyrunner
