// ImportedNames: what a program calls the modules, and the parts of modules, that it imports.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/cpython_ast.h"

namespace pyrunner::interpreter {

/// The text of an identifier or a string constant, as long as the tree lives; empty on failure.
[[nodiscard]] std::string_view TextOf(PyObject* text);

/// Found by reading, not by running: `import numpy as np` anywhere, and `lib = np.lib` after it.
/// What a program does with a module beyond naming it is not followed.
class ImportedNames {
 public:
  explicit ImportedNames(const _mod& module);

  /// The dotted paths of what `expression` may be: of `np.lib`, "numpy.lib". Empty: not known.
  [[nodiscard]] std::vector<std::string> PathsOf(const _expr& expression) const;

  /// True if `name` is bound to a module or to a part of one by an import.
  [[nodiscard]] bool IsImported(std::string_view name) const { return paths_.contains(name); }

 private:
  friend class ImportCollector;

  std::multimap<std::string, std::string, std::less<>> paths_;
  std::vector<std::string> starred_;             // modules of which everything was imported
  std::set<std::string, std::less<>> assigned_;  // what the program binds by itself
};

}  // namespace pyrunner::interpreter
