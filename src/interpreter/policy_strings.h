// What the policy makes of the inside of a program's strings. Free of Python.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pyrunner::interpreter {

/// __name__, and not a row of underscores.
[[nodiscard]] bool IsDunder(std::string_view name);

/// True if `text` is a name like __this__ that Python itself gives to something.
[[nodiscard]] bool IsPythonsDunder(std::string_view text);

/// How a name stands in a text.
struct Mention {
  std::string_view name;
  bool owned = false;     // behind a dot
  bool called = false;    // before a parenthesis
  bool in_field = false;  // a format field reads it: "{0.name}"
};

/// Calls `found` with each identifier of `text`, as some function would see it that took the text
/// for code, for an attribute or for a format.
void ForEachMention(std::string_view text, const std::function<void(const Mention&)>& found);

/// True if str.format() of `text` would read an attribute or an item of an argument: "{0.x}".
[[nodiscard]] bool FormatReadsAttributes(std::string_view text);

/// Calls `found` with each run of letters, digits and underscores.
void ForEachIdentifier(std::string_view text, const std::function<void(std::string_view)>& found);

}  // namespace pyrunner::interpreter
