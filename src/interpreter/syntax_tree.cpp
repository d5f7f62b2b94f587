#include "interpreter/syntax_tree.h"

#include <cstdlib>
#include <utility>

#include "interpreter/cpython_ast.h"

namespace pyrunner::interpreter {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kFlags = PyCF_IGNORE_COOKIE | PyCF_SOURCE_IS_UTF8;
constexpr int kOptimization = -1;  // the interpreter's own: none

/// The parser calls it a lack of memory when its own stack is full. While the tree so far is still
/// held, more memory tells the two apart.
void TellDepthFromMemory() {
  if (PyErr_Occurred() == nullptr || PyErr_ExceptionMatches(PyExc_MemoryError) == 0) return;
  constexpr std::size_t kSome = std::size_t{1} << 20;
  void* some = std::malloc(kSome);
  if (some == nullptr) return;
  std::free(some);
  PyErr_SetString(PyExc_SyntaxError, "the program is nested too deeply");
}

}  // namespace

SyntaxTree SyntaxTree::Parse(std::string_view source, const char* file_name) {
  SyntaxTree tree;
  if (source.starts_with(kByteOrderMark)) source.remove_prefix(kByteOrderMark.size());
  if (source.find('\0') != std::string_view::npos) {
    PyErr_SetString(PyExc_SyntaxError, "source code cannot contain null bytes");
    return tree;
  }
  tree.file_name_ = PyRef(PyUnicode_DecodeFSDefault(file_name));
  tree.arena_ = _PyArena_New();
  if (!tree.file_name_ || tree.arena_ == nullptr) return tree;
  const std::string text(source);
  PyCompilerFlags flags = _PyCompilerFlags_INIT;
  flags.cf_flags = kFlags;
  tree.module_ = _PyParser_ASTFromString(text.c_str(), tree.file_name_.get(), Py_file_input, &flags,
                                         tree.arena_);
  if (tree.module_ == nullptr) TellDepthFromMemory();
  return tree;
}

SyntaxTree::SyntaxTree(SyntaxTree&& other) noexcept
    : file_name_(std::move(other.file_name_)),
      arena_(std::exchange(other.arena_, nullptr)),
      module_(std::exchange(other.module_, nullptr)) {}

SyntaxTree::~SyntaxTree() {
  if (arena_ != nullptr) _PyArena_Free(arena_);
}

PyRef SyntaxTree::Compile() {
  PyCompilerFlags flags = _PyCompilerFlags_INIT;
  flags.cf_flags = kFlags;
  return PyRef(reinterpret_cast<PyObject*>(
      _PyAST_Compile(module_, file_name_.get(), &flags, kOptimization, arena_)));
}

}  // namespace pyrunner::interpreter
