#include "http/response.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "http/framing.h"

namespace pyrunner::http {
namespace {

bool IsFraming(std::string_view name) {
  return EqualsIgnoringCase(name, "content-length") ||
         EqualsIgnoringCase(name, "transfer-encoding") || EqualsIgnoringCase(name, "connection");
}

bool IsSafe(std::string_view name, std::string_view value) {
  const bool name_is_plain = std::all_of(
      name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f && c != ':'; });
  const bool value_is_plain = std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return c == '\t' || (c >= 0x20 && c != 0x7f);
  });
  return !name.empty() && name_is_plain && value_is_plain;
}

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

Response ErrorResponse(int status, std::string_view detail) {
  Response response;
  response.status = status;
  response.body = R"({"detail":")";
  for (const char c : detail) {
    if (c == '"' || c == '\\') response.body.push_back('\\');
    response.body.push_back(c);
  }
  response.body += "\"}";
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

bool StatusHasBody(int status) { return status >= 200 && status != 204 && status != 304; }

void AppendHead(std::string& out, const Response& response, ConnectionField connection) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("HTTP/1.1 {} {}\r\n"), response.status,
                 ReasonPhrase(response.status));
  if (StatusHasBody(response.status)) {
    if (!response.content_type.empty() && IsSafe("Content-Type", response.content_type)) {
      AppendField(out, "Content-Type", response.content_type);
    }
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("Content-Length: {}\r\n"),
                   response.Body().size());
  }
  bool sniff_is_set = false;
  bool cache_is_set = false;
  for (const auto& [name, value] : response.headers) {
    if (IsFraming(name) || !IsSafe(name, value)) continue;
    sniff_is_set |= EqualsIgnoringCase(name, "x-content-type-options");
    cache_is_set |= EqualsIgnoringCase(name, "cache-control");
    AppendField(out, name, value);
  }
  if (!sniff_is_set) out += "X-Content-Type-Options: nosniff\r\n";
  if (!cache_is_set) out += "Cache-Control: no-store\r\n";
  if (connection == ConnectionField::kClose) out += "Connection: close\r\n";
  if (connection == ConnectionField::kKeepAlive) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

}  // namespace pyrunner::http
