// SyntaxTree: a program as CPython's own parser reads it, before it becomes code.
#pragma once

#include <string>
#include <string_view>

#include "interpreter/cpython_ast.h"
#include "interpreter/python.h"

namespace pyrunner::interpreter {

/// Owns the parser's tree of one program: C structures, not the objects of Python's `ast`, which
/// would take ten times as long to make. What is checked is what is compiled.
class SyntaxTree {
 public:
  /// Parses UTF-8 source text. A coding cookie is not obeyed: it would make the parser read
  /// another text than the one that was sent. An invalid tree: a Python exception is pending.
  static SyntaxTree Parse(std::string_view source, const char* file_name);

  SyntaxTree(SyntaxTree&& other) noexcept;
  SyntaxTree& operator=(SyntaxTree&&) = delete;
  SyntaxTree(const SyntaxTree&) = delete;
  SyntaxTree& operator=(const SyntaxTree&) = delete;
  ~SyntaxTree();

  [[nodiscard]] bool valid() const { return module_ != nullptr; }
  [[nodiscard]] const _mod& module() const { return *module_; }

  /// The program's code object, or nothing with a Python exception pending. Once, at the end: the
  /// compiler rewrites the tree.
  [[nodiscard]] PyRef Compile();

 private:
  SyntaxTree() = default;

  PyRef file_name_;
  PyArena* arena_ = nullptr;
  mod_ty module_ = nullptr;
};

}  // namespace pyrunner::interpreter
