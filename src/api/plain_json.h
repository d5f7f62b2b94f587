// ParsePlainObject: the JSON that nearly all requests are, read at the speed of memory.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace pyrunner::api {

/// The value of a text that is one object of strings, non-negative integers, true, false and null.
/// Nothing for any other text, valid or not: ask ParseJson then, which knows the rest of the
/// grammar and says what is wrong. Whatever comes is exactly what ParseJson makes of the same text.
[[nodiscard]] std::optional<nlohmann::json> ParsePlainObject(std::string_view text);

}  // namespace pyrunner::api
