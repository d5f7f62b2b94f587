#include "wire/json_checker.h"

namespace pyrunner::wire {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsPlain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }
bool IsEscape(char c) { return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos; }

}  // namespace

bool JsonChecker::Feed(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size() && state_ != State::kBroken; ++i) {
    if (state_ == State::kString && IsPlain(bytes[i])) continue;  // most bytes of most results
    state_ = Next(bytes[i]);
  }
  return state_ != State::kBroken;
}

bool JsonChecker::Complete() const {
  if (!objects_.empty()) return false;
  switch (state_) {
    case State::kAfterValue:
    case State::kZero:
    case State::kInteger:
    case State::kFraction:
    case State::kExponentDigits:
      return true;
    default:
      return false;
  }
}

JsonChecker::State JsonChecker::Next(char c) {
  switch (state_) {
    case State::kValue:
      return IsBlank(c) ? state_ : StartValue(c);
    case State::kFirstItem:
      if (c == ']') return Close(false);
      return IsBlank(c) ? state_ : StartValue(c);
    case State::kFirstKey:
      if (c == '}') return Close(true);
      [[fallthrough]];
    case State::kKey:
      if (IsBlank(c)) return state_;
      in_key_ = true;
      return c == '"' ? State::kString : State::kBroken;
    case State::kColon:
      if (IsBlank(c)) return state_;
      return c == ':' ? State::kValue : State::kBroken;
    case State::kAfterValue:
      if (IsBlank(c)) return state_;
      if (c == ']') return Close(false);
      if (c == '}') return Close(true);
      if (c != ',' || objects_.empty()) return State::kBroken;
      return objects_.back() ? State::kKey : State::kValue;
    case State::kString:
      if (c == '"') return EndValue();
      if (c == '\\') return State::kEscape;
      return IsPlain(c) || c == '\x7f' ? state_ : State::kBroken;
    case State::kEscape:
      hex_digits_ = 0;
      if (c == 'u') return State::kHex;
      return IsEscape(c) ? State::kString : State::kBroken;
    case State::kHex:
      if (!IsHexDigit(c)) return State::kBroken;
      return ++hex_digits_ == 4 ? State::kString : state_;
    case State::kLiteral:
      if (c != literal_.front()) return State::kBroken;
      literal_.remove_prefix(1);
      return literal_.empty() ? State::kAfterValue : state_;
    case State::kMinus:
      if (c == '0') return State::kZero;
      return IsDigit(c) ? State::kInteger : State::kBroken;
    case State::kZero:
      return IsDigit(c) ? State::kBroken : AfterNumber(c);
    case State::kInteger:
      return IsDigit(c) ? state_ : AfterNumber(c);
    case State::kPoint:
      return IsDigit(c) ? State::kFraction : State::kBroken;
    case State::kFraction:
      if (IsDigit(c)) return state_;
      return c == '.' ? State::kBroken : AfterNumber(c);
    case State::kExponent:
      if (c == '+' || c == '-') return State::kExponentSign;
      [[fallthrough]];
    case State::kExponentSign:
      return IsDigit(c) ? State::kExponentDigits : State::kBroken;
    case State::kExponentDigits:
      if (IsDigit(c)) return state_;
      return c == '.' || c == 'e' || c == 'E' ? State::kBroken : AfterNumber(c);
    case State::kBroken:
      break;
  }
  return State::kBroken;
}

JsonChecker::State JsonChecker::StartValue(char c) {
  switch (c) {
    case '"':
      in_key_ = false;
      return State::kString;
    case '{':
      return Open(true);
    case '[':
      return Open(false);
    case 't':
      literal_ = "rue";
      return State::kLiteral;
    case 'f':
      literal_ = "alse";
      return State::kLiteral;
    case 'n':
      literal_ = "ull";
      return State::kLiteral;
    case '-':
      return State::kMinus;
    case '0':
      return State::kZero;
    default:
      return IsDigit(c) ? State::kInteger : State::kBroken;
  }
}

JsonChecker::State JsonChecker::EndValue() const {
  return in_key_ ? State::kColon : State::kAfterValue;
}

/// What comes behind a whole number: its fraction, its exponent, or what comes behind any value.
JsonChecker::State JsonChecker::AfterNumber(char c) {
  if (c == '.') return State::kPoint;
  if (c == 'e' || c == 'E') return State::kExponent;
  state_ = State::kAfterValue;
  return Next(c);
}

JsonChecker::State JsonChecker::Open(bool object) {
  if (objects_.size() == kMaxDepth) return State::kBroken;
  objects_.push_back(object);
  return object ? State::kFirstKey : State::kFirstItem;
}

JsonChecker::State JsonChecker::Close(bool object) {
  if (objects_.empty() || objects_.back() != object) return State::kBroken;
  objects_.pop_back();
  return State::kAfterValue;
}

}  // namespace pyrunner::wire
