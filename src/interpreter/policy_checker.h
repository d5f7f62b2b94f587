// Applies a policy to a program that has been parsed and not yet compiled.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "interpreter/syntax_tree.h"
#include "policy/policy.h"

namespace pyrunner::interpreter {

/// Why a program is refused, for its author, and where: both from 1, the column in characters.
struct Refusal {
  std::string reason;
  int line = 0;
  int column = 0;
};

/// The first thing in the text that the policy refuses, or nothing. `source` is what the tree was
/// parsed from. No claim of safety rests on this: the kernel is the wall.
[[nodiscard]] std::optional<Refusal> CheckPolicy(const Policy& policy, const SyntaxTree& tree,
                                                 std::string_view source);

/// What the policy says of an import of `module`, a dotted path, as the sentence for a refusal;
/// `how` is "Import of" or "Import from".
[[nodiscard]] std::optional<std::string> CheckImport(const Policy& policy, std::string_view how,
                                                     std::string_view module);

}  // namespace pyrunner::interpreter
