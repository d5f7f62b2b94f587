// UTF-8 as CPython reads it: what is a character, what is damaged, what is blank.
#pragma once

#include <cstddef>
#include <string_view>

namespace pyrunner::api {

/// One step through bytes that should be UTF-8.
struct Utf8Step {
  enum class Kind {
    kCharacter,   // a well-formed character
    kInvalid,     // the longest damaged piece that stands for one U+FFFD
    kIncomplete,  // the same, but only because the bytes end: more of them could have completed it
  };
  Kind kind;
  std::size_t length;  // at least 1
};

/// What starts at `at`, which must be below bytes.size(). Damage is cut up as CPython's
/// decode("utf-8", errors="replace") does it, which is Unicode's "maximal subpart" practice
/// (The Unicode Standard, 3.9, table 3-8): one replacement character per kInvalid or kIncomplete.
[[nodiscard]] Utf8Step ReadUtf8(std::string_view bytes, std::size_t at);

/// The number of characters. `text` must be valid UTF-8.
[[nodiscard]] std::size_t CountCodePoints(std::string_view text);

/// `text` without what Python's str.strip() removes at both ends. `text` must be valid UTF-8.
[[nodiscard]] std::string_view StripWhitespace(std::string_view text);

/// The length of `bytes` without a character that was cut off at its end.
[[nodiscard]] std::size_t LengthWithoutCutCharacter(std::string_view bytes);

/// How many bytes at the start of `bytes` can be the rest of a character that was cut off.
[[nodiscard]] std::size_t LengthOfCutCharacter(std::string_view bytes);

}  // namespace pyrunner::api
