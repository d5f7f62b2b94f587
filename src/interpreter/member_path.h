// What a policy says of modules and of their parts, by dotted path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/policy.h"

namespace pyrunner::interpreter {

/// True if `name` is a module of the standard library.
[[nodiscard]] bool IsStandardModule(std::string_view name);

/// True if `path` is a module that is loaded, or the first part of a path, which must be one.
[[nodiscard]] bool IsModule(std::string_view path);

/// The sentence that refuses an import of `module`, a dotted path, for its first part; `how` is
/// "Import of" or "Import from". Nothing: it is allowed.
[[nodiscard]] std::optional<std::string> CheckImport(const Policy& policy, std::string_view how,
                                                     std::string_view module);

/// Why something on the way to a part of a module is refused.
struct PathRefusal {
  std::string what;  // the part, as the operator would name it
  std::string reason;
};

/// Goes along `path` step by step: what a step leads to goes by its own name from there on, so that
/// os.path.os is os again. Looks at modules that are loaded; runs no code of anybody's.
[[nodiscard]] std::optional<PathRefusal> CheckMemberPath(const Policy& policy, std::string_view how,
                                                         std::string_view path);

}  // namespace pyrunner::interpreter
