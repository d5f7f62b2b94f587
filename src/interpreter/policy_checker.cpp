#include "interpreter/policy_checker.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "interpreter/imported_names.h"
#include "interpreter/member_path.h"
#include "interpreter/policy_strings.h"
#include "interpreter/tree_walker.h"

namespace pyrunner::interpreter {
namespace {

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// _Class__name: what Python makes of a class's own __name, and only of that.
bool IsMangled(std::string_view name) {
  return name.size() > 3 && name[0] == '_' && name[1] != '_' &&
         name.find("__", 2) != std::string_view::npos && !name.ends_with("__");
}

/// A string that is written out, in one piece or as a sum of pieces.
std::optional<std::string> LiteralText(const _expr& expression) {
  const auto is_text = [](const _expr& node) {
    return node.kind == Constant_kind && PyUnicode_Check(node.v.Constant.value) != 0;
  };
  std::vector<PyObject*> pieces;  // from the last to the first
  const _expr* rest = &expression;
  while (rest->kind == BinOp_kind && rest->v.BinOp.op == Add) {
    const _expr& right = *rest->v.BinOp.right;
    if (right.kind == BinOp_kind) {
      // Rare enough to allow one level: ("a" + ("b" + "c")).
      if (right.v.BinOp.op != Add || !is_text(*right.v.BinOp.left) ||
          !is_text(*right.v.BinOp.right)) {
        return std::nullopt;
      }
      pieces.push_back(right.v.BinOp.right->v.Constant.value);
      pieces.push_back(right.v.BinOp.left->v.Constant.value);
    } else if (is_text(right)) {
      pieces.push_back(right.v.Constant.value);
    } else {
      return std::nullopt;
    }
    rest = rest->v.BinOp.left;
  }
  if (!is_text(*rest)) return std::nullopt;
  std::string text = ConstantText(rest->v.Constant.value);
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) text += ConstantText(*piece);
  return text;
}

/// Where something is; an attribute is known by where it ends.
struct Position {
  int line = 0;
  int byte = 0;
  bool is_end = false;
};

/// A TreeWalker's visitor that stops at the first thing that is refused.
class Checker {
 public:
  Checker(const Policy& policy, const ImportedNames& names) : policy_(policy), names_(names) {}

  [[nodiscard]] bool Done() const { return refused_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] const Position& position() const { return refused_at_; }

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
        return (role & kOwner) != 0 ? void() : CheckChain(node, role);
      case Call_kind:
        return CheckCall(node);
      case Constant_kind:
        return CheckText(ConstantText(node.v.Constant.value), role);
      case BinOp_kind:
        if ((role & kAddend) == 0 && node.v.BinOp.op == Add && policy_.check_strings) {
          if (const auto text = LiteralText(node)) CheckText(*text, role);
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
        if (policy_.refused_exception_attributes.contains(name)) RefuseAttribute(name);
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
    if (!is_false && policy_.refused_arguments.contains(name)) RefuseArgument(name);
  }

 private:
  /// `what` is refused: the operator's words for it come before ours.
  void Refuse(std::string_view what, const std::string& reason) {
    if (std::exchange(refused_, true)) return;
    reason_ = ReasonFor(policy_, what, reason);
    refused_at_ = at_;
  }
  void RefuseAttribute(std::string_view name) {
    Refuse(name, "Access to " + Quoted(name) + " attribute is not allowed");
  }
  void RefuseArgument(std::string_view name) {
    Refuse(name, "Argument " + Quoted(name) + " is not allowed");
  }

  [[nodiscard]] bool IsStrange(std::string_view name, const Names& allowed) const {
    return IsDunder(name) && !policy_.allowed_dunders.empty() && !allowed.contains(name);
  }

  void CheckName(PyObject* name) { CheckName(TextOf(name)); }
  void CheckName(std::string_view name) {
    if (IsStrange(name, policy_.allowed_dunders)) {
      Refuse(name, "The name " + Quoted(name) + " is not allowed");
    }
  }

  void CheckDefinition(std::string_view name) {
    if (IsStrange(name, policy_.allowed_methods)) {
      Refuse(name, "Definition of " + Quoted(name) + " is not allowed");
    }
  }

  void CheckNameUse(const _expr& node, unsigned role) {
    const std::string_view name = TextOf(node.v.Name.id);
    const bool called = (role & kCallee) != 0;
    const bool replaced = policy_.replaceable_builtins.contains(name) && names_.IsAssigned(name);
    if (node.v.Name.ctx != Store && !replaced && policy_.refused_builtins.contains(name)) {
      return Refuse(name, (called ? "Call to " : "Use of ") + Quoted(name) + " is not allowed");
    }
    if (called && policy_.refused_calls.contains(name)) {
      return Refuse(name, "Call to " + Quoted(name) + " is not allowed");
    }
    CheckName(name);
    if (node.v.Name.ctx == Load && (role & kOwner) == 0) CheckPaths(node, role);
  }

  /// x.a.b.c, from the inside out, so that what comes first in the text is named.
  void CheckChain(const _expr& outermost, unsigned role) {
    std::vector<const _expr*> chain;
    for (const _expr* node = &outermost; node->kind == Attribute_kind;
         node = node->v.Attribute.value) {
      chain.push_back(node);
    }
    for (auto node = chain.rbegin(); node != chain.rend() && !Done(); ++node) {
      const _expr* user = node + 1 != chain.rend() ? *(node + 1) : nullptr;
      CheckLink(**node, user);
    }
    at_ = {outermost.end_lineno, outermost.end_col_offset, true};
    CheckFormat(outermost, role);
    CheckPaths(outermost, role);
    CheckChange(outermost);
  }

  /// One attribute of a chain; `user` is the attribute that is taken of it, if any.
  void CheckLink(const _expr& node, const _expr* user) {
    const std::string_view name = TextOf(node.v.Attribute.attr);
    at_ = {node.end_lineno, node.end_col_offset, true};
    if (name == "__class__" && user != nullptr && !policy_.refused_attributes.contains(name)) {
      // The name of an object's class is harmless, and everybody's __repr__ wants it, unless an
      // operator has refused even that by name.
      const std::string_view wanted = TextOf(user->v.Attribute.attr);
      if (wanted == "__name__" || wanted == "__qualname__") return;
    }
    CheckAttribute(name);
    const _expr& owner = *node.v.Attribute.value;
    if (policy_.refused_exception_attributes.contains(name) && owner.kind == Name_kind &&
        names_.IsException(TextOf(owner.v.Name.id))) {
      RefuseAttribute(name);
    }
  }

  void CheckAttribute(std::string_view name) {
    if (IsStrange(name, policy_.allowed_dunders) || policy_.refused_attributes.contains(name) ||
        (policy_.guard_modules && IsMangled(name))) {
      RefuseAttribute(name);
    }
  }

  /// "{0.x}".format that is not called at once, or of a text that an f-string makes.
  void CheckFormat(const _expr& node, unsigned role) {
    const std::string_view name = TextOf(node.v.Attribute.attr);
    if (!policy_.check_strings || (name != "format" && name != "format_map")) return;
    const _expr& owner = *node.v.Attribute.value;
    if (owner.kind == JoinedStr_kind) {
      for (Py_ssize_t i = 0; i < asdl_seq_LEN(owner.v.JoinedStr.values); ++i) {
        const _expr& part = *owner.v.JoinedStr.values->typed_elements[i];
        if (part.kind == Constant_kind &&
            ConstantText(part.v.Constant.value).find('{') != std::string::npos) {
          Refuse(name, "A format of an f-string is not allowed: one of the two will do");
        }
      }
      return;
    }
    if ((role & kCallee) != 0) return;
    const auto text = LiteralText(owner);
    if (text && FormatReadsAttributes(*text)) {
      Refuse(name, "A format that reads attributes is not allowed except in a call");
    }
  }

  void CheckChange(const _expr& node) {
    if (!policy_.guard_modules || node.v.Attribute.ctx == Load) return;
    const _expr& owner = *node.v.Attribute.value;
    if (IsParameter(owner)) return;
    for (const std::string& path : names_.PathsOf(owner)) {
      if (!IsModule(path)) continue;
      const std::string_view name = TextOf(node.v.Attribute.attr);
      Refuse(name, "Changing " + Quoted(name) + " of " + Quoted(path) + " is not allowed");
    }
  }

  [[nodiscard]] bool IsParameter(const _expr& node) const {
    return node.kind == Name_kind && names_.IsParameter(TextOf(node.v.Name.id));
  }

  /// What a name or a chain may lead to, by way of the modules that the program has imported.
  void CheckPaths(const _expr& node, unsigned role) {
    for (const std::string& path : names_.PathsOf(node)) {
      CheckPath("Access to", path);
      if ((role & kCallee) == 0 && policy_.literal_only.contains(path)) {
        Refuse(path, "Use of " + Quoted(path) + " is only allowed in a call");
      }
      const bool is_module = IsModule(path) || names_.IsImportedModule(path);
      if (policy_.guard_modules && is_module && (role & (kCallee | kNamed)) == 0 &&
          !IsParameter(node)) {
        Refuse(path, "Use of module " + Quoted(path) +
                         " as a value is not allowed: use what is in it by its name");
      }
    }
  }

  void CheckPath(std::string_view how, std::string_view path) {
    if (const auto refusal = CheckMemberPath(policy_, how, path)) {
      Refuse(refusal->what, refusal->reason);
    }
  }

  void CheckCall(const _expr& node) {
    const _expr& callee = *node.v.Call.func;
    if (!policy_.literal_only.empty()) {
      for (const std::string& path : names_.PathsOf(callee)) {
        if (policy_.literal_only.contains(path)) CheckLiterals(node, path);
      }
    }
    const auto* arguments = node.v.Call.args;
    // getattr(os, "system") is os.system.
    const bool gets_attribute = callee.kind == Name_kind && TextOf(callee.v.Name.id) == "getattr";
    if (gets_attribute && asdl_seq_LEN(arguments) >= 2) {
      if (const auto name = LiteralText(*arguments->typed_elements[1])) {
        CheckAttribute(*name);
        for (const auto& path : names_.PathsOf(*arguments->typed_elements[0])) {
          CheckPath("Access to", path + "." + *name);
        }
      }
    }
    const std::string_view method =
        callee.kind == Attribute_kind ? TextOf(callee.v.Attribute.attr) : std::string_view();
    if (policy_.check_strings && (method == "eval" || method == "query")) {
      for (Py_ssize_t i = 0; i < asdl_seq_LEN(arguments); ++i) {
        if (const auto text = LiteralText(*arguments->typed_elements[i])) CheckPandasText(*text);
      }
    }
  }

  /// Of "x > @np.lib.y", what pandas would find under the names of the program.
  void CheckPandasText(std::string_view text) {
    const auto is_part = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
    };
    for (std::size_t start = 0; start < text.size() && !Done();) {
      const auto* begin = text.data() + start;
      const auto* end = std::find_if_not(begin, text.data() + text.size(), is_part);
      const std::string_view name(begin, static_cast<std::size_t>(end - begin));
      for (const std::string& path : names_.PathsOfText(name)) CheckPath("Access to", path);
      start += name.size() + 1;
    }
  }

  void CheckLiterals(const _expr& call, const std::string& path) {
    const auto check = [&](const _expr& argument) {
      if (const auto text = LiteralText(argument)) {
        ForEachIdentifier(*text, [this](std::string_view name) { CheckAttribute(name); });
        CheckPandasText(*text);
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

  void CheckText(std::string_view text, unsigned role) {
    if (!policy_.check_strings || text.empty()) return;
    const bool prose = (role & kProse) != 0;
    const auto refuse = [this](std::string_view name) {
      Refuse(name, "Text that reaches " + Quoted(name) + " is not allowed");
    };
    if (prose && !names_.formats_variables()) return;
    if (!prose) {
      if (policy_.refused_arguments.contains(text)) return RefuseArgument(text);
      if (IsPythonsDunder(text) && !policy_.allowed_dunders.contains(text)) return refuse(text);
      // How matplotlib is told to import a backend of the program's choice.
      if (text.starts_with("module://")) return refuse(text);
    }
    ForEachMention(text, [&](const Mention& mention) {
      const std::string_view name = mention.name;
      const bool refused =
          IsStrange(name, policy_.allowed_dunders) || policy_.refused_attributes.contains(name);
      if (mention.in_field) {
        if (refused) refuse(name);
        return;
      }
      if (prose) return;
      const bool calls_builtin = mention.called && !mention.owned &&
                                 policy_.refused_builtins.contains(name) &&
                                 !policy_.replaceable_builtins.contains(name) &&
                                 (name != "open" || text.starts_with(name));
      const bool reaches = refused && (mention.owned || (mention.called && IsDunder(name)));
      if (calls_builtin || reaches) refuse(name);
    });
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
  Position at_;
  bool refused_ = false;
  std::string reason_;
  Position refused_at_;
};

/// The text of a line, from 1; without its end.
std::string_view LineOf(std::string_view source, int line) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (source.starts_with(kByteOrderMark)) source.remove_prefix(kByteOrderMark.size());
  for (int i = 1; i < line; ++i) {
    const std::size_t end = source.find_first_of("\r\n");
    if (end == std::string_view::npos) return {};
    const bool two = source.substr(end).starts_with("\r\n");
    source.remove_prefix(end + (two ? 2 : 1));
  }
  return source.substr(0, source.find_first_of("\r\n"));
}

/// A position as a column in characters, from 1. An identifier can be longer in the text than its
/// normalised self, so that the start of one is found from its end.
int ColumnOf(std::string_view source, const Position& position) {
  const std::string_view line = LineOf(source, position.line);
  auto byte = std::min(static_cast<std::size_t>(std::max(position.byte, 0)), line.size());
  if (position.is_end) {
    const auto is_part = [](char c) {
      const auto value = static_cast<unsigned char>(c);
      return std::isalnum(value) != 0 || c == '_' || value >= 0x80;
    };
    while (byte > 0 && is_part(line[byte - 1])) --byte;
  }
  const std::string_view before = line.substr(0, byte);
  return 1 + static_cast<int>(std::count_if(before.begin(), before.end(), [](char c) {
           return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
         }));
}

}  // namespace

std::optional<Refusal> CheckPolicy(const Policy& policy, const SyntaxTree& tree,
                                   std::string_view source) {
  const ImportedNames names(tree.module());
  Checker checker(policy, names);
  TreeWalker<Checker>(checker).Walk(tree.module());
  if (!checker.Done()) return std::nullopt;
  return Refusal{checker.reason(), checker.position().line, ColumnOf(source, checker.position())};
}

}  // namespace pyrunner::interpreter
