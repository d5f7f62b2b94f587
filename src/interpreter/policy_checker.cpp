#include "interpreter/policy_checker.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "interpreter/imported_names.h"
#include "interpreter/policy_strings.h"
#include "interpreter/tree_walker.h"

namespace pyrunner::interpreter {
namespace {

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

PyRef PythonText(std::string_view text) {
  return PyRef(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

bool IsStandardModule(std::string_view name) {
  PyObject* names = PySys_GetObject("stdlib_module_names");
  const PyRef key = PythonText(name);
  const bool found = names != nullptr && key && PySet_Contains(names, key.get()) == 1;
  PyErr_Clear();
  return found;
}

/// What a part of a module really is, as far as that is loaded. Runs no code of anybody's.
struct LoadedMember {
  bool found = false;
  std::string module;  // the name of the module that it is; empty: none
};

LoadedMember FindLoadedMember(std::string_view owner, std::string_view name) {
  LoadedMember member;
  const PyRef owner_key = PythonText(owner);
  const PyRef name_key = PythonText(name);
  if (!owner_key || !name_key) return member;
  PyObject* module = PyDict_GetItem(PyImport_GetModuleDict(), owner_key.get());
  if (module == nullptr || PyModule_Check(module) == 0) return member;
  PyObject* value = PyDict_GetItem(PyModule_GetDict(module), name_key.get());
  if (value == nullptr) return member;
  member.found = true;
  if (PyModule_Check(value) != 0) {
    const char* full_name = PyModule_GetName(value);
    member.module = full_name != nullptr ? full_name : "?";
  }
  PyErr_Clear();
  return member;
}

/// _Class__name: what Python makes of a class's own __name, and only of that.
bool IsMangled(std::string_view name) {
  return name.size() > 3 && name[0] == '_' && name[1] != '_' &&
         name.find("__", 2) != std::string_view::npos && !name.ends_with("__");
}

/// A string that is written out, in one piece or as a sum of pieces.
std::optional<std::string> LiteralText(const _expr& expression) {
  std::vector<std::string_view> pieces;  // from the last to the first
  const _expr* rest = &expression;
  while (rest->kind == BinOp_kind && rest->v.BinOp.op == Add) {
    const _expr& right = *rest->v.BinOp.right;
    if (right.kind == BinOp_kind) {
      // Rare enough to allow one level: ("a" + ("b" + "c")).
      if (right.v.BinOp.op != Add || right.v.BinOp.left->kind != Constant_kind ||
          right.v.BinOp.right->kind != Constant_kind) {
        return std::nullopt;
      }
      pieces.push_back(TextOf(right.v.BinOp.right->v.Constant.value));
      pieces.push_back(TextOf(right.v.BinOp.left->v.Constant.value));
    } else if (right.kind == Constant_kind && PyUnicode_Check(right.v.Constant.value) != 0) {
      pieces.push_back(TextOf(right.v.Constant.value));
    } else {
      return std::nullopt;
    }
    rest = rest->v.BinOp.left;
  }
  if (rest->kind != Constant_kind || PyUnicode_Check(rest->v.Constant.value) == 0) {
    return std::nullopt;
  }
  std::string text(TextOf(rest->v.Constant.value));
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) text += *piece;
  return text;
}

/// A TreeWalker's visitor that stops at the first thing that is refused.
class Checker {
 public:
  Checker(const Policy& policy, const ImportedNames& names) : policy_(policy), names_(names) {}

  [[nodiscard]] bool Done() const { return refusal_.has_value(); }
  [[nodiscard]] std::optional<Refusal> Take() { return std::move(refusal_); }

  void Statement(const _stmt& node) {
    at_ = {node.lineno, node.col_offset};
    switch (node.kind) {
      case FunctionDef_kind:
      case AsyncFunctionDef_kind:
        return CheckDefinition(TextOf(node.v.FunctionDef.name));
      case ClassDef_kind:
        return CheckName(node.v.ClassDef.name);
      case Import_kind:
        return CheckImports(*node.v.Import.names);
      case ImportFrom_kind:
        return CheckImportFrom(node);
      case Global_kind:
      case Nonlocal_kind:  // of the same form
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(node.v.Global.names); ++i) {
          CheckName(static_cast<PyObject*>(node.v.Global.names->typed_elements[i]));
        }
        return;
      default:
        return;
    }
  }

  void Expression(const _expr& node, unsigned role) {
    at_ = {node.lineno, node.col_offset};
    switch (node.kind) {
      case Name_kind:
        return CheckNameUse(node, role);
      case Attribute_kind:
        return CheckAttributeUse(node, role);
      case Call_kind:
        return CheckCall(node);
      case Constant_kind:
        if ((role & kProse) == 0) CheckText(TextOf(node.v.Constant.value));
        return;
      case BinOp_kind:
        if ((role & (kProse | kAddend)) == 0 && node.v.BinOp.op == Add && policy_.check_strings) {
          if (const auto text = LiteralText(node)) CheckText(*text);
        }
        return;
      default:
        return;
    }
  }

  void Pattern(const _pattern& node) {
    at_ = {node.lineno, node.col_offset};
    if (node.kind == MatchClass_kind) {
      const auto* names = node.v.MatchClass.kwd_attrs;
      for (Py_ssize_t i = 0; i < asdl_seq_LEN(names); ++i) {
        const std::string_view name = TextOf(static_cast<PyObject*>(names->typed_elements[i]));
        CheckAttribute(name);
        if (policy_.refused_pattern_attributes.contains(name)) RefuseAttribute(name);
      }
    } else if (node.kind == MatchAs_kind) {
      CheckName(node.v.MatchAs.name);
    } else if (node.kind == MatchStar_kind) {
      CheckName(node.v.MatchStar.name);
    } else if (node.kind == MatchMapping_kind) {
      CheckName(node.v.MatchMapping.rest);
    }
  }

  void Handler(const _excepthandler& node) {
    at_ = {node.lineno, node.col_offset};
    CheckName(node.v.ExceptHandler.name);
  }

  void Parameter(const _arg& node) {
    at_ = {node.lineno, node.col_offset};
    CheckName(node.arg);
  }

  void Keyword(const _keyword& node) {
    at_ = {node.lineno, node.col_offset};
    const std::string_view name = TextOf(node.arg);
    CheckName(node.arg);
    const bool is_false =
        node.value->kind == Constant_kind && node.value->v.Constant.value == Py_False;
    if (!is_false && policy_.refused_arguments.contains(name)) {
      Refuse(name, "Argument " + Quoted(name) + " is not allowed");
    }
  }

 private:
  struct Position {
    int line;
    int byte;
  };

  /// `what` is refused: the operator's words for it come before ours.
  void Refuse(std::string_view what, std::string reason) {
    if (refusal_) return;
    const auto message = policy_.messages.find(what);
    if (message != policy_.messages.end()) reason = message->second;
    refusal_ = {std::move(reason), at_.line, at_.byte};
  }
  void RefuseAttribute(std::string_view name) {
    Refuse(name, "Access to " + Quoted(name) + " attribute is not allowed");
  }

  void CheckName(PyObject* name) { CheckName(TextOf(name)); }
  void CheckName(std::string_view name) {
    if (IsDunder(name) && !policy_.allowed_dunders.empty() &&
        !policy_.allowed_dunders.contains(name)) {
      Refuse(name, "The name " + Quoted(name) + " is not allowed");
    }
  }

  void CheckDefinition(std::string_view name) {
    if (IsDunder(name) && !policy_.allowed_dunders.empty() &&
        !policy_.allowed_methods.contains(name)) {
      Refuse(name, "Definition of " + Quoted(name) + " is not allowed");
    }
  }

  void CheckNameUse(const _expr& node, unsigned role) {
    const std::string_view name = TextOf(node.v.Name.id);
    const bool called = (role & kCallee) != 0;
    if (node.v.Name.ctx != Store && policy_.refused_builtins.contains(name)) {
      return Refuse(name, (called ? "Call to " : "Use of ") + Quoted(name) + " is not allowed");
    }
    if (called && policy_.refused_calls.contains(name)) {
      return Refuse(name, "Call to " + Quoted(name) + " is not allowed");
    }
    CheckName(name);
    if (node.v.Name.ctx == Load && (role & kOwner) == 0) CheckPaths(node, role);
  }

  void CheckAttributeUse(const _expr& node, unsigned role) {
    const std::string_view name = TextOf(node.v.Attribute.attr);
    // Where the attribute itself stands, if on the line on which the expression ends.
    at_ = {node.end_lineno, node.end_col_offset - static_cast<int>(name.size())};
    CheckAttribute(name);
    if (policy_.check_strings && (role & kCallee) == 0 &&
        (name == "format" || name == "format_map")) {
      const auto text = LiteralText(*node.v.Attribute.value);
      if (text && FormatReadsAttributes(*text)) {
        Refuse(name, "A format that reads attributes is not allowed except in a call");
      }
    }
    if ((role & kOwner) == 0) CheckPaths(node, role);
    if (policy_.guard_modules && node.v.Attribute.ctx != Load &&
        node.v.Attribute.value->kind == Name_kind) {
      const std::string_view owner = TextOf(node.v.Attribute.value->v.Name.id);
      if (names_.IsImported(owner)) {
        Refuse(name, "Changing " + Quoted(name) + " of " + Quoted(owner) + " is not allowed");
      }
    }
  }

  void CheckAttribute(std::string_view name) {
    const bool strange = IsDunder(name) && !policy_.allowed_dunders.empty() &&
                         !policy_.allowed_dunders.contains(name);
    if (strange || policy_.refused_attributes.contains(name) ||
        (policy_.guard_modules && IsMangled(name))) {
      RefuseAttribute(name);
    }
  }

  /// Everything on the way to a part of a module.
  void CheckPaths(const _expr& node, unsigned role) {
    for (const std::string& path : names_.PathsOf(node)) {
      CheckPath("Access to", path);
      if ((role & kCallee) == 0 && policy_.literal_only.contains(path)) {
        Refuse(path, "Use of " + Quoted(path) + " is only allowed in a call");
      }
    }
  }

  /// Step by step: what a step leads to goes by its own name from there on, so that os.path.os is
  /// os again.
  void CheckPath(std::string_view how, std::string_view path) {
    std::size_t dot = path.find('.');
    std::string owner(path.substr(0, dot));
    while (dot != std::string_view::npos && !Done()) {
      const std::size_t next = path.find('.', dot + 1);
      const std::string_view name = path.substr(dot + 1, next - dot - 1);
      const LoadedMember member = FindLoadedMember(owner, name);
      CheckMember(how, owner, name, member);
      if (member.module.empty()) {
        owner.append(".").append(name);
      } else {
        owner = member.module;
      }
      dot = next;
    }
  }

  void CheckMember(std::string_view how, const std::string& owner, std::string_view name,
                   const LoadedMember& loaded) {
    const std::string member = owner + "." + std::string(name);
    const std::string verb = std::string(how) + " ";
    if (policy_.refused_members.contains(member) ||
        policy_.refused_members.contains(owner + ".*")) {
      Refuse(member, verb + Quoted(member) + " is not allowed");
    } else if (IsHidden(name, loaded) && !policy_.visible_members.contains(member)) {
      Refuse(name, verb + Quoted(name) + " through " + Quoted(owner) + " is not allowed");
    } else if (policy_.guard_modules && name.starts_with('_') && !IsDunder(name)) {
      Refuse(name,
             verb + Quoted(name) + ", a private part of " + Quoted(owner) + ", is not allowed");
    }
  }

  /// A module that could not be imported, under whatever name another one has it.
  [[nodiscard]] bool IsHidden(std::string_view name, const LoadedMember& loaded) const {
    if (!policy_.guard_modules) return false;
    if (!loaded.found) return policy_.hidden_modules.contains(name);
    return !loaded.module.empty() &&
           JudgeModule(policy_, loaded.module, IsStandardModule) != ModuleVerdict::kAllowed;
  }

  void CheckCall(const _expr& node) {
    const _expr& callee = *node.v.Call.func;
    if (!policy_.literal_only.empty()) {
      for (const std::string& path : names_.PathsOf(callee)) {
        if (policy_.literal_only.contains(path)) CheckLiterals(node, path);
      }
    }
    // getattr(os, "system") is os.system.
    const bool gets_attribute = callee.kind == Name_kind && TextOf(callee.v.Name.id) == "getattr";
    if (gets_attribute && asdl_seq_LEN(node.v.Call.args) >= 2) {
      if (const auto name = LiteralText(*node.v.Call.args->typed_elements[1])) {
        CheckAttribute(*name);
        for (const auto& path : names_.PathsOf(*node.v.Call.args->typed_elements[0])) {
          CheckPath("Access to", path + "." + *name);
        }
      }
    }
  }

  void CheckLiterals(const _expr& call, const std::string& path) {
    const auto check = [&](const _expr& argument) {
      if (const auto text = LiteralText(argument)) {
        ForEachIdentifier(*text, [this](std::string_view name) { CheckAttribute(name); });
      } else if (argument.kind != Constant_kind) {
        Refuse(path,
               "Arguments of " + Quoted(path) + " must be written out: text in quotes or numbers");
      }
    };
    const auto* arguments = call.v.Call.args;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(arguments); ++i) check(*arguments->typed_elements[i]);
    const auto* keywords = call.v.Call.keywords;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(keywords); ++i) {
      check(*keywords->typed_elements[i]->value);
    }
  }

  void CheckText(std::string_view text) {
    if (!policy_.check_strings) return;
    if (policy_.refused_arguments.contains(text)) {
      return Refuse(text, "Argument " + Quoted(text) + " is not allowed");
    }
    const auto harmless = [this](std::string_view name) {
      return policy_.allowed_dunders.contains(name);
    };
    if (const auto name = ReachedAttribute(text, harmless)) {
      Refuse(*name, "Text that reaches " + Quoted(*name) + " is not allowed");
    }
  }

  void CheckModule(std::string_view how, std::string_view module) {
    const auto reason = CheckImport(policy_, how, module);
    // One that is only not on the list may turn out to be missing, when the program runs.
    const bool may_be_missing =
        !policy_.missing_module.empty() &&
        JudgeModule(policy_, module, IsStandardModule) == ModuleVerdict::kNotListed;
    if (reason && !may_be_missing) Refuse("", *reason);
  }

  void CheckImports(const asdl_alias_seq& aliases) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(&aliases); ++i) {
      const _alias& alias = *aliases.typed_elements[i];
      at_ = {alias.lineno, alias.col_offset};
      const std::string_view path = TextOf(alias.name);
      CheckModule("Import of", path);
      CheckPath("Import of", path);
      CheckName(alias.asname);
    }
  }

  void CheckImportFrom(const _stmt& node) {
    const std::string_view module = TextOf(node.v.ImportFrom.module);
    if (node.v.ImportFrom.level > 0 && policy_.guard_modules) {
      return Refuse("from .", "Relative imports are not allowed: a program is a single file");
    }
    CheckModule("Import from", module);
    CheckPath("Import from", module);
    const auto* aliases = node.v.ImportFrom.names;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(aliases); ++i) {
      const _alias& alias = *aliases->typed_elements[i];
      at_ = {alias.lineno, alias.col_offset};
      const std::string_view name = TextOf(alias.name);
      if (name == "*") continue;  // what is used of it is looked at where it is used
      CheckPath("Import of", std::string(module) + "." + std::string(name));
      CheckName(name);
      CheckName(alias.asname);
    }
  }

  const Policy& policy_;
  const ImportedNames& names_;
  Position at_{};
  std::optional<Refusal> refusal_;
};

/// A byte offset in a line as a column in characters, from 1.
int ColumnOf(std::string_view source, int line, int byte) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (source.starts_with(kByteOrderMark)) source.remove_prefix(kByteOrderMark.size());
  for (int i = 1; i < line; ++i) {
    const std::size_t end = source.find_first_of("\r\n", 0);
    if (end == std::string_view::npos) return byte + 1;
    const bool two = source.substr(end).starts_with("\r\n");
    source.remove_prefix(end + (two ? 2 : 1));
  }
  source = source.substr(0, static_cast<std::size_t>(std::max(byte, 0)));
  const auto is_first_byte = [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  };
  return 1 + static_cast<int>(std::count_if(source.begin(), source.end(), is_first_byte));
}

}  // namespace

std::optional<std::string> CheckImport(const Policy& policy, std::string_view how,
                                       std::string_view module) {
  const std::string_view first = module.substr(0, module.find('.'));
  if (first.empty()) return std::nullopt;  // relative: there is no package to be relative to
  const auto message = policy.messages.find(first);
  const std::string sentence = std::string(how) + " " + Quoted(first) + " is not ";
  switch (JudgeModule(policy, module, IsStandardModule)) {
    case ModuleVerdict::kAllowed:
      return std::nullopt;
    case ModuleVerdict::kRefused:
      return message != policy.messages.end() ? message->second : sentence + "allowed";
    case ModuleVerdict::kNotListed:
      return message != policy.messages.end() ? message->second : sentence + "in the allowed list";
  }
  return std::nullopt;
}

std::optional<Refusal> CheckPolicy(const Policy& policy, const SyntaxTree& tree,
                                   std::string_view source) {
  const ImportedNames names(tree.module());
  Checker checker(policy, names);
  TreeWalker<Checker>(checker).Walk(tree.module());
  auto refusal = checker.Take();
  if (refusal) refusal->column = ColumnOf(source, refusal->line, refusal->column);
  return refusal;
}

}  // namespace pyrunner::interpreter
