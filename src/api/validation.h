// Request validation that answers as FastAPI with pydantic 2 does: every failing field at once, in
// one body of status 422, {"detail":[{"type":...,"loc":[...],"msg":...,"input":...,"ctx":...}]}.
//
// The wordings and the lax conversions were taken from pydantic-core's src/errors/types.rs and
// src/input/shared.rs. Ours differ where `input` would be large (left out), in having no `url`, and
// in taking a number past 64 bits written as 1e20 for the integer that it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "http/message.h"

namespace pyrunner::api {

/// A longer input is not sent back to where it came from.
inline constexpr std::size_t kMaxEchoedInput = 200;

/// Every API's bound on code, in characters, whatever their length in bytes.
inline constexpr std::size_t kMaxCodeCharacters = 1'000'000;

/// One entry of `detail`. `input` and `context` are JSON text; empty: the key is left out.
struct ValidationError {
  std::string type;
  std::vector<std::variant<std::string, std::size_t>> location;
  std::string message;
  std::string input;
  std::string context;
};

/// Gathers what is wrong with one request. Not thread-safe.
class ValidationErrors {
 public:
  void Add(ValidationError error) { errors_.push_back(std::move(error)); }
  [[nodiscard]] bool empty() const { return errors_.empty(); }

  /// The response of status 422 with all that was added, in that order.
  [[nodiscard]] http::Response ToResponse() const;

 private:
  std::vector<ValidationError> errors_;
};

/// `value` as JSON text if that is worth sending back, else empty.
[[nodiscard]] std::string EchoInput(const nlohmann::json& value);

/// The JSON object in a request's body, or the 422 that says why there is none: no body, a content
/// type that is not JSON (or none: a web page can send such a request to another site without
/// asking that site first), malformed JSON, JSON that is no object.
[[nodiscard]] tl::expected<nlohmann::json, http::Response> ParseJsonObject(
    std::string_view body, std::string_view content_type);

/// Reads the fields of a body's object, each by one call, in the order in which errors are to be
/// listed. A call that returns nullopt has added an error. Fields that nobody reads are ignored.
/// Not thread-safe; the object and the errors must outlive it.
class FieldReader {
 public:
  /// What is wrong with a string of the right type, as pydantic's ValueError has it, or nullopt.
  using StringCheck = std::optional<std::string> (*)(std::string_view text);

  struct IntegerField {
    std::int64_t minimum;
    std::int64_t maximum;
    std::int64_t default_value;  // when missing or null; not checked against the bounds
  };

  FieldReader(nlohmann::json& object, ValidationErrors& errors)
      : object_(object), errors_(errors) {}

  /// A str field without a default, or nullptr. The string stays in the object, since what later
  /// fields have to complain of may show it; it may be moved from when all are read.
  [[nodiscard]] std::string* RequiredString(std::string_view name, StringCheck check);

  /// An Optional[str] field; empty when missing or null. A copy.
  [[nodiscard]] std::optional<std::string> OptionalString(std::string_view name, StringCheck check);

  /// A Literal["<only>"] field without a default.
  void RequiredLiteral(std::string_view name, std::string_view only);

  /// An Optional[int] field in pydantic's lax mode: "30", 30.0 and true are integers.
  [[nodiscard]] std::optional<std::int64_t> OptionalInteger(std::string_view name,
                                                            const IntegerField& field);

 private:
  [[nodiscard]] std::string* ReadString(nlohmann::json& value, std::string_view name,
                                        StringCheck check);
  void Fail(std::string_view name, std::string type, std::string message, std::string input,
            std::string context = {});

  nlohmann::json& object_;
  ValidationErrors& errors_;
};

}  // namespace pyrunner::api
