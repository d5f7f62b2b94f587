#include "access/gate.h"

#include <algorithm>
#include <utility>

#include "http/framing.h"
#include "http/response.h"

namespace pyrunner::access {
namespace {

constexpr std::string_view kBlank = " \t";

std::string_view WithoutBlanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  const std::size_t last = text.find_last_not_of(kBlank);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// RFC 6750: the scheme in any case, blanks, the key.
bool IsBearer(std::string_view value, std::string_view& key) {
  constexpr std::string_view kScheme = "bearer";
  const std::string_view scheme = value.substr(0, value.find_first_of(kBlank));
  if (!http::EqualsIgnoringCase(scheme, kScheme)) return false;
  key = WithoutBlanks(value.substr(scheme.size()));
  return true;
}

}  // namespace

PresentedKey FindKey(const http::Headers& headers) {
  PresentedKey presented;
  for (const auto& [name, value] : headers) {
    std::string_view key;
    if (name == "x-api-key") {
      key = WithoutBlanks(value);
    } else if (name != "authorization" || !IsBearer(WithoutBlanks(value), key)) {
      continue;
    }
    if (presented.kind == PresentedKey::Kind::kOne && presented.key != key) {
      return {PresentedKey::Kind::kAmbiguous, {}};
    }
    presented = {PresentedKey::Kind::kOne, key};
  }
  return presented;
}

tl::expected<std::shared_ptr<const Caller>, http::Response> Gate::Authorize(
    const http::Request& head) const {
  const PresentedKey presented = FindKey(head.headers);
  const bool open = is_open_(head);
  if (presented.kind == PresentedKey::Kind::kAmbiguous && !open) {
    return tl::unexpected(
        http::ErrorResponse(400, "Send one API key: Authorization and X-Api-Key have two"));
  }
  std::shared_ptr<const Caller> caller;
  if (presented.kind == PresentedKey::Kind::kOne) caller = keys_->Find(presented.key);
  if (caller || open) return caller;
  http::Response refused = http::ErrorResponse(
      401, presented.kind == PresentedKey::Kind::kNone
               ? "Send an API key, as Authorization: Bearer KEY or X-Api-Key: KEY"
               : "The API key is not valid");
  refused.headers.emplace_back("WWW-Authenticate", "Bearer");
  return tl::unexpected(std::move(refused));
}

}  // namespace pyrunner::access
