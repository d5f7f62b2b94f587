// JsonChecker: is a stream of untrusted bytes one JSON value?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pyrunner::wire {

/// Checks the grammar of RFC 8259 byte by byte, without building anything, and in pure ASCII, as
/// Python's json.dumps() writes it by default. Memory is one bit per level of nesting.
/// Not thread-safe.
class JsonChecker {
 public:
  /// Deeper nesting is refused; Python's own encoder ends at about a thousand levels.
  static constexpr std::size_t kMaxDepth = 2000;

  /// Takes the next bytes. False once they can't be part of one JSON value.
  [[nodiscard]] bool Feed(std::string_view bytes);
  /// True if all that was fed is exactly one JSON value.
  [[nodiscard]] bool Complete() const;

 private:
  enum class State : std::uint8_t {
    kValue,           // a value must come
    kFirstItem,       // a value or ]
    kFirstKey,        // a key or }
    kKey,             // a key must come
    kColon,           //
    kAfterValue,      // a comma, or the end of what is open
    kString,          // in one, key or value
    kEscape,          // behind a backslash
    kHex,             // in the digits of \uXXXX
    kLiteral,         // in true, false or null
    kMinus,           // behind a number's -
    kZero,            // behind a number's leading 0
    kInteger,         // in a number's digits
    kPoint,           // behind its point
    kFraction,        //
    kExponent,        // behind its e
    kExponentSign,    //
    kExponentDigits,  //
    kBroken,
  };

  State Next(char c);
  State StartValue(char c);
  [[nodiscard]] State EndValue() const;
  State AfterNumber(char c);
  State Open(bool object);
  State Close(bool object);

  State state_ = State::kValue;
  bool in_key_ = false;
  unsigned hex_digits_ = 0;
  std::string_view literal_;   // what is left of it
  std::vector<bool> objects_;  // what is open: true for an object, false for an array
};

}  // namespace pyrunner::wire
