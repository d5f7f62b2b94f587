// What a caller's quota means for a request that runs a program.
//
// All functions: without a caller, or without that part of a quota, there is no bound. For use on
// the gateway's thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/caller.h"
#include "base/deadline.h"
#include "engine/runner.h"
#include "http/message.h"

namespace pyrunner::api {

/// An API's ceiling or fixed limit, lowered to the caller's.
[[nodiscard]] inline std::chrono::seconds TimeoutFor(const Caller* caller,
                                                     std::chrono::seconds own) {
  if (caller == nullptr || caller->quota.max_timeout.count() == 0) return own;
  return std::min(own, caller->quota.max_timeout);
}
[[nodiscard]] inline std::uint64_t MemoryMbFor(const Caller* caller, std::uint64_t own) {
  if (caller == nullptr || caller->quota.max_memory_mb == 0) return own;
  return std::min(own, caller->quota.max_memory_mb);
}

/// Why the caller may not use an API that has this policy.
[[nodiscard]] std::optional<Rejection> CheckPolicy(const Caller* caller, std::string_view policy);

/// Counts one program. Why it may not be run now.
[[nodiscard]] std::optional<Rejection> TakeFromRate(const Caller* caller,
                                                    SteadyClock::time_point now);

/// Adds RateLimit-Policy and RateLimit, as draft-ietf-httpapi-ratelimit-headers-10 has them: the
/// programs that can be saved up and in what time, those that are left and until when there are all
/// again.
void TellRate(http::Response& response, const Caller* caller, SteadyClock::time_point now);

}  // namespace pyrunner::api
