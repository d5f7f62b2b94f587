#include "api/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace pyrunner::api {
namespace {

using Kind = Utf8Step::Kind;

constexpr bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// The code points for which str.isspace() is true in CPython 3.11.
constexpr bool IsPythonSpace(std::uint32_t code_point) {
  return (code_point >= 0x09 && code_point <= 0x0D) || (code_point >= 0x1C && code_point <= 0x20) ||
         code_point == 0x85 || code_point == 0xA0 || code_point == 0x1680 ||
         (code_point >= 0x2000 && code_point <= 0x200A) || code_point == 0x2028 ||
         code_point == 0x2029 || code_point == 0x202F || code_point == 0x205F ||
         code_point == 0x3000;
}

/// The code point of a whole, well-formed character of at most three bytes. No white space needs
/// four, so longer ones come back as 0, which is no white space either.
std::uint32_t CodePoint(std::string_view character) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i]));
  };
  switch (character.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    default:
      return 0;
  }
}

}  // namespace

Utf8Step ReadUtf8(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {Kind::kCharacter, 1};
  if (lead < 0xC2 || lead > 0xF4) return {Kind::kInvalid, 1};

  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates and what lies past U+10FFFF.
  const unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  const std::size_t available = std::min(length, bytes.size() - at);
  for (std::size_t i = 1; i < available; ++i) {
    const bool fits = i == 1 ? byte(1) >= lowest && byte(1) <= highest : IsContinuation(byte(i));
    if (!fits) return {Kind::kInvalid, i};
  }
  if (available < length) return {Kind::kIncomplete, available};
  return {Kind::kCharacter, length};
}

std::size_t CountCodePoints(std::string_view text) {
  std::size_t continuations = 0;
  std::size_t at = 0;
  for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    // The highest bit of a byte set and the next one not; then the sum of the bytes.
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    continuations += ((word >> 7U) & ~(word >> 6U) & kOnes) * kOnes >> 56U;
  }
  for (; at < text.size(); ++at) {
    if (IsContinuation(static_cast<unsigned char>(text[at]))) ++continuations;
  }
  return text.size() - continuations;
}

std::string_view StripWhitespace(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = ReadUtf8(text, 0).length;
    if (!IsPythonSpace(CodePoint(text.substr(0, length)))) break;
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && IsContinuation(static_cast<unsigned char>(text[start]))) --start;
    if (!IsPythonSpace(CodePoint(text.substr(start)))) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::size_t LengthWithoutCutCharacter(std::string_view bytes) {
  // A cut character has at most three of its bytes left, the first of which is no continuation.
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const std::size_t start = bytes.size() - back;
    if (IsContinuation(static_cast<unsigned char>(bytes[start]))) continue;
    const Utf8Step step = ReadUtf8(bytes, start);
    return step.kind == Kind::kIncomplete && step.length == back ? start : bytes.size();
  }
  return bytes.size();
}

std::size_t LengthOfCutCharacter(std::string_view bytes) {
  std::size_t length = 0;
  while (length < std::min<std::size_t>(3, bytes.size()) &&
         IsContinuation(static_cast<unsigned char>(bytes[length]))) {
    ++length;
  }
  return length;
}

}  // namespace pyrunner::api
