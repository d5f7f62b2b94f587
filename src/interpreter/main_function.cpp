#include "interpreter/main_function.h"

#include "interpreter/imported_names.h"
#include "interpreter/tree_walker.h"

namespace pyrunner::interpreter {
namespace {

/// A TreeWalker's visitor. Names that functions and classes bind for themselves are told apart by
/// where these end in the text.
class MainFinder {
 public:
  [[nodiscard]] bool Done() const { return found_; }

  void Statement(const _stmt& node) {
    const bool inside = Inside(node.lineno, node.col_offset);
    switch (node.kind) {
      case FunctionDef_kind:
      case AsyncFunctionDef_kind:
        Bind(node.v.FunctionDef.name, inside);
        return Enter(node.end_lineno, node.end_col_offset, inside);
      case ClassDef_kind:
        Bind(node.v.ClassDef.name, inside);
        return Enter(node.end_lineno, node.end_col_offset, inside);
      case Import_kind:
        return BindAll(*node.v.Import.names, inside);
      case ImportFrom_kind:
        return BindAll(*node.v.ImportFrom.names, inside);
      case Global_kind:
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(node.v.Global.names); ++i) {
          Bind(static_cast<PyObject*>(node.v.Global.names->typed_elements[i]), false);
        }
        return;
      default:
        return;
    }
  }

  void Expression(const _expr& node, unsigned /*role*/) {
    if (node.kind != Name_kind || node.v.Name.ctx != Store) return;
    Bind(node.v.Name.id, Inside(node.lineno, node.col_offset));
  }
  void Pattern(const _pattern& node) {
    const bool inside = Inside(node.lineno, node.col_offset);
    if (node.kind == MatchAs_kind) Bind(node.v.MatchAs.name, inside);
  }
  void Handler(const _excepthandler& /*node*/) {}
  void Parameter(const _arg& /*node*/) {}
  void Keyword(const _keyword& /*node*/) {}

 private:
  void Bind(PyObject* name, bool inside) {
    if (!inside && TextOf(name) == "main") found_ = true;
  }
  void BindAll(const asdl_alias_seq& aliases, bool inside) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(&aliases); ++i) {
      const _alias& alias = *aliases.typed_elements[i];
      Bind(alias.asname != nullptr ? alias.asname : alias.name, inside);
      if (TextOf(alias.name) == "*") found_ = true;
    }
  }
  void Enter(int line, int column, bool inside) {
    if (inside) return;
    end_line_ = line;
    end_column_ = column;
  }
  [[nodiscard]] bool Inside(int line, int column) const {
    return line < end_line_ || (line == end_line_ && column < end_column_);
  }

  bool found_ = false;
  int end_line_ = 0;  // of the outermost function or class, as far as the walk has come
  int end_column_ = 0;
};

}  // namespace

bool MayDefineMain(const SyntaxTree& tree) {
  MainFinder finder;
  TreeWalker<MainFinder>(finder).Walk(tree.module());
  return finder.Done();
}

bool CallMain(const PyRef& runtime, PyObject* globals,
              const std::function<void(std::string_view)>& send, bool& in_result) {
  in_result = false;
  PyObject* call = PyDict_GetItemString(runtime.get(), "call_main");
  PyObject* encode = PyDict_GetItemString(runtime.get(), "encode_result");
  const PyRef value(PyObject_CallOneArg(call, globals));
  if (!value) return false;
  in_result = true;
  const PyRef text(PyObject_CallOneArg(encode, value.get()));
  if (!text) return false;
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text.get(), &size);
  if (bytes == nullptr) return false;
  send({bytes, static_cast<std::size_t>(size)});
  return true;
}

}  // namespace pyrunner::interpreter
