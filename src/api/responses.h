// What the responses of all APIs have in common.
#pragma once

#include <string>

#include "engine/outcome.h"
#include "http/message.h"

namespace pyrunner {
struct Rejection;  // engine/runner.h, which needs coroutines; the decoders are built without
}

namespace pyrunner::api {

/// The value of a Server-Timing header (https://www.w3.org/TR/server-timing/): where the time of
/// one run went, in milliseconds.
[[nodiscard]] std::string ServerTiming(const Phases& phases);

/// The response for a program that was not run: 503 with Retry-After and a sentence for the
/// client, or an empty 499 when there is no client left.
[[nodiscard]] http::Response RejectionResponse(const Rejection& rejection);

/// What to send when the client has gone away: nothing that anybody reads. The status is the one
/// that access logs know from nginx ("client closed request").
[[nodiscard]] http::Response ClientGoneResponse();

}  // namespace pyrunner::api
