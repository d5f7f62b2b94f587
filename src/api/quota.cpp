#include "api/quota.h"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>

namespace pyrunner::api {
namespace {

using boost::asio::awaitable;
using Answer = tl::expected<Outcome, Rejection>;

awaitable<Answer> Reject(Rejection rejection) { co_return tl::unexpected(std::move(rejection)); }

std::optional<Rejection> CheckPolicy(const Caller* caller, std::string_view policy) {
  if (caller == nullptr || caller->MayUse(policy)) return std::nullopt;
  std::string allowed;
  for (const std::string& name : caller->quota.policies) {
    allowed += (allowed.empty() ? "" : ", ") + name;
  }
  return Rejection{
      .cause = Rejection::Cause::kPolicyNotAllowed,
      .detail = fmt::format("This API runs programs with the policy {}; the API key may use {}",
                            policy, allowed)};
}

std::optional<Rejection> TakeFromRate(const Caller* caller, SteadyClock::time_point now) {
  if (caller == nullptr || !caller->rate || caller->rate->Take(now)) return std::nullopt;
  const auto wait = std::max(std::chrono::seconds(1), caller->rate->UntilNext(now));
  return Rejection{
      .cause = Rejection::Cause::kTooOften,
      .retry_after = wait,
      .detail = fmt::format("The API key may run {} programs per second. Try again in {} s.",
                            caller->quota.rate, wait.count())};
}

}  // namespace

// Not a coroutine itself: the runner's awaitable is handed on as it is.
awaitable<Answer> QuotaRunner::Run(Program program, std::shared_ptr<Cancellation> cancellation) {
  const Caller* const caller = program.context.caller.get();
  auto rejection = CheckPolicy(caller, program.context.policy);
  if (!rejection) rejection = TakeFromRate(caller, SteadyClock::now());
  if (rejection) return Reject(std::move(*rejection));
  return runner_.Run(std::move(program), std::move(cancellation));
}

void TellRate(http::Response& response, const Caller* caller, SteadyClock::time_point now) {
  if (caller == nullptr || !caller->rate) return;
  const TokenBucket& rate = *caller->rate;
  response.headers.emplace_back(
      "RateLimit-Policy",
      fmt::format("\"programs\";q={};w={}", rate.capacity(), rate.Window().count()));
  response.headers.emplace_back("RateLimit", fmt::format("\"programs\";r={};t={}", rate.Left(now),
                                                         rate.UntilFull(now).count()));
}

}  // namespace pyrunner::api
