// Origin: which web pages may use this service.
//
// A browser runs the pages of everybody, on the machines of those who may reach this service, and a
// page can send requests anywhere: its own site's rules do not matter, ours do. Browsers tell where
// a request comes from in two fields that no page can forge, Origin and Sec-Fetch-Site. Other
// clients send neither, and are no concern of this check.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace pyrunner::http {

/// Whether `text` can be an origin as a browser sends it: a scheme, "://", a host and, if it is not
/// the scheme's own, a port. Neither "*" nor "null" is one: the first is everybody, the second
/// whoever wants to be (a file, a sandboxed frame). Pure.
[[nodiscard]] bool IsOrigin(std::string_view text);

enum class OriginVerdict {
  kOwn,      // no page, a page of this service, or a visitor who follows a link: serve
  kAllowed,  // a page of another origin that is allowed: serve, and let the page read the answer
  kRefused,  // a page of another site
};

/// Judges the request by its headers. `allowed` are origins as IsOrigin takes them. A page is this
/// service's own if its origin's host and port are those of Host; the scheme may be https, for a
/// proxy in front that ends TLS. So this is no check of Host: see ServerOptions::allowed_hosts.
/// Pure.
[[nodiscard]] OriginVerdict CheckOrigin(const Request& request,
                                        const std::vector<std::string>& allowed);

/// Whether the request asks on a page's behalf what the page may send (a CORS preflight).
[[nodiscard]] bool IsPreflight(const Request& request);

/// The answer to a preflight from an allowed origin, but for the fields of AllowOrigin.
[[nodiscard]] Response PreflightResponse();

/// Lets pages of this origin read the response: this origin only, and never with credentials.
void AllowOrigin(Response& response, std::string_view origin);

}  // namespace pyrunner::http
