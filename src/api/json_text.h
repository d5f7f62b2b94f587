// Bytes and numbers into JSON text, written straight into a string: what a program prints can be
// megabytes, and a JSON tree would copy it several times over.
//
// All functions append to `out` and fail only by running out of memory. Thread-safe: no state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/outcome.h"

namespace pyrunner::api {

/// Where the run of bytes that a JSON string holds as they are, and that are ASCII, ends; it starts
/// at `at`, which is at most the text's size.
[[nodiscard]] std::size_t SkipPlainJson(std::string_view bytes, std::size_t at);

/// The inside of a JSON string, without the quotes. Well-formed UTF-8 is kept as it is, damage
/// becomes U+FFFD, both exactly as in Python's
/// json.dumps(bytes.decode("utf-8", "replace"), ensure_ascii=False).
void AppendJsonText(std::string& out, std::string_view bytes);

/// The same with the quotes.
void AppendJsonString(std::string& out, std::string_view bytes);

/// What a program printed, as the inside of a JSON string. A truncated stream is head, marker
/// line, tail; a character that the cut split is left out and counted as omitted.
void AppendJsonStream(std::string& out, const CapturedStream& stream);

/// `value` / 10^`decimals` as a JSON number that Python reads as a float: trailing zeros dropped,
/// at least one digit after the point (23 with 3 decimals: 0.023; 2000: 2.0).
void AppendJsonDecimal(std::string& out, std::uint64_t value, int decimals);

}  // namespace pyrunner::api
