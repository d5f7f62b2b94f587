// What a caller's quota means for a request that runs a program.
//
// All functions: without a caller, or without that part of a quota, there is no bound. For use on
// the gateway's thread.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
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

/// Rejects programs of callers who may not use their API's policy, or have used up their rate.
/// Below whoever records rejections, above whoever runs.
class QuotaRunner final : public Runner {
 public:
  explicit QuotaRunner(Runner& runner) : runner_(runner) {}

  boost::asio::awaitable<tl::expected<Outcome, Rejection>> Run(
      Program program, std::shared_ptr<Cancellation> cancellation) override;

 private:
  Runner& runner_;
};

/// Adds RateLimit-Policy and RateLimit, as draft-ietf-httpapi-ratelimit-headers-10 has them: the
/// programs that can be saved up and in what time, those that are left and until when there are all
/// again.
void TellRate(http::Response& response, const Caller* caller, SteadyClock::time_point now);

}  // namespace pyrunner::api
