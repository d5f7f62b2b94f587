#include "interpreter/imported_names.h"

#include <algorithm>

#include "interpreter/python.h"
#include "interpreter/tree_walker.h"

namespace pyrunner::interpreter {

std::string ConstantText(PyObject* value) {
  if (PyBytes_Check(value) != 0) {
    return {PyBytes_AS_STRING(value), static_cast<std::size_t>(PyBytes_GET_SIZE(value))};
  }
  if (PyUnicode_Check(value) == 0) return {};
  const std::string_view text = TextOf(value);
  if (!text.empty()) return std::string(text);
  const PyRef bytes(PyUnicode_AsEncodedString(value, "utf-8", "surrogatepass"));
  PyErr_Clear();
  return bytes ? ConstantText(bytes.get()) : std::string();
}

namespace {

// A longer chain of attributes leads to nothing that a policy knows, and a name with more meanings
// is nobody's honest program.
constexpr std::size_t kMaxChain = 32;
constexpr std::size_t kMaxPathBytes = 256;
constexpr std::size_t kMaxPathsOfName = 16;

// An alias of an alias that stands above it in the text takes another walk.
constexpr int kWalks = 3;

}  // namespace

/// Fills an ImportedNames.
class ImportCollector {
 public:
  explicit ImportCollector(ImportedNames& names) : names_(names) {}

  void Statement(const _stmt& node) {
    switch (node.kind) {
      case Import_kind:
        return Import(*node.v.Import.names);
      case ImportFrom_kind:
        return ImportFrom(node);
      case Assign_kind:
        for (Py_ssize_t i = 0; i < asdl_seq_LEN(node.v.Assign.targets); ++i) {
          Alias(*node.v.Assign.targets->typed_elements[i], *node.v.Assign.value);
        }
        return;
      case AnnAssign_kind:
        if (node.v.AnnAssign.value != nullptr) {
          Alias(*node.v.AnnAssign.target, *node.v.AnnAssign.value);
        }
        return;
      case FunctionDef_kind:
      case AsyncFunctionDef_kind:
        return Assigned(node.v.FunctionDef.name);
      case ClassDef_kind:
        return Assigned(node.v.ClassDef.name);
      default:
        return;
    }
  }

  void Expression(const _expr& node, unsigned /*role*/) {
    if (node.kind == Name_kind && node.v.Name.ctx == Store) Assigned(node.v.Name.id);
    if (node.kind == NamedExpr_kind) Alias(*node.v.NamedExpr.target, *node.v.NamedExpr.value);
    if (node.kind == Attribute_kind) NoteFormat(node);
  }
  void Parameter(const _arg& node) {
    Assigned(node.arg);
    names_.parameters_.emplace(TextOf(node.arg));
  }
  void Pattern(const _pattern& node) {
    if (node.kind == MatchAs_kind) Assigned(node.v.MatchAs.name);
    if (node.kind == MatchStar_kind) Assigned(node.v.MatchStar.name);
    if (node.kind == MatchMapping_kind) Assigned(node.v.MatchMapping.rest);
  }
  void Handler(const _excepthandler& node) {
    Assigned(node.v.ExceptHandler.name);
    if (node.v.ExceptHandler.name != nullptr) {
      names_.exceptions_.emplace(TextOf(node.v.ExceptHandler.name));
    }
  }
  void Keyword(const _keyword& /*node*/) {}
  [[nodiscard]] static bool Done() { return false; }

 private:
  void Assigned(PyObject* name) {
    if (name != nullptr) names_.assigned_.emplace(TextOf(name));
  }

  void NoteFormat(const _expr& node) {
    const std::string_view name = TextOf(node.v.Attribute.attr);
    if (name != "format" && name != "format_map") return;
    if (node.v.Attribute.value->kind != Constant_kind) names_.formats_variables_ = true;
  }

  void Import(const asdl_alias_seq& aliases) {
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(&aliases); ++i) {
      const _alias& alias = *aliases.typed_elements[i];
      const std::string_view path = TextOf(alias.name);
      names_.modules_.emplace(path);
      if (alias.asname != nullptr) {
        Bind(TextOf(alias.asname), path);
      } else {
        const std::string_view first = path.substr(0, path.find('.'));
        Bind(first, first);
      }
    }
  }

  void ImportFrom(const _stmt& node) {
    const std::string_view module = TextOf(node.v.ImportFrom.module);
    const auto* aliases = node.v.ImportFrom.names;
    for (Py_ssize_t i = 0; i < asdl_seq_LEN(aliases); ++i) {
      const _alias& alias = *aliases->typed_elements[i];
      const std::string_view name = TextOf(alias.name);
      if (name == "*") {
        names_.starred_.emplace(module);
      } else {
        Bind(alias.asname != nullptr ? TextOf(alias.asname) : name,
             std::string(module) + "." + std::string(name));
      }
    }
  }

  void Alias(const _expr& target, const _expr& value) {
    if (target.kind != Name_kind) return;
    if (value.kind != Name_kind && value.kind != Attribute_kind) return;
    names_.has_aliases_ = true;
    for (const std::string& path : names_.PathsOf(value)) Bind(TextOf(target.v.Name.id), path);
  }

  void Bind(std::string_view name, std::string_view path) {
    if (path.size() > kMaxPathBytes || names_.paths_.count(name) >= kMaxPathsOfName) return;
    const auto [first, last] = names_.paths_.equal_range(name);
    const bool known =
        std::any_of(first, last, [&](const auto& entry) { return entry.second == path; });
    if (!known) names_.paths_.emplace(name, path);
  }

  ImportedNames& names_;
};

ImportedNames::ImportedNames(const _mod& module) {
  ImportCollector collector(*this);
  std::size_t before = 0;
  for (int walk = 0; walk < kWalks; ++walk) {
    TreeWalker<ImportCollector>(collector).Walk(module);
    if (!has_aliases_ || paths_.size() == before) break;
    before = paths_.size();
  }
}

std::vector<std::string> ImportedNames::PathsOfName(std::string_view name) const {
  std::vector<std::string> paths;
  const auto [first, last] = paths_.equal_range(name);
  for (auto entry = first; entry != last; ++entry) paths.push_back(entry->second);
  if (paths.empty() && !assigned_.contains(name)) {
    for (const std::string& module : starred_) paths.push_back(module + "." + std::string(name));
  }
  return paths;
}

std::vector<std::string> ImportedNames::PathsOfText(std::string_view name) const {
  const std::size_t dot = name.find('.');
  std::vector<std::string> paths = PathsOfName(name.substr(0, dot));
  if (dot == std::string_view::npos) return paths;
  for (std::string& path : paths) path += name.substr(dot);
  return paths;
}

std::vector<std::string> ImportedNames::PathsOf(const _expr& expression) const {
  std::vector<std::string_view> attributes;  // from the last to the first
  const _expr* root = &expression;
  while (root->kind == Attribute_kind) {
    if (attributes.size() == kMaxChain) return {};
    attributes.push_back(TextOf(root->v.Attribute.attr));
    root = root->v.Attribute.value;
  }
  if (root->kind == NamedExpr_kind) root = root->v.NamedExpr.target;
  if (root->kind != Name_kind) return {};
  std::vector<std::string> paths = PathsOfName(TextOf(root->v.Name.id));
  for (std::string& path : paths) {
    for (auto attribute = attributes.rbegin(); attribute != attributes.rend(); ++attribute) {
      path.append(".").append(*attribute);
    }
  }
  return paths;
}

}  // namespace pyrunner::interpreter
