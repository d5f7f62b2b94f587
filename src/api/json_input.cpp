#include "api/json_input.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <iterator>
#include <utility>
#include <vector>

#include "api/json_text.h"
#include "api/plain_json.h"

namespace pyrunner::api {
namespace {

using nlohmann::json;

/// Walks the body through a cursor that others can read: nlohmann's SAX events come without a
/// position, and an error should say where it is.
class CursorIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  static CursorIterator Begin(const char** cursor) { return {cursor, nullptr}; }
  static CursorIterator End(const char* end) { return {nullptr, end}; }

  char operator*() const { return **cursor_; }
  CursorIterator& operator++() {
    ++*cursor_;
    return *this;
  }
  CursorIterator operator++(int) {
    CursorIterator before = *this;
    ++*cursor_;
    return before;
  }
  friend bool operator==(const CursorIterator& a, const CursorIterator& b) {
    return a.Position() == b.Position();
  }
  friend bool operator!=(const CursorIterator& a, const CursorIterator& b) { return !(a == b); }

 private:
  CursorIterator(const char** cursor, const char* end) : cursor_(cursor), end_(end) {}
  [[nodiscard]] const char* Position() const { return cursor_ != nullptr ? *cursor_ : end_; }

  const char** cursor_;  // null: this is the end
  const char* end_;
};

/// nlohmann's "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while
/// parsing value - invalid literal; last read: '...'" without its first part, which says where in
/// its own terms, and without the text last read, which can be the whole body.
std::string Reason(const nlohmann::detail::exception& exception) {
  constexpr int kNumberOverflow = 406;
  if (exception.id == kNumberOverflow) return "number out of range";
  std::string_view what = exception.what();
  what = what.substr(std::min(what.find("syntax error"), what.size()));
  what = what.substr(0, what.find("; last read: '"));
  std::string reason(what);
  if (const auto dash = reason.find(" - "); dash != std::string::npos)
    reason.replace(dash, 3, ": ");
  return reason.empty() ? "invalid JSON" : reason;
}

/// Takes nlohmann's SAX events and builds the value, refusing what the grammar allows but we do
/// not. Returning false from an event stops the parser.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view body, const char* const* cursor) : body_(body), cursor_(cursor) {}

  bool null() { return Place(nullptr) != nullptr; }
  bool boolean(bool value) { return Place(value) != nullptr; }
  bool number_integer(json::number_integer_t value) { return Place(value) != nullptr; }
  bool number_unsigned(json::number_unsigned_t value) { return Place(value) != nullptr; }
  bool number_float(json::number_float_t value, const std::string&) {
    return Place(value) != nullptr;
  }
  // The parser is done with the string that it hands over; large code moves instead of copying.
  bool string(std::string& value) { return Place(std::move(value)) != nullptr; }
  bool binary(json::binary_t&) { return Fail("binary data is not JSON"); }

  bool start_object(std::size_t) { return Open(json::value_t::object); }
  bool end_object() { return Close(); }
  bool start_array(std::size_t) { return Open(json::value_t::array); }
  bool end_array() { return Close(); }

  bool key(std::string& name) {
    auto& members = open_.back()->get_ref<json::object_t&>();
    constexpr std::size_t kQuotable = 64;  // bytes; a reason stays one readable line
    const auto [member, inserted] = members.try_emplace(std::move(name));
    if (!inserted) {
      std::string reason = "duplicate key";
      if (member->first.size() <= kQuotable) AppendJsonString(reason += ' ', member->first);
      return Fail(std::move(reason));
    }
    slot_ = &member->second;
    return true;
  }

  bool parse_error(std::size_t bytes_read, const std::string&,
                   const nlohmann::detail::exception& exception) {
    error_.reason = Reason(exception);
    error_.position = std::min(bytes_read == 0 ? 0 : bytes_read - 1, body_.size());
    return false;
  }

  [[nodiscard]] json TakeRoot() { return std::move(root_); }
  [[nodiscard]] JsonError TakeError() { return std::move(error_); }

 private:
  bool Fail(std::string reason) {
    error_.reason = std::move(reason);
    error_.position = static_cast<std::size_t>(*cursor_ - body_.data());
    return false;
  }

  template <typename T>
  json* Place(T&& value) {
    if (++values_ > kMaxJsonValues) {
      Fail("more than " + std::to_string(kMaxJsonValues) + " values");
      return nullptr;
    }
    if (open_.empty()) {
      root_ = json(std::forward<T>(value));
      return &root_;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(json(std::forward<T>(value)));
      return &open_.back()->back();
    }
    *slot_ = json(std::forward<T>(value));
    return slot_;
  }

  bool Open(json::value_t kind) {
    if (open_.size() >= kMaxJsonDepth) {
      return Fail("nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    json* const container = Place(kind);
    if (container == nullptr) return false;
    open_.push_back(container);
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  std::string_view body_;
  const char* const* cursor_;
  json root_;
  std::vector<json*> open_;  // root to innermost; a parent does not move while a child is open
  json* slot_ = nullptr;     // where the value of the last key goes
  std::size_t values_ = 0;
  JsonError error_;
};

tl::expected<json, JsonError> ParseFully(std::string_view body) {
  // nlohmann takes a NUL outside of a string for the end of the input, and would ignore whatever
  // follows. Inside a string it is refused as any control character, so no NUL is ever valid.
  if (!body.empty()) {
    if (const void* nul = std::memchr(body.data(), '\0', body.size())) {
      return tl::unexpected(
          JsonError{static_cast<std::size_t>(static_cast<const char*>(nul) - body.data()),
                    "a NUL byte is not allowed in JSON"});
    }
  }
  const char* cursor = body.data();
  const char* const end = body.data() + body.size();
  TreeBuilder builder(body, &cursor);
  if (json::sax_parse(CursorIterator::Begin(&cursor), CursorIterator::End(end), &builder)) {
    return builder.TakeRoot();
  }
  return tl::unexpected(builder.TakeError());
}

}  // namespace

tl::expected<nlohmann::json, JsonError> ParseJson(std::string_view body) {
  try {
    if (auto plain = ParsePlainObject(body)) return std::move(*plain);
    return ParseFully(body);
  } catch (const std::exception&) {
    // Only memory can run out here. The reason is short enough to need none.
    return tl::unexpected(JsonError{0, "too large"});
  }
}

bool IsJsonContentType(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::transform(type.begin(), type.end(), type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto first = type.find_first_not_of(" \t");
  if (first == std::string::npos) return false;
  type = type.substr(first, type.find_last_not_of(" \t") - first + 1);

  constexpr std::string_view kMainType = "application/";
  if (type.compare(0, kMainType.size(), kMainType) != 0) return false;
  std::string_view subtype = type;
  subtype.remove_prefix(kMainType.size());
  if (subtype.find('/') != std::string_view::npos) return false;
  return subtype == "json" || subtype.ends_with("+json");
}

}  // namespace pyrunner::api
