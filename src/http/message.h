// Request and Response: what the rest of the program sees of HTTP.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/caller.h"
#include "base/cancellation.h"
#include "base/trace_context.h"

namespace pyrunner::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request that passed the framing check and all limits. Header names are lower case.
struct Request {
  std::string method;
  std::string path;   // without the query, as sent (not percent-decoded), at least "/"; or "*"
  std::string query;  // without the question mark
  Headers headers;
  std::string body;
  std::shared_ptr<Cancellation> cancellation;  // cancelled when the client goes away
  std::shared_ptr<const Caller> caller;        // see ServerOptions::authorize
  std::shared_ptr<const std::string> client;   // the other end's numeric address; may be nullptr
  TraceContext trace;                          // with a span of this request

  /// The first header of this (lower case) name, or empty.
  [[nodiscard]] std::string_view Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  Headers headers;
  std::string body;
  /// Instead of `body`: bytes that outlive the server. They are not copied, and so need no memory
  /// while they wait for a client to take them.
  std::string_view constant_body;

  [[nodiscard]] std::string_view Body() const {
    return constant_body.empty() ? std::string_view(body) : constant_body;
  }
};

}  // namespace pyrunner::http
