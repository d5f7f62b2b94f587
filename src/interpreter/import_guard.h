// The policy on imports while a program runs: what reading it could not tell.
#pragma once

#include "interpreter/python.h"
#include "policy/policy.h"

namespace pyrunner::interpreter {

/// Gives the code that runs in `globals` a set of built-ins whose __import__ obeys the policy; what
/// libraries import for themselves is not touched. The policy must live as long as the program.
/// False: an exception is pending.
[[nodiscard]] bool GuardImports(const Policy& policy, PyObject* globals);

/// True if `exception` is the guard's own, with `missing_module` as its message: it is told by that
/// alone, as an ImportError.
[[nodiscard]] bool IsMissingModule(PyObject* exception);

}  // namespace pyrunner::interpreter
