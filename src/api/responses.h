// What the responses of all APIs have in common.
#pragma once

#include <string>
#include <string_view>

#include "engine/outcome.h"
#include "engine/runner.h"
#include "http/message.h"

namespace pyrunner::api {

/// The value of a Server-Timing header (https://www.w3.org/TR/server-timing/): where the time of
/// one run went, in milliseconds.
[[nodiscard]] std::string ServerTiming(const Phases& phases);

/// How a program ended that did not end by itself, as a sentence for its author.
[[nodiscard]] std::string DescribeStop(const Outcome& outcome);

/// Why a program was not run, as a sentence for the client. It may be in the rejection.
[[nodiscard]] std::string_view DescribeRejection(const Rejection& rejection);

/// The response for a program that was not run: that sentence, with 503 or, for a caller's rate,
/// 429 and Retry-After; with 422 or, for a caller's policies, 403 where trying again is of no use.
[[nodiscard]] http::Response RejectionResponse(const Rejection& rejection);

/// What to send when the client has gone away: nothing that anybody reads. The status is the one
/// that access logs know from nginx ("client closed request").
[[nodiscard]] http::Response ClientGoneResponse();

}  // namespace pyrunner::api
