// main(): is there one, what does it return?
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "interpreter/python.h"
#include "interpreter/syntax_tree.h"

namespace pyrunner::interpreter {

/// True if running the program may give its module a name `main`: by def, class, import or
/// assignment, at any depth outside of functions and classes, or by whatever a star import brings.
[[nodiscard]] bool MayDefineMain(const SyntaxTree& tree);

/// Calls main() of a program that has run and hands the JSON text of what it returned to `send`.
/// `runtime` is the namespace of runtime/sandbox_start.py. False: an exception is pending, and
/// `in_result` tells whether it was raised while the value was made JSON.
[[nodiscard]] bool CallMain(const PyRef& runtime, PyObject* globals,
                            const std::function<void(std::string_view)>& send, bool& in_result);

}  // namespace pyrunner::interpreter
