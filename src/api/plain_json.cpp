#include "api/plain_json.h"

#include <cstdint>
#include <string>
#include <utility>

#include "api/json_text.h"
#include "api/utf8.h"

namespace pyrunner::api {
namespace {

using nlohmann::json;

// More are for ParseJson, which has a bound for them.
constexpr std::size_t kMaxMembers = 64;
// Fewer than any 64-bit integer has at most.
constexpr std::size_t kMaxDigits = 18;

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Every method that returns false or nothing has met what is not plain.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text) : text_(text) {}

  std::optional<json> ReadObject() {
    json::object_t object;
    if (!TakeAfterSpace('{')) return std::nullopt;
    if (!TakeAfterSpace('}')) {
      do {
        std::string name;
        if (object.size() >= kMaxMembers || !TakeAfterSpace('"') || !ReadString(name) ||
            !TakeAfterSpace(':')) {
          return std::nullopt;
        }
        const auto [member, inserted] = object.try_emplace(std::move(name));
        if (!inserted || !ReadValue(member->second)) return std::nullopt;
      } while (TakeAfterSpace(','));
      if (!TakeAfterSpace('}')) return std::nullopt;
    }
    SkipSpace();
    if (at_ != text_.size()) return std::nullopt;
    return json(std::move(object));
  }

 private:
  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  bool TakeAfterSpace(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool TakeWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool ReadValue(json& value) {
    SkipSpace();
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '"') {
      ++at_;
      std::string text;
      if (!ReadString(text)) return false;
      value = std::move(text);
      return true;
    }
    if (IsDigit(text_[at_])) return ReadInteger(value);
    if (TakeWord("true")) {
      value = true;
    } else if (TakeWord("false")) {
      value = false;
    } else {
      return TakeWord("null");  // which it is
    }
    return true;
  }

  bool ReadInteger(json& value) {
    const std::size_t start = at_;
    std::uint64_t number = 0;
    while (at_ < text_.size() && IsDigit(text_[at_]) && at_ - start < kMaxDigits) {
      number = number * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
    }
    if (text_[start] == '0' && at_ - start > 1) return false;
    // A fraction, an exponent or one more digit shows in what follows.
    value = number;
    return true;
  }

  /// Behind the opening quote.
  bool ReadString(std::string& out) {
    std::size_t copied = at_;  // everything before it is in `out`
    while ((at_ = SkipPlainJson(text_, at_)) < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\\') {
        out.append(text_, copied, at_ - copied);
        ++at_;
        if (c == '"') return true;
        if (!ReadEscape(out)) return false;
        copied = at_;
        continue;
      }
      if (static_cast<unsigned char>(c) < 0x80) return false;  // a control character
      const Utf8Step step = ReadUtf8(text_, at_);
      if (step.kind != Utf8Step::Kind::kCharacter) return false;
      at_ += step.length;
    }
    return false;
  }

  /// Behind the backslash.
  bool ReadEscape(std::string& out) {
    constexpr std::string_view kEscapes = R"("\/bfnrt)";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    if (c == 'u') return ReadCodePoint(out);
    const std::size_t which = kEscapes.find(c);
    if (which == std::string_view::npos) return false;
    out += kMeanings[which];
    return true;
  }

  /// Behind a \u: one code unit, or two that are a pair.
  bool ReadCodePoint(std::string& out) {
    std::uint32_t point = 0;
    if (!ReadCodeUnit(point)) return false;
    if (point >= 0xD800 && point < 0xE000) {
      std::uint32_t low = 0;
      if (point >= 0xDC00 || !TakeWord("\\u") || !ReadCodeUnit(low)) return false;
      if (low < 0xDC00 || low >= 0xE000) return false;
      point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
    }
    const auto continuation = [&](unsigned shift) {
      out += static_cast<char>(0x80 | ((point >> shift) & 0x3F));
    };
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x800) {
      out += static_cast<char>(0xC0 | (point >> 6U));
      continuation(0);
    } else if (point < 0x10000) {
      out += static_cast<char>(0xE0 | (point >> 12U));
      continuation(6);
      continuation(0);
    } else {
      out += static_cast<char>(0xF0 | (point >> 18U));
      continuation(12);
      continuation(6);
      continuation(0);
    }
    return true;
  }

  bool ReadCodeUnit(std::uint32_t& unit) {
    constexpr std::size_t kDigits = 4;
    if (text_.size() - at_ < kDigits) return false;
    for (std::size_t i = 0; i < kDigits; ++i) {
      const char c = text_[at_++];
      const char letter = static_cast<char>(c | 0x20);
      if (!IsDigit(c) && (letter < 'a' || letter > 'f')) return false;
      unit = unit << 4U | static_cast<std::uint32_t>(IsDigit(c) ? c - '0' : letter - 'a' + 10);
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<json> ParsePlainObject(std::string_view text) {
  return PlainReader(text).ReadObject();
}

}  // namespace pyrunner::api
