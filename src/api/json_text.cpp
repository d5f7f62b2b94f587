#include "api/json_text.h"

#include <algorithm>
#include <cstring>

#include "api/utf8.h"

namespace pyrunner::api {
namespace {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";
constexpr char kHexDigits[] = "0123456789abcdef";

/// True if any of the eight bytes is not copied as it is: a control character, a quote, a
/// backslash, or part of a character outside ASCII. ("Determine if a word has a byte less than n",
/// Bit Twiddling Hacks; a borrow can only raise an alarm next to a byte that raises one itself.)
bool NeedsAttention(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word;
  const std::uint64_t quote = has_zero(word ^ (kOnes * '"'));
  const std::uint64_t backslash = has_zero(word ^ (kOnes * '\\'));
  return ((word | control | quote | backslash) & kHighBits) != 0;
}

bool IsPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

void AppendEscaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      // In one piece: a program may print a megabyte of them.
      const char escape[] = {'\\', 'u', '0', '0', kHexDigits[(c >> 4) & 0xF], kHexDigits[c & 0xF]};
      out.append(escape, sizeof escape);
    }
  }
}

}  // namespace

std::size_t SkipPlainJson(std::string_view bytes, std::size_t at) {
  while (bytes.size() - at >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if (NeedsAttention(word)) break;
    at += sizeof word;
  }
  while (at < bytes.size() && IsPlain(bytes[at])) ++at;
  return at;
}

void AppendJsonText(std::string& out, std::string_view bytes) {
  std::size_t copied = 0;  // everything before it is in `out`
  std::size_t at = 0;
  const auto copy_run = [&] {
    if (at > copied) out.append(bytes, copied, at - copied);
  };
  while ((at = SkipPlainJson(bytes, at)) < bytes.size()) {
    if (static_cast<unsigned char>(bytes[at]) < 0x80) {
      copy_run();
      AppendEscaped(out, bytes[at]);
      copied = ++at;
      continue;
    }
    const Utf8Step step = ReadUtf8(bytes, at);
    if (step.kind == Utf8Step::Kind::kCharacter) {
      at += step.length;
      continue;
    }
    copy_run();
    out += kReplacementCharacter;
    copied = at += step.length;
  }
  copy_run();
}

void AppendJsonString(std::string& out, std::string_view bytes) {
  out += '"';
  AppendJsonText(out, bytes);
  out += '"';
}

void AppendJsonStream(std::string& out, const CapturedStream& stream) {
  const std::string_view bytes = stream.bytes;
  if (!stream.truncated()) {
    AppendJsonText(out, bytes);
    return;
  }
  std::string_view head = bytes.substr(0, std::min(stream.cut_at, bytes.size()));
  std::string_view tail = bytes.substr(head.size());
  head = head.substr(0, LengthWithoutCutCharacter(head));
  tail.remove_prefix(LengthOfCutCharacter(tail));
  const std::uint64_t omitted = stream.total - head.size() - tail.size();
  AppendJsonText(out, head);
  AppendJsonText(out,
                 "\n... [output truncated: " + std::to_string(omitted) + " bytes omitted] ...\n");
  AppendJsonText(out, tail);
}

void AppendJsonDecimal(std::string& out, std::uint64_t value, int decimals) {
  std::string digits = std::to_string(value);
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  std::size_t kept = digits.size();
  const std::size_t point = digits.size() - places;
  while (kept > point + 1 && digits[kept - 1] == '0') --kept;
  out.append(digits, 0, point).append(".");
  if (places == 0) {
    out += '0';
  } else {
    out.append(digits, point, kept - point);
  }
}

}  // namespace pyrunner::api
