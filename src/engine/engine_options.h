// EngineOptions: what an operator may set about running programs.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "engine/program.h"
#include "sandbox/syscall_profile.h"

namespace pyrunner {

/// A policy that is not built in, as sandboxes get it.
struct OwnPolicy {
  std::string definition;  // as EncodePolicy() has it
  sandbox::SyscallProfile profile = sandbox::SyscallProfile::kStrict;
};

struct EngineOptions {
  std::uint32_t max_running = 32;                // programs at once
  std::uint32_t max_queued = 1024;               // programs that wait for their turn
  std::chrono::milliseconds queue_time{10'000};  // after which waiting is given up
  std::uint64_t memory_budget_bytes = 0;         // for all programs together; 0: no bound
  double memory_overcommit = 4.0;                // how often it may be promised; 0: no bound
  std::uint32_t ready_sandboxes = 8;             // kept ready, per zygote
  std::uint32_t max_ready_sandboxes = 240;       // the same, after a burst
  std::chrono::seconds ready_keep_time{60};      // how long as many stay ready as a burst asked for
  std::uint64_t output_bytes = kMiB;             // kept of each stream
  std::uint64_t output_stop_bytes = 16 * kMiB;   // of one stream, after which a program is stopped
  std::uint64_t result_bytes = 16 * kMiB;        // of what main() returns, as JSON
  std::uint64_t scratch_bytes = 64 * kMiB;       // of /tmp, and of the largest file
  std::uint64_t scratch_inodes = 4096;
  std::uint32_t open_files = 128;
  std::uint32_t processes = 64;  // threads, and processes where a profile allows them
  double cpus = 1.0;             // processors' worth of time per program
  std::chrono::milliseconds ready_time{10'000};  // a fork must be isolated by then
  std::chrono::milliseconds warm_time{120'000};  // a zygote must be warm by then
  std::chrono::seconds zygote_age{600};          // after which a zygote is renewed, jittered
  std::uint32_t zygote_runs = 1000;              // the same, in sandboxes forked

  /// By name. The built-in ones all have the profile kStrict.
  std::map<std::string, OwnPolicy, std::less<>> policies;

  [[nodiscard]] sandbox::SyscallProfile ProfileOf(const std::string& policy) const {
    const auto own = policies.find(policy);
    return own != policies.end() ? own->second.profile : sandbox::SyscallProfile::kStrict;
  }

  /// Whether there are policies of this profile.
  [[nodiscard]] bool Uses(sandbox::SyscallProfile profile) const {
    return profile == sandbox::SyscallProfile::kStrict ||
           std::any_of(policies.begin(), policies.end(),
                       [=](const auto& entry) { return entry.second.profile == profile; });
  }

  /// How many sandboxes of this profile each zygote keeps ready. Most services have no program for
  /// the second one, and those that have wait for other programs anyway: a few are enough.
  [[nodiscard]] std::uint32_t ReadySandboxes(sandbox::SyscallProfile profile) const {
    if (profile == sandbox::SyscallProfile::kStrict) return ready_sandboxes;
    constexpr std::uint32_t kFew = 2;
    return Uses(profile) ? std::min(ready_sandboxes, kFew) : 0;
  }

  /// The same of both profiles.
  [[nodiscard]] std::uint32_t ReadySandboxes() const {
    return ReadySandboxes(sandbox::SyscallProfile::kStrict) +
           ReadySandboxes(sandbox::SyscallProfile::kProcesses);
  }

  /// How many each zygote may have ready beyond those.
  [[nodiscard]] std::uint32_t ExtraReadySandboxes() const {
    return max_ready_sandboxes - std::min(max_ready_sandboxes, ReadySandboxes());
  }

  /// Where the engine says what the operator should know: one line, never a program's bytes.
  enum class LogLevel { kInfo, kWarning, kError };
  std::function<void(LogLevel, const std::string&)> log = [](LogLevel, const std::string&) {};
};

}  // namespace pyrunner
