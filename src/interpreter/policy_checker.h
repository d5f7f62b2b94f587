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

}  // namespace pyrunner::interpreter
