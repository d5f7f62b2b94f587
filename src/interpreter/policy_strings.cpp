#include "interpreter/policy_strings.h"

#include <algorithm>
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
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__");
}

std::optional<std::string> ReachedAttribute(std::string_view text,
                                            const std::function<bool(std::string_view)>& harmless) {
  if (IsDunder(text) && std::all_of(text.begin(), text.end(), IsIdentifierPart) &&
      !harmless(text)) {
    return std::string(text);
  }
  std::optional<std::string> reached;
  ForEachFieldPart(text, [&](std::string_view part) {
    if (!reached && part.starts_with('_') && !harmless(part)) reached = std::string(part);
  });
  if (reached || text.find("__") == std::string_view::npos) return reached;
  ForEachIdentifier(text, [&](std::string_view name) {
    if (reached || !IsDunder(name) || harmless(name)) return;
    const char* behind = name.data() + name.size();
    const bool called = behind != text.data() + text.size() && *behind == '(';
    const bool owned = name.data() != text.data() && *(name.data() - 1) == '.';
    if (called || owned) reached = std::string(name);
  });
  return reached;
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
