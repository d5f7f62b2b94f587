#include "api/execute_route.h"

#include <algorithm>
#include <memory>

namespace pyrunner::api {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

/// Takes a string with its quotes off the front; nothing if there is none.
bool TakeString(std::string_view& rest, std::string_view& inside) {
  if (!rest.starts_with('"')) return false;
  for (std::size_t end = rest.find_first_of("\"\\", 1); end != std::string_view::npos;
       end = rest.find_first_of("\"\\", end + 2)) {
    if (rest[end] == '"') {
      inside = rest.substr(1, end - 1);
      rest.remove_prefix(end + 1);
      return true;
    }
  }
  return false;
}

void SkipBlank(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size()));
}

/// Skips a value up to the comma or brace behind it.
bool SkipValue(std::string_view& rest) {
  int depth = 0;
  while (!rest.empty()) {
    std::string_view ignored;
    const char c = rest.front();
    if (c == '"') {
      if (!TakeString(rest, ignored)) return false;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}')) return true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    rest.remove_prefix(1);
  }
  return false;
}

}  // namespace

std::vector<std::string_view> TopLevelKeys(std::string_view body, std::size_t limit) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::vector<std::string_view> keys;
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  SkipBlank(body);
  if (!body.starts_with('{')) return keys;
  do {
    body.remove_prefix(1);
    SkipBlank(body);
    std::string_view key;
    if (!TakeString(body, key)) break;
    keys.push_back(key);
    SkipBlank(body);
    if (!body.starts_with(':') || !SkipValue(body)) break;
  } while (body.starts_with(',') && keys.size() < limit);
  return keys;
}

void ExecuteRoute::Mount(http::Router& router) {
  const auto route = std::make_shared<ExecuteRoute>(std::move(*this));
  router.Add("POST", "/execute", [route](http::Request request) {
    const auto keys = TopLevelKeys(request.body);
    for (const auto& [claim, handler] : route->claims_) {
      if (claim(keys)) return handler(std::move(request));
    }
    return route->default_(std::move(request));
  });
}

}  // namespace pyrunner::api
