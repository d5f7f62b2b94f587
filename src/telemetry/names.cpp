#include "telemetry/names.h"

namespace pyrunner::telemetry {

std::string_view OutcomeName(const Outcome& outcome) {
  if (outcome.ending != Ending::kExited) return NameOf(outcome.ending);
  return outcome.exit_code == 0 ? "succeeded" : "failed";
}

std::string_view RejectionName(Rejection::Cause cause) {
  switch (cause) {
    case Rejection::Cause::kQueueFull:
      return "queue_full";
    case Rejection::Cause::kQueueTimedOut:
      return "queue_timed_out";
    case Rejection::Cause::kTooLarge:
      return "too_large";
    case Rejection::Cause::kShuttingDown:
      return "shutting_down";
    case Rejection::Cause::kUnavailable:
      return "unavailable";
    case Rejection::Cause::kPolicyNotAllowed:
      return "policy_not_allowed";
    case Rejection::Cause::kTooOften:
      return "too_often";
    case Rejection::Cause::kCancelled:
      break;
  }
  return "cancelled";
}

std::string_view KillName(const Outcome& outcome) {
  switch (outcome.ending) {
    case Ending::kTimedOut:
      return "time";
    case Ending::kMemoryExceeded:
      // One that had its MemoryError ended by itself.
      return outcome.exception ? "" : "memory";
    case Ending::kOutputExceeded:
      return "output";
    case Ending::kResultExceeded:
      return "result";
    case Ending::kCpuExceeded:
      return "cpu";
    case Ending::kViolation:
      return "violation";
    case Ending::kCancelled:
      return "cancelled";
    case Ending::kExited:
    case Ending::kRefused:
    case Ending::kCrashed:
      break;
  }
  return {};
}

std::string_view RefusalName(Refusal::Cause cause) {
  switch (cause) {
    case Refusal::Cause::kPolicy:
      return "policy";
    case Refusal::Cause::kSyntax:
      return "syntax";
    case Refusal::Cause::kNoMain:
      break;
  }
  return "no_main";
}

}  // namespace pyrunner::telemetry
