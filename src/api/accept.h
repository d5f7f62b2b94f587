// What a client prefers, by the fields of its request: RFC 9110, 12.5. All pure; field names in any
// number of lines are one list.
#pragma once

#include <string_view>

#include "http/message.h"

namespace pyrunner::api {

/// Whether Accept ranks text/html above application/json. Who ranks them alike, or says nothing,
/// gets JSON: those are programs; browsers name text/html first.
[[nodiscard]] bool PrefersHtml(const http::Request& request);

/// Whether Accept-Encoding takes gzip.
[[nodiscard]] bool AcceptsGzip(const http::Request& request);

/// Whether If-None-Match names this entity tag, which has its quotes.
[[nodiscard]] bool HasTag(const http::Request& request, std::string_view tag);

}  // namespace pyrunner::api
