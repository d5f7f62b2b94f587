#include "api/validation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "api/json_input.h"
#include "api/json_text.h"
#include "api/utf8.h"

namespace pyrunner::api {
namespace {

using nlohmann::json;

/// Takes from `budget` about what `value` needs as JSON text. Stops early: the value can be large.
bool FitsIn(std::size_t& budget, const json& value) {
  const auto take = [&](std::size_t bytes) {
    if (bytes > budget) return false;
    budget -= bytes;
    return true;
  };
  switch (value.type()) {
    case json::value_t::string:
      return take(value.get_ref<const std::string&>().size() + 2);
    case json::value_t::array:
      return take(2) && std::all_of(value.begin(), value.end(), [&](const json& element) {
               return FitsIn(budget, element) && take(1);
             });
    case json::value_t::object: {
      const auto& members = value.get_ref<const json::object_t&>();
      return take(2) && std::all_of(members.begin(), members.end(), [&](const auto& member) {
               return take(member.first.size() + 4) && FitsIn(budget, member.second);
             });
    }
    default:
      return take(4);  // a number or a word; enough to bound how many there are
  }
}

/// What pydantic makes of a value for an int field.
struct IntegerReading {
  std::int64_t value = 0;  // saturated: what is past 64 bits is past every field's bounds
  const char* error_type = nullptr;
  const char* message = nullptr;
};

constexpr IntegerReading kNoInteger{0, "int_type", "Input should be a valid integer"};
constexpr IntegerReading kNoIntegerText{
    0, "int_parsing", "Input should be a valid integer, unable to parse string as an integer"};
constexpr IntegerReading kTooManyDigits{
    0, "int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size"};
constexpr IntegerReading kFraction{
    0, "int_from_float", "Input should be a valid integer, got a number with a fractional part"};

/// Digits with an optional sign, single underscores between them, and an optional ".000" behind,
/// all of it in optional white space.
IntegerReading ReadIntegerText(std::string_view text) {
  constexpr std::size_t kMaxDigits = 4300;  // CPython's own limit for int(str)
  text = StripWhitespace(text);
  if (text.size() > kMaxDigits) return kTooManyDigits;
  if (const auto point = text.find('.'); point != std::string_view::npos) {
    if (text.find_first_not_of('0', point + 1) != std::string_view::npos) return kNoIntegerText;
    text = text.substr(0, point);
  }
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.front() == '_' || text.back() == '_') return kNoIntegerText;

  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t magnitude = 0;
  bool after_underscore = false;
  for (const char c : text) {
    if (c == '_' && !after_underscore) {
      after_underscore = true;
      continue;
    }
    if (c < '0' || c > '9') return kNoIntegerText;
    after_underscore = false;
    const std::int64_t digit = c - '0';
    magnitude = magnitude > (kMax - digit) / 10 ? kMax : magnitude * 10 + digit;
  }
  return {negative ? -magnitude : magnitude};
}

IntegerReading ReadInteger(const json& value) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  switch (value.type()) {
    case json::value_t::boolean:
      return {value.get<bool>() ? 1 : 0};
    case json::value_t::number_integer:
      return {value.get<std::int64_t>()};
    case json::value_t::number_unsigned:
      return {static_cast<std::int64_t>(
          std::min(value.get<std::uint64_t>(), static_cast<std::uint64_t>(kMax)))};
    case json::value_t::number_float: {
      const double number = value.get<double>();  // finite: the parser lets nothing else through
      constexpr double kPastMax = 0x1p63;
      if (number >= kPastMax) return {kMax};
      if (number < -kPastMax) return {kMin};
      if (number != std::trunc(number)) return kFraction;
      return {static_cast<std::int64_t>(number)};
    }
    case json::value_t::string:
      return ReadIntegerText(value.get_ref<const std::string&>());
    default:
      return kNoInteger;
  }
}

http::Response SingleError(ValidationError error) {
  ValidationErrors errors;
  errors.Add(std::move(error));
  return errors.ToResponse();
}

http::Response NotAnObject(std::string input) {
  return SingleError({"model_attributes_type",
                      {"body"},
                      "Input should be a valid dictionary or object to extract fields from",
                      std::move(input),
                      {}});
}

http::Response NoBody() { return SingleError({"missing", {"body"}, "Field required", "null", {}}); }

/// The body as FastAPI shows one that it did not parse: as a string.
std::string EchoRawBody(std::string_view body) {
  std::string input;
  if (body.size() <= kMaxEchoedInput) AppendJsonString(input, body);
  return input;
}

}  // namespace

http::Response ValidationErrors::ToResponse() const {
  http::Response response;
  response.status = 422;
  std::string& body = response.body;
  body = R"({"detail":[)";
  for (const ValidationError& error : errors_) {
    if (&error != &errors_.front()) body += ',';
    AppendJsonString(body += R"({"type":)", error.type);
    body += R"(,"loc":[)";
    for (const auto& step : error.location) {
      if (&step != &error.location.front()) body += ',';
      if (const auto* name = std::get_if<std::string>(&step)) {
        AppendJsonString(body, *name);
      } else {
        body += std::to_string(std::get<std::size_t>(step));
      }
    }
    AppendJsonString(body += R"(],"msg":)", error.message);
    if (!error.input.empty()) body.append(R"(,"input":)").append(error.input);
    if (!error.context.empty()) body.append(R"(,"ctx":)").append(error.context);
    body += '}';
  }
  body += "]}";
  return response;
}

std::string EchoInput(const json& value) {
  // The two quotes of a string do not count against it.
  std::size_t budget = kMaxEchoedInput + 2;
  if (!FitsIn(budget, value)) return {};
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

tl::expected<json, http::Response> ParseJsonObject(std::string_view body,
                                                   std::string_view content_type) {
  if (body.empty()) return tl::unexpected(NoBody());
  if (!IsJsonContentType(content_type)) return tl::unexpected(NotAnObject(EchoRawBody(body)));
  auto parsed = ParseJson(body);
  if (!parsed) {
    std::string context = R"({"error":)";
    AppendJsonString(context, parsed.error().reason);
    context += '}';
    return tl::unexpected(SingleError({"json_invalid",
                                       {"body", parsed.error().position},
                                       "JSON decode error",
                                       "{}",
                                       std::move(context)}));
  }
  if (parsed->is_null()) return tl::unexpected(NoBody());  // FastAPI does not tell the two apart
  if (!parsed->is_object()) return tl::unexpected(NotAnObject(EchoInput(*parsed)));
  return std::move(*parsed);
}

std::string* FieldReader::RequiredString(std::string_view name, StringCheck check) {
  auto& members = object_.get_ref<json::object_t&>();
  const auto member = members.find(name);
  if (member == members.end()) {
    Fail(name, "missing", "Field required", EchoInput(object_));
    return nullptr;
  }
  return ReadString(member->second, name, check);
}

std::optional<std::string> FieldReader::OptionalString(std::string_view name, StringCheck check) {
  auto& members = object_.get_ref<json::object_t&>();
  const auto member = members.find(name);
  if (member == members.end() || member->second.is_null()) return std::string();
  const std::string* text = ReadString(member->second, name, check);
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

void FieldReader::RequiredLiteral(std::string_view name, std::string_view only) {
  const auto& members = object_.get_ref<const json::object_t&>();
  const auto member = members.find(name);
  if (member == members.end()) return Fail(name, "missing", "Field required", EchoInput(object_));
  const json& value = member->second;
  if (value.is_string() && value.get_ref<const std::string&>() == only) return;
  const std::string expected = "'" + std::string(only) + "'";
  std::string context = R"({"expected":)";
  AppendJsonString(context, expected);
  Fail(name, "literal_error", "Input should be " + expected, EchoInput(value), context + "}");
}

std::string* FieldReader::ReadString(json& value, std::string_view name, StringCheck check) {
  if (!value.is_string()) {
    Fail(name, "string_type", "Input should be a valid string", EchoInput(value));
    return nullptr;
  }
  auto& text = value.get_ref<std::string&>();
  if (auto complaint = check(text)) {
    // The context is what FastAPI makes of the ValueError object.
    Fail(name, "value_error", "Value error, " + *complaint, EchoInput(value), R"({"error":{}})");
    return nullptr;
  }
  return &text;
}

std::optional<std::int64_t> FieldReader::OptionalInteger(std::string_view name,
                                                         const IntegerField& field) {
  const auto& members = object_.get_ref<const json::object_t&>();
  const auto member = members.find(name);
  if (member == members.end() || member->second.is_null()) return field.default_value;

  const json& value = member->second;
  const IntegerReading reading = ReadInteger(value);
  if (reading.error_type != nullptr) {
    Fail(name, reading.error_type, reading.message, EchoInput(value));
    return std::nullopt;
  }
  const auto out_of_bounds = [&](const char* type, const char* wording, const char* key,
                                 std::int64_t bound) {
    const std::string number = std::to_string(bound);
    Fail(name, type, wording + number, EchoInput(value),
         std::string(R"({")").append(key).append(R"(":)").append(number).append("}"));
    return std::nullopt;
  };
  if (reading.value > field.maximum) {
    return out_of_bounds("less_than_equal", "Input should be less than or equal to ", "le",
                         field.maximum);
  }
  if (reading.value < field.minimum) {
    return out_of_bounds("greater_than_equal", "Input should be greater than or equal to ", "ge",
                         field.minimum);
  }
  return reading.value;
}

void FieldReader::Fail(std::string_view name, std::string type, std::string message,
                       std::string input, std::string context) {
  errors_.Add({std::move(type),
               {"body", std::string(name)},
               std::move(message),
               std::move(input),
               std::move(context)});
}

}  // namespace pyrunner::api
