#include "api/responses.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "api/json_text.h"
#include "engine/runner.h"

namespace pyrunner::api {
namespace {

std::string_view Sentence(Rejection::Cause cause) {
  switch (cause) {
    case Rejection::Cause::kQueueFull:
      return "The service is busy and its queue is full. Try again shortly.";
    case Rejection::Cause::kQueueTimedOut:
      return "The service is busy and could not start the program in time. Try again shortly.";
    case Rejection::Cause::kShuttingDown:
      return "The service is shutting down and starts no more programs.";
    case Rejection::Cause::kUnavailable:
    case Rejection::Cause::kCancelled:
      break;
  }
  return "No sandbox is available to run the program. Try again shortly.";
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

http::Response RejectionResponse(const Rejection& rejection) {
  if (rejection.cause == Rejection::Cause::kCancelled) return ClientGoneResponse();
  http::Response response;
  response.status = 503;
  // A client that comes back in 0 seconds makes things worse.
  const auto seconds = std::max<std::int64_t>(1, rejection.retry_after.count());
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  AppendJsonString(response.body = R"({"detail":)", Sentence(rejection.cause));
  response.body += '}';
  return response;
}

http::Response ClientGoneResponse() {
  http::Response response;
  response.status = 499;
  return response;
}

}  // namespace pyrunner::api
