#include "http/origin.h"

#include <algorithm>
#include <optional>

#include "http/framing.h"

namespace pyrunner::http {
namespace {

struct Origin {
  std::string_view scheme;
  std::string_view authority;  // without the scheme's own port
};

constexpr bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Browsers leave the scheme's own port out of Origin and Host, proxies and operators may not.
std::string_view WithoutDefaultPort(std::string_view scheme, std::string_view authority) {
  const std::string_view port = EqualsIgnoringCase(scheme, "https")  ? ":443"
                                : EqualsIgnoringCase(scheme, "http") ? ":80"
                                                                     : "";
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

std::optional<Origin> ParseOrigin(std::string_view text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  const auto scheme = text.substr(0, end);
  const auto authority = text.substr(end + 3);
  const bool scheme_is_plain =
      !scheme.empty() && IsLetter(scheme.front()) &&
      std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return IsLetter(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
      });
  // No '/', '@', '*' or '%': neither a path nor a user, and no pattern.
  const bool authority_is_plain =
      !authority.empty() && std::all_of(authority.begin(), authority.end(), [](char c) {
        return IsLetter(c) || IsDigit(c) || std::string_view("-._:[]").find(c) != std::string::npos;
      });
  if (!scheme_is_plain || !authority_is_plain) return std::nullopt;
  return Origin{scheme, WithoutDefaultPort(scheme, authority)};
}

bool Same(const Origin& a, const Origin& b) {
  return EqualsIgnoringCase(a.scheme, b.scheme) && EqualsIgnoringCase(a.authority, b.authority);
}

// Whoever follows a link from another site to this one looks at an answer; the other site does not
// get it. GET and HEAD run nothing.
bool IsVisit(const Request& request) {
  return (request.method == "GET" || request.method == "HEAD") &&
         request.Header("sec-fetch-mode") == "navigate" &&
         request.Header("sec-fetch-dest") == "document";
}

}  // namespace

bool IsOrigin(std::string_view text) { return ParseOrigin(text).has_value(); }

OriginVerdict CheckOrigin(const Request& request, const std::vector<std::string>& allowed) {
  const auto sent = request.Header("origin");
  const auto site = request.Header("sec-fetch-site");
  const bool other_site = !site.empty() && site != "same-origin" && site != "none";
  if (sent.empty()) {
    return other_site && !IsVisit(request) ? OriginVerdict::kRefused : OriginVerdict::kOwn;
  }
  const auto origin = ParseOrigin(sent);
  if (!origin) return OriginVerdict::kRefused;
  for (const auto& text : allowed) {
    const auto other = ParseOrigin(text);
    if (other && Same(*origin, *other)) return OriginVerdict::kAllowed;
  }
  const bool web =
      EqualsIgnoringCase(origin->scheme, "http") || EqualsIgnoringCase(origin->scheme, "https");
  const auto host = WithoutDefaultPort(origin->scheme, request.Header("host"));
  const bool own = web && EqualsIgnoringCase(origin->authority, host);
  return own && !other_site ? OriginVerdict::kOwn : OriginVerdict::kRefused;
}

bool IsPreflight(const Request& request) {
  return request.method == "OPTIONS" && !request.Header("access-control-request-method").empty();
}

Response PreflightResponse() {
  Response response;
  response.status = 204;
  response.headers = {{"Access-Control-Allow-Methods", "GET, HEAD, POST"},
                      {"Access-Control-Allow-Headers", "Authorization, Content-Type, X-Api-Key"},
                      {"Access-Control-Max-Age", "600"}};
  return response;
}

void AllowOrigin(Response& response, std::string_view origin) {
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back(
      "Access-Control-Expose-Headers",
      "RateLimit, RateLimit-Policy, Retry-After, Server-Timing, WWW-Authenticate");
  response.headers.emplace_back("Vary", "Origin");
}

}  // namespace pyrunner::http
