#include "interpreter/policy_strings.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace pyrunner::interpreter {
namespace {

bool IsIdentifierPart(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

/// Calls `found` with each part of each format field's name behind the first: of "{0.a[b]:>9}", a
/// and b. Nested fields, in what follows a colon, are fields too.
void ForEachFieldPart(std::string_view text, const std::function<void(std::string_view)>& found) {
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    std::string_view field = text.substr(open + 1);
    field = field.substr(0, field.find_first_of("{}:!"));
    std::size_t start = field.find_first_of(".[");
    while (start != std::string_view::npos) {
      const std::size_t end = std::min(field.find_first_of(".[]", start + 1), field.size());
      if (end > start + 1) found(field.substr(start + 1, end - start - 1));
      start = field.find_first_of(".[", end);
    }
  }
}

}  // namespace

bool IsDunder(std::string_view name) {
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__") &&
         name.find_first_not_of('_') != std::string_view::npos;
}

bool IsPythonsDunder(std::string_view text) {
  // What objects, classes, functions and modules have, and what leads from them to others.
  constexpr std::array kNames = {
      "__base__",          "__bases__",      "__builtins__",     "__cached__",    "__class__",
      "__closure__",       "__code__",       "__defaults__",     "__delattr__",   "__dict__",
      "__func__",          "__getattr__",    "__getattribute__", "__globals__",   "__import__",
      "__init_subclass__", "__kwdefaults__", "__loader__",       "__mro__",       "__objclass__",
      "__path__",          "__reduce__",     "__reduce_ex__",    "__self__",      "__setattr__",
      "__spec__",          "__subclasses__", "__subclasshook__", "__traceback__", "__weakref__",
      "__wrapped__"};
  return std::find(kNames.begin(), kNames.end(), text) != kNames.end();
}

void ForEachMention(std::string_view text, const std::function<void(const Mention&)>& found) {
  ForEachFieldPart(text, [&](std::string_view part) {
    if (std::all_of(part.begin(), part.end(), IsIdentifierPart)) {
      found({.name = part, .in_field = true});
    }
  });
  ForEachIdentifier(text, [&](std::string_view name) {
    const char* behind = name.data() + name.size();
    found({.name = name,
           .owned = name.data() != text.data() && *(name.data() - 1) == '.',
           .called = behind != text.data() + text.size() && *behind == '('});
  });
}

bool FormatReadsAttributes(std::string_view text) {
  bool reads = false;
  ForEachFieldPart(text, [&](std::string_view) { reads = true; });
  return reads;
}

void ForEachIdentifier(std::string_view text, const std::function<void(std::string_view)>& found) {
  std::size_t start = 0;
  while (start < text.size()) {
    if (!IsIdentifierPart(text[start])) {
      ++start;
      continue;
    }
    std::size_t end = start;
    while (end < text.size() && IsIdentifierPart(text[end])) ++end;
    found(text.substr(start, end - start));
    start = end;
  }
}

}  // namespace pyrunner::interpreter
