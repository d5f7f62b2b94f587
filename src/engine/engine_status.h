// EngineStatus: what an operator may want to know of a running engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pyrunner {

/// What has become of the zygotes of one kind since the start.
struct ZygoteHistory {
  std::uint64_t renewed_by_age = 0;   // each had a warm successor
  std::uint64_t renewed_by_runs = 0;  // the same
  std::uint64_t died = 0;             // and were replaced
  std::uint64_t failed_starts = 0;
  std::uint64_t forks = 0;  // of all of them
};

struct ZygoteStatus {
  std::string_view kind;
  bool warm = false;
  std::chrono::seconds age{};
  std::uint64_t forks = 0;
  std::uint64_t seccomp_instructions = 0;
  std::uint64_t image_bytes = 0;       // of its memory, which forks share; 0: they copy page tables
  std::size_t ready = 0;               // sandboxes that wait for a program
  std::size_t wanted = 0;              // how many should, from what came of late
  std::uint64_t failed_sandboxes = 0;  // that could not be made, since the start
  ZygoteHistory history;
};

struct EngineStatus {
  std::uint32_t running = 0;
  std::size_t queued = 0;
  std::uint64_t memory_promised_bytes = 0;  // the sum of the limits of what runs
  bool can_run = false;                     // a sandbox is ready, or a zygote that makes one
  std::vector<ZygoteStatus> zygotes;
};

}  // namespace pyrunner
