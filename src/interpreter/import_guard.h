// The policy on imports while a program runs: what reading it could not tell.
#pragma once

#include "base/result.h"
#include "interpreter/python.h"
#include "policy/policy.h"

namespace pyrunner::interpreter {

/// Built-ins whose __import__ obeys a policy; what libraries import for themselves is not touched.
/// Made once in a zygote: the copy writes into every one of them, which costs a fork a page each.
class ImportGuard {
 public:
  [[nodiscard]] static Result<ImportGuard> Make();

  /// Gives them to the code that runs in `globals`. The policy must live as long as the program.
  /// False: an exception is pending.
  [[nodiscard]] bool Protect(const Policy& policy, PyObject* globals) const;

 private:
  PyRef policy_;  // a capsule, of which __import__ knows
  PyRef builtins_;
};

/// True if `exception` is the guard's own, with `missing_module` as its message: it is told by that
/// alone, as an ImportError.
[[nodiscard]] bool IsMissingModule(PyObject* exception);

}  // namespace pyrunner::interpreter
