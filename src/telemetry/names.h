// What endings and rejections are called in metrics and records: names that dashboards and scripts
// rely on.
#pragma once

#include <array>
#include <string_view>

#include "engine/outcome.h"
#include "engine/runner.h"

namespace pyrunner::telemetry {

/// Every name that OutcomeName() returns.
inline constexpr std::array<std::string_view, 11> kOutcomeNames = {
    "succeeded",        // exited with 0
    "failed",           // exited with anything else
    "refused",          // not run: policy, syntax, no main()
    "timeout",          //
    "memory_exceeded",  //
    "output_exceeded",  //
    "result_exceeded",  //
    "cpu_exceeded",     //
    "violation",        //
    "crashed",          //
    "cancelled",        // its client went away
};
[[nodiscard]] std::string_view OutcomeName(const Outcome& outcome);

/// Every name that RejectionName() returns.
inline constexpr std::array<std::string_view, 8> kRejectionNames = {
    "queue_full",  "queue_timed_out",    "too_large", "shutting_down",
    "unavailable", "policy_not_allowed", "too_often", "cancelled"};
[[nodiscard]] std::string_view RejectionName(Rejection::Cause cause);

/// Every name that KillName() returns.
inline constexpr std::array<std::string_view, 7> kKillNames = {
    "time", "memory", "output", "result", "cpu", "violation", "cancelled"};
/// Why the engine, or the kernel at a limit that the engine set, ended the program; empty if it
/// ended by itself.
[[nodiscard]] std::string_view KillName(const Outcome& outcome);

/// Every name that RefusalName() returns.
inline constexpr std::array<std::string_view, 3> kRefusalNames = {"policy", "syntax", "no_main"};
[[nodiscard]] std::string_view RefusalName(Refusal::Cause cause);

}  // namespace pyrunner::telemetry
