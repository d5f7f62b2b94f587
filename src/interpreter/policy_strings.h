// What the policy makes of the inside of a program's strings. Free of Python.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pyrunner::interpreter {

/// __name__
[[nodiscard]] bool IsDunder(std::string_view name);

/// The first name like __this__ that `text` would reach if some function took it for code, for an
/// attribute or for a format: text that is such a name, that has one behind a dot or before a
/// parenthesis, or a format field that reads one or a private one ("{0._x}"). Names that are
/// `harmless` are passed over.
[[nodiscard]] std::optional<std::string> ReachedAttribute(
    std::string_view text, const std::function<bool(std::string_view)>& harmless);

/// True if str.format() of `text` would read an attribute or an item of an argument: "{0.x}".
[[nodiscard]] bool FormatReadsAttributes(std::string_view text);

/// Calls `found` with each run of letters, digits and underscores.
void ForEachIdentifier(std::string_view text, const std::function<void(std::string_view)>& found);

}  // namespace pyrunner::interpreter
