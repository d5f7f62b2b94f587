// The policy: a courtesy that refuses early and in plain words what the sandbox would stop anyway.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "interpreter/python.h"

namespace pyrunner::interpreter {

/// Looks a policy up by name and checks a module's syntax tree (an `ast.Module` object) against
/// it. Returns the reason of a refusal, or nothing. A name that is unknown refuses everything. No
/// claim of safety rests on this: the kernel is the wall.
[[nodiscard]] std::optional<std::string> CheckPolicy(std::string_view policy_name, PyObject* tree);

}  // namespace pyrunner::interpreter
