// What goes out: error bodies and the head of a response.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace pyrunner::http {

/// A response whose body is {"detail": "<detail>"}. `detail` is ours: a sentence that tells the
/// client what to do, with nothing of the request in it. 429 and 503 get a Retry-After.
[[nodiscard]] Response ErrorResponse(int status, std::string_view detail);

/// The standard phrase of a status, or "Unknown".
[[nodiscard]] std::string_view ReasonPhrase(int status);

/// What the response tells the client about its connection.
enum class ConnectionField {
  kImplied,    // stays open, as HTTP/1.1 does by itself
  kKeepAlive,  // stays open, said aloud for HTTP/1.0
  kClose,
};

/// Whether a response of this status may have a body at all.
[[nodiscard]] bool StatusHasBody(int status);

/// Appends status line, fields and the empty line to `out`. Content-Length is the body's size, for
/// HEAD as well. Adds `X-Content-Type-Options: nosniff` and `Cache-Control: no-store` unless the
/// response says otherwise. The response's own headers cannot split it or change its framing: a
/// name that is no token, a value with control characters, and Content-Length, Connection and
/// Transfer-Encoding are left out.
void AppendHead(std::string& out, const Response& response, ConnectionField connection);

}  // namespace pyrunner::http
