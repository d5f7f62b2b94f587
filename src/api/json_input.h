// A request body into a JSON value, strictly and within bounds.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pyrunner::api {

/// No request of ours needs more; both bound what a hostile body can cost.
inline constexpr std::size_t kMaxJsonDepth = 32;
inline constexpr std::size_t kMaxJsonValues = 100'000;

struct JsonError {
  std::size_t position = 0;  // byte offset into the body, at or just behind the culprit
  std::string reason;        // for the client; valid UTF-8, short
};

/// Parses one JSON document (RFC 8259). Beyond the grammar it refuses: bytes that are not strict
/// UTF-8 (overlong forms and encoded surrogates included), escapes of lone surrogates, a key that
/// an object has twice, numbers past the range of a double, deeper nesting than kMaxJsonDepth, and
/// more than kMaxJsonValues values. A leading UTF-8 byte order mark is skipped, as Python does.
/// Integers past 64 bits become doubles. All strings in the result are valid UTF-8.
///
/// Thread-safe; never throws. A string is copied once, out of the body.
[[nodiscard]] tl::expected<nlohmann::json, JsonError> ParseJson(std::string_view body);

/// True for application/json and application/<anything>+json, whatever parameters follow: the
/// types that FastAPI parses as JSON.
[[nodiscard]] bool IsJsonContentType(std::string_view content_type);

}  // namespace pyrunner::api
