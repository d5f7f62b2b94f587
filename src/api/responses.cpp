#include "api/responses.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string_view>
#include <utility>

#include "api/json_text.h"
#include "engine/runner.h"

namespace pyrunner::api {
namespace {

std::string DescribeSignal(int signal) {
  switch (signal) {
    // The program is process 1 of its namespace, where the kernel drops the SIGABRT that abort()
    // raises; the C library then ends the process by an invalid instruction.
    case SIGSEGV:
      return "SIGSEGV (segmentation fault or abort)";
    case SIGABRT:
      return "SIGABRT (abort)";
    case SIGBUS:
      return "SIGBUS (bus error)";
    case SIGFPE:
      return "SIGFPE (arithmetic error)";
    case SIGILL:
      return "SIGILL (illegal instruction)";
    case SIGTRAP:
      return "SIGTRAP (trap)";
    case SIGKILL:
      return "SIGKILL (killed)";
    case SIGXFSZ:
      return "SIGXFSZ (file too large)";
    default:
      return "signal " + std::to_string(signal);
  }
}

/// Milliseconds with three decimals.
void AppendMilliseconds(std::string& out, Phases::Duration duration) {
  const auto microseconds =
      std::max<std::int64_t>(0, std::chrono::round<std::chrono::microseconds>(duration).count());
  const std::string fraction = std::to_string(microseconds % 1000);
  out.append(std::to_string(microseconds / 1000)).append(".");
  out.append(3 - fraction.size(), '0').append(fraction);
}

}  // namespace

std::string ServerTiming(const Phases& phases) {
  const std::pair<std::string_view, Phases::Duration> entries[] = {
      {"queue", phases.queue},     {"fork", phases.fork}, {"isolate", phases.isolate},
      {"compile", phases.compile}, {"run", phases.run},   {"collect", phases.collect},
  };
  std::string value;
  for (const auto& [name, duration] : entries) {
    if (!value.empty()) value += ", ";
    value.append(name).append(";dur=");
    AppendMilliseconds(value, duration);
  }
  return value;
}

std::string_view DescribeRejection(const Rejection& rejection) {
  if (!rejection.detail.empty()) return rejection.detail;
  switch (rejection.cause) {
    case Rejection::Cause::kQueueFull:
      return "The service is busy and its queue is full. Try again shortly.";
    case Rejection::Cause::kQueueTimedOut:
      return "The service is busy and could not start the program in time. Try again shortly.";
    case Rejection::Cause::kTooLarge:
      return "The program's memory limit is more than this service grants to all programs "
             "together.";
    case Rejection::Cause::kShuttingDown:
      return "The service is shutting down and starts no more programs.";
    case Rejection::Cause::kUnavailable:
    case Rejection::Cause::kCancelled:
    case Rejection::Cause::kPolicyNotAllowed:
    case Rejection::Cause::kTooOften:
      break;
  }
  return "No sandbox is available to run the program. Try again shortly.";
}

std::string DescribeStop(const Outcome& outcome) {
  switch (outcome.ending) {
    case Ending::kMemoryExceeded:
      return "Memory limit exceeded";
    case Ending::kCpuExceeded:
      return "CPU time limit exceeded";
    case Ending::kOutputExceeded:
      return "Output limit exceeded";
    case Ending::kResultExceeded:
      return "The value of main() is too large";
    case Ending::kViolation:
      return "Stopped for " + outcome.reason;
    case Ending::kCrashed:
      return "Crashed with " + DescribeSignal(outcome.signal);
    default:
      return "Stopped";
  }
}

http::Response RejectionResponse(const Rejection& rejection) {
  http::Response response;
  if (rejection.cause == Rejection::Cause::kTooLarge) {
    // A fault of the request, as any limit out of its range: 503 would invite to try again.
    response.status = 422;
  } else if (rejection.cause == Rejection::Cause::kPolicyNotAllowed) {
    response.status = 403;
  } else {
    response.status = rejection.cause == Rejection::Cause::kTooOften ? 429 : 503;
    // A client that comes back in 0 seconds makes things worse.
    const auto seconds = std::max<std::int64_t>(1, rejection.retry_after.count());
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  AppendJsonString(response.body = R"({"detail":)", DescribeRejection(rejection));
  response.body += '}';
  return response;
}

http::Response ClientGoneResponse() {
  http::Response response;
  response.status = 499;
  return response;
}

}  // namespace pyrunner::api
