// TreeWalker: every node of a program's syntax tree, in the order of the text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "interpreter/cpython_ast.h"

namespace pyrunner::interpreter {

/// What an expression is to the node above it. Bits.
inline constexpr unsigned kNoRole = 0;
inline constexpr unsigned kCallee = 1;    // what a call calls
inline constexpr unsigned kOwner = 2;     // what an attribute is taken of
inline constexpr unsigned kProse = 4;     // text for people: a docstring, print(), an exception's
inline constexpr unsigned kNamed = 16;    // what an assignment gives another name, or print() shows
inline constexpr unsigned kInClass = 32;  // a statement that is directly in a class body
inline constexpr unsigned kAddend = 8;    // an operand of +, the whole sum of which was seen

/// Calls, for each node, the visitor's function of its kind:
///   void Statement(const _stmt&), void Expression(const _expr&, unsigned role),
///   void Pattern(const _pattern&), void Handler(const _excepthandler&),
///   void Parameter(const _arg&), void Keyword(const _keyword&), bool Done()
/// and stops early once Done(). Keeps its own stack: how deep a tree is, is the program's choice.
template <typename Visitor>
class TreeWalker {
 public:
  explicit TreeWalker(Visitor& visitor) : visitor_(visitor) {}

  void Walk(const _mod& module) {
    PushAll(module.v.Module.body);
    std::reverse(stack_.begin(), stack_.end());
    while (!stack_.empty() && !visitor_.Done()) {
      const Entry entry = stack_.back();
      stack_.pop_back();
      const std::size_t first = stack_.size();
      Visit(entry);
      std::reverse(stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
    }
  }

 private:
  enum class Kind : std::uint8_t {
    kStatement,
    kExpression,
    kPattern,
    kHandler,
    kParameter,
    kKeyword
  };

  struct Entry {
    const void* node;
    Kind kind;
    std::uint8_t role;
  };

  void Visit(const Entry& entry) {
    switch (entry.kind) {
      case Kind::kStatement:
        return VisitStatement(*static_cast<const _stmt*>(entry.node), entry.role);
      case Kind::kExpression:
        return VisitExpression(*static_cast<const _expr*>(entry.node), entry.role);
      case Kind::kPattern:
        return VisitPattern(*static_cast<const _pattern*>(entry.node));
      case Kind::kHandler:
        return VisitHandler(*static_cast<const _excepthandler*>(entry.node));
      case Kind::kParameter: {
        const auto& parameter = *static_cast<const _arg*>(entry.node);
        visitor_.Parameter(parameter);
        return Push(parameter.annotation);
      }
      case Kind::kKeyword: {
        const auto& keyword = *static_cast<const _keyword*>(entry.node);
        visitor_.Keyword(keyword);
        return Push(keyword.value, entry.role);
      }
    }
  }

  void Push(const _stmt* node, unsigned role = kNoRole) { PushNode(node, Kind::kStatement, role); }
  void Push(const _expr* node, unsigned role = kNoRole) { PushNode(node, Kind::kExpression, role); }
  void Push(const _pattern* node) { PushNode(node, Kind::kPattern); }
  void Push(const _excepthandler* node) { PushNode(node, Kind::kHandler); }
  void Push(const _arg* node) { PushNode(node, Kind::kParameter); }
  void Push(const _keyword* node, unsigned role = kNoRole) { PushNode(node, Kind::kKeyword, role); }
  void Push(const _withitem* item) {
    Push(item->context_expr);
    Push(item->optional_vars);
  }
  void Push(const _match_case* match_case) {
    Push(match_case->pattern);
    Push(match_case->guard);
    PushAll(match_case->body);
  }
  void Push(const _comprehension* comprehension) {
    Push(comprehension->target);
    Push(comprehension->iter);
    PushAll(comprehension->ifs);
  }
  void Push(const _arguments* arguments) {
    PushAll(arguments->posonlyargs);
    PushAll(arguments->args);
    PushAll(arguments->defaults);
    Push(arguments->vararg);
    PushAll(arguments->kwonlyargs);
    PushAll(arguments->kw_defaults);
    Push(arguments->kwarg);
  }

  void PushNode(const void* node, Kind kind, unsigned role = kNoRole) {
    if (node != nullptr) stack_.push_back({node, kind, static_cast<std::uint8_t>(role)});
  }

  template <typename Sequence>
  void PushAll(const Sequence* sequence) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(sequence); ++i) Push(sequence->typed_elements[i]);
  }
  template <typename Sequence>
  void PushAll(const Sequence* sequence, unsigned role) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(sequence); ++i) Push(sequence->typed_elements[i], role);
  }

  void VisitStatement(const _stmt& node, unsigned role) {
    visitor_.Statement(node);
    // What a class body names is an attribute of the class, and no other name.
    const unsigned assigned = (role & kInClass) != 0 ? kNoRole : kNamed;
    const auto& v = node.v;
    switch (node.kind) {
      case FunctionDef_kind:
      case AsyncFunctionDef_kind:  // of the same form
        PushAll(v.FunctionDef.decorator_list);
        Push(v.FunctionDef.args);
        Push(v.FunctionDef.returns);
        return PushAll(v.FunctionDef.body);
      case ClassDef_kind:
        PushAll(v.ClassDef.decorator_list);
        PushAll(v.ClassDef.bases);
        PushAll(v.ClassDef.keywords);
        return PushAll(v.ClassDef.body, kInClass);
      case Return_kind:
        return Push(v.Return.value);
      case Delete_kind:
        return PushAll(v.Delete.targets);
      case Assign_kind:
        PushAll(v.Assign.targets);
        return Push(v.Assign.value, assigned);
      case AugAssign_kind:
        Push(v.AugAssign.target);
        return Push(v.AugAssign.value);
      case AnnAssign_kind:
        Push(v.AnnAssign.target);
        Push(v.AnnAssign.annotation);
        return Push(v.AnnAssign.value, assigned);
      case For_kind:
      case AsyncFor_kind:
        Push(v.For.target);
        Push(v.For.iter);
        PushAll(v.For.body);
        return PushAll(v.For.orelse);
      case While_kind:
        Push(v.While.test);
        PushAll(v.While.body);
        return PushAll(v.While.orelse);
      case If_kind:
        Push(v.If.test);
        PushAll(v.If.body);
        return PushAll(v.If.orelse);
      case With_kind:
      case AsyncWith_kind:
        PushAll(v.With.items);
        return PushAll(v.With.body);
      case Match_kind:
        Push(v.Match.subject);
        return PushAll(v.Match.cases);
      case Raise_kind:
        Push(v.Raise.exc, kProse);
        return Push(v.Raise.cause);
      case Try_kind:
      case TryStar_kind:
        PushAll(v.Try.body);
        PushAll(v.Try.handlers);
        PushAll(v.Try.orelse);
        return PushAll(v.Try.finalbody);
      case Assert_kind:
        Push(v.Assert.test);
        return Push(v.Assert.msg);
      case Expr_kind:
        return Push(v.Expr.value, kProse);
      case Import_kind:
      case ImportFrom_kind:
      case Global_kind:
      case Nonlocal_kind:
      case Pass_kind:
      case Break_kind:
      case Continue_kind:
        return;
    }
  }

  void VisitExpression(const _expr& node, unsigned role) {
    visitor_.Expression(node, role);
    const auto& v = node.v;
    switch (node.kind) {
      case BoolOp_kind:
        return PushAll(v.BoolOp.values);
      case NamedExpr_kind:
        Push(v.NamedExpr.target);
        return Push(v.NamedExpr.value, kNamed);
      case BinOp_kind: {
        const unsigned operand = (v.BinOp.op == Add ? kAddend : kNoRole) | (role & kProse);
        Push(v.BinOp.left, operand);
        return Push(v.BinOp.right, operand);
      }
      case UnaryOp_kind:
        return Push(v.UnaryOp.operand);
      case Lambda_kind:
        Push(v.Lambda.args);
        return Push(v.Lambda.body);
      case IfExp_kind:
        Push(v.IfExp.body);
        Push(v.IfExp.test);
        return Push(v.IfExp.orelse);
      case Dict_kind:
        PushAll(v.Dict.keys);
        return PushAll(v.Dict.values);
      case Set_kind:
        return PushAll(v.Set.elts);
      case ListComp_kind:
      case SetComp_kind:
      case GeneratorExp_kind:  // all three of the same form
        Push(v.ListComp.elt);
        return PushAll(v.ListComp.generators);
      case DictComp_kind:
        Push(v.DictComp.key);
        Push(v.DictComp.value);
        return PushAll(v.DictComp.generators);
      case Await_kind:
        return Push(v.Await.value);
      case Yield_kind:
        return Push(v.Yield.value);
      case YieldFrom_kind:
        return Push(v.YieldFrom.value);
      case Compare_kind:
        Push(v.Compare.left);
        return PushAll(v.Compare.comparators);
      case Call_kind: {
        const unsigned arguments = (role & kProse ? ProseOf(*v.Call.func) : kNoRole) |
                                   (OnlyLooks(*v.Call.func) ? kNamed : kNoRole);
        Push(v.Call.func, kCallee);
        PushAll(v.Call.args, arguments);
        return PushAll(v.Call.keywords, arguments);
      }
      case FormattedValue_kind:
        Push(v.FormattedValue.value);
        return Push(v.FormattedValue.format_spec);
      case JoinedStr_kind:
        return PushAll(v.JoinedStr.values, kProse);
      case Attribute_kind:
        return Push(v.Attribute.value, kOwner);
      case Subscript_kind:
        Push(v.Subscript.value);
        return Push(v.Subscript.slice);
      case Starred_kind:
        return Push(v.Starred.value);
      case List_kind:
        return PushAll(v.List.elts);
      case Tuple_kind:
        return PushAll(v.Tuple.elts);
      case Slice_kind:
        Push(v.Slice.lower);
        Push(v.Slice.upper);
        return Push(v.Slice.step);
      case Constant_kind:
      case Name_kind:
        return;
    }
  }

  /// Of a call that is a statement by itself or raised: are its arguments for people?
  static unsigned ProseOf(const _expr& callee) {
    if (callee.kind != Name_kind) return kNoRole;
    const char* name = PyUnicode_AsUTF8(callee.v.Name.id);
    const std::string_view text = name != nullptr ? name : "";
    const bool for_people =
        text == "print" || text.ends_with("Error") || text.ends_with("Exception");
    return for_people ? kProse : kNoRole;
  }

  /// Is it a built-in function that looks at its arguments, and hands on none of them?
  static bool OnlyLooks(const _expr& callee) {
    if (callee.kind != Name_kind) return false;
    const char* name = PyUnicode_AsUTF8(callee.v.Name.id);
    const std::string_view text = name != nullptr ? name : "";
    constexpr std::string_view kNames[] = {"print", "dir",        "type",    "id",   "repr",
                                           "str",   "isinstance", "hasattr", "help", "callable"};
    return std::find(std::begin(kNames), std::end(kNames), text) != std::end(kNames);
  }

  void VisitPattern(const _pattern& node) {
    visitor_.Pattern(node);
    const auto& v = node.v;
    switch (node.kind) {
      case MatchValue_kind:
        return Push(v.MatchValue.value);
      case MatchSequence_kind:
        return PushAll(v.MatchSequence.patterns);
      case MatchMapping_kind:
        PushAll(v.MatchMapping.keys);
        return PushAll(v.MatchMapping.patterns);
      case MatchClass_kind:
        Push(v.MatchClass.cls);
        PushAll(v.MatchClass.patterns);
        return PushAll(v.MatchClass.kwd_patterns);
      case MatchAs_kind:
        return Push(v.MatchAs.pattern);
      case MatchOr_kind:
        return PushAll(v.MatchOr.patterns);
      case MatchSingleton_kind:
      case MatchStar_kind:
        return;
    }
  }

  void VisitHandler(const _excepthandler& node) {
    visitor_.Handler(node);
    Push(node.v.ExceptHandler.type);
    PushAll(node.v.ExceptHandler.body);
  }

  Visitor& visitor_;
  std::vector<Entry> stack_;
};

}  // namespace pyrunner::interpreter
