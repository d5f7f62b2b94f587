// ImportedNames: what a program calls the modules, and the parts of modules, that it imports.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/cpython_ast.h"
#include "interpreter/python.h"

namespace pyrunner::interpreter {

/// The text of a constant, of str or of bytes; lone surrogates as UTF-8 would have them.
[[nodiscard]] std::string ConstantText(PyObject* value);

/// Found by reading, not by running: `import numpy as np` anywhere, and `lib = np.lib` after it.
/// What a program does with a module beyond naming it is not followed.
class ImportedNames {
 public:
  explicit ImportedNames(const _mod& module);

  /// The dotted paths of what `expression` may be: of `np.lib`, "numpy.lib". Empty: not known.
  [[nodiscard]] std::vector<std::string> PathsOf(const _expr& expression) const;

  /// The same of a name, dots and all, that stands in a text: "np.lib".
  [[nodiscard]] std::vector<std::string> PathsOfText(std::string_view name) const;

  /// True if the program itself gives `name` a value, somewhere.
  [[nodiscard]] bool IsAssigned(std::string_view name) const { return assigned_.contains(name); }
  /// True if `name` is that of a parameter of a function, somewhere.
  [[nodiscard]] bool IsParameter(std::string_view name) const { return parameters_.contains(name); }
  /// True if the program imports `path` as a module, and not as a part of one.
  [[nodiscard]] bool IsImportedModule(std::string_view path) const {
    return modules_.contains(path);
  }
  /// True if `name` is that of a caught exception, somewhere.
  [[nodiscard]] bool IsException(std::string_view name) const { return exceptions_.contains(name); }
  /// True if the program formats by what is no literal: then all of its text may be a format.
  [[nodiscard]] bool formats_variables() const { return formats_variables_; }

 private:
  friend class ImportCollector;

  std::multimap<std::string, std::string, std::less<>> paths_;
  std::set<std::string, std::less<>> starred_;   // modules of which everything was imported
  std::set<std::string, std::less<>> assigned_;  // what the program binds by itself
  std::set<std::string, std::less<>> exceptions_;
  std::set<std::string, std::less<>> parameters_;
  std::set<std::string, std::less<>> modules_;
  bool formats_variables_ = false;
  bool has_aliases_ = false;

  [[nodiscard]] std::vector<std::string> PathsOfName(std::string_view name) const;
};

}  // namespace pyrunner::interpreter
