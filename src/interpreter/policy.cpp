#include "interpreter/policy.h"

#include <algorithm>
#include <span>
#include <vector>

namespace pyrunner::interpreter {
namespace {

using Names = std::span<const std::string_view>;

/// A policy is data. Empty `allowed_modules` allows every module that is not refused.
struct Policy {
  std::string_view name;
  Names allowed_modules;
  Names refused_modules;
  Names refused_calls;
  Names refused_attributes;
};

constexpr std::string_view kScientificModules[] = {
    // The seed's list.
    "math", "cmath", "decimal", "fractions", "random", "statistics", "itertools", "functools",
    "operator", "collections", "heapq", "bisect", "array", "datetime", "calendar", "copy", "pprint",
    "re", "string", "textwrap", "unicodedata", "json", "csv", "numpy", "sympy", "pandas",
    "matplotlib", "scipy", "sklearn",
    // The harmless rest of the standard library, and what the stack's own examples import.
    "__future__", "abc", "base64", "binascii", "colorsys", "contextlib", "contextvars",
    "dataclasses", "dateutil", "difflib", "enum", "graphlib", "hashlib", "hmac", "html", "io",
    "keyword", "mpl_toolkits", "mpmath", "numbers", "pytz", "queue", "reprlib", "secrets", "struct",
    "time", "traceback", "types", "typing", "uuid", "warnings", "weakref", "zlib", "zoneinfo"};

constexpr std::string_view kDangerousModules[] = {
    "os",         "subprocess", "sys",       "importlib", "eval",      "exec",    "compile",
    "__import__", "open",       "file",      "input",     "raw_input", "socket",  "urllib",
    "httplib",    "ftplib",     "telnetlib", "pickle",    "cPickle",   "marshal", "shelve"};

// The seed refuses `input` too; here it is at end of file unless there is something to read.
constexpr std::string_view kDangerousCalls[] = {"eval",   "exec",    "compile",   "__import__",
                                                "open",   "file",    "raw_input", "execfile",
                                                "reload", "getattr", "setattr",   "delattr"};

constexpr std::string_view kDangerousAttributes[] = {"__globals__", "__code__", "__class__",
                                                     "__bases__", "__subclasses__"};

constexpr Policy kPolicies[] = {
    {"scientific", kScientificModules, kDangerousModules, kDangerousCalls, kDangerousAttributes},
    {"open", {}, {}, {}, {}},
};

bool Contains(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view TypeName(PyObject* object) { return Py_TYPE(object)->tp_name; }

/// A node's string field; empty where it is None.
std::string StringField(PyObject* node, const char* field) {
  const PyRef value(PyObject_GetAttrString(node, field));
  const char* text =
      value && PyUnicode_Check(value.get()) ? PyUnicode_AsUTF8(value.get()) : nullptr;
  if (text == nullptr) PyErr_Clear();
  return text != nullptr ? text : "";
}

class Checker {
 public:
  explicit Checker(const Policy& policy) : policy_(policy), module_(PyImport_ImportModule("_ast")) {
    node_type_ = module_ ? PyRef(PyObject_GetAttrString(module_.get(), "AST")) : PyRef();
  }

  std::optional<std::string> Check(PyObject* tree) {
    if (!node_type_) return "The policy could not be checked";
    // An explicit stack: the depth of a program's tree is the program's choice.
    stack_.push_back(PyRef::Borrow(tree));
    while (!stack_.empty()) {
      const PyRef node = std::move(stack_.back());
      stack_.pop_back();
      if (auto reason = CheckNode(node.get())) return reason;
      PushChildren(node.get());
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> CheckNode(PyObject* node) const {
    const std::string_view type = TypeName(node);
    if (type == "Import") return CheckImport(node);
    if (type == "ImportFrom") {
      return CheckModule("Import from", StringField(node, "module"));
    }
    if (type == "Call") return CheckCall(node);
    if (type == "Attribute") return CheckAttribute(node);
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> CheckImport(PyObject* node) const {
    const PyRef names(PyObject_GetAttrString(node, "names"));
    for (Py_ssize_t i = 0; names && i < PyList_Size(names.get()); ++i) {
      const std::string name = StringField(PyList_GetItem(names.get(), i), "name");
      if (auto reason = CheckModule("Import of", name)) return reason;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> CheckModule(std::string_view what,
                                                       const std::string& dotted) const {
    const std::string module = dotted.substr(0, dotted.find('.'));
    if (module.empty()) return std::nullopt;  // relative: there is no package to be relative to
    const std::string sentence = std::string(what) + " '" + module + "' is not ";
    if (Contains(policy_.refused_modules, module)) return sentence + "allowed";
    if (!policy_.allowed_modules.empty() && !Contains(policy_.allowed_modules, module)) {
      return sentence + "in the allowed list";
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string> CheckCall(PyObject* node) const {
    const PyRef function(PyObject_GetAttrString(node, "func"));
    if (!function || TypeName(function.get()) != "Name") return std::nullopt;
    const std::string name = StringField(function.get(), "id");
    if (!Contains(policy_.refused_calls, name)) return std::nullopt;
    return "Call to '" + name + "' is not allowed";
  }

  [[nodiscard]] std::optional<std::string> CheckAttribute(PyObject* node) const {
    const std::string name = StringField(node, "attr");
    if (!Contains(policy_.refused_attributes, name)) return std::nullopt;
    return "Access to '" + name + "' attribute is not allowed";
  }

  void PushChildren(PyObject* node) {
    const PyRef fields(PyObject_GetAttrString(node, "_fields"));
    const std::size_t first = stack_.size();
    for (Py_ssize_t i = 0; fields && i < PyTuple_Size(fields.get()); ++i) {
      const PyRef value(PyObject_GetAttr(node, PyTuple_GetItem(fields.get(), i)));
      if (!value) {
        PyErr_Clear();  // an optional field that is not there
      } else if (PyList_Check(value.get())) {
        for (Py_ssize_t j = 0; j < PyList_Size(value.get()); ++j) {
          PushIfNode(PyList_GetItem(value.get(), j));
        }
      } else {
        PushIfNode(value.get());
      }
    }
    // In the order of the text, so that the first thing wrong is the one that is named.
    std::reverse(stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
  }

  void PushIfNode(PyObject* value) {
    auto* node_type = reinterpret_cast<PyTypeObject*>(node_type_.get());
    if (PyObject_TypeCheck(value, node_type)) stack_.push_back(PyRef::Borrow(value));
  }

  const Policy& policy_;
  PyRef module_;
  PyRef node_type_;  // the base of all nodes
  std::vector<PyRef> stack_;
};

}  // namespace

std::optional<std::string> CheckPolicy(std::string_view policy_name, PyObject* tree) {
  const auto* policy = std::find_if(std::begin(kPolicies), std::end(kPolicies),
                                    [&](const Policy& p) { return p.name == policy_name; });
  if (policy == std::end(kPolicies)) {
    return "The policy '" + std::string(policy_name) + "' does not exist";
  }
  if (policy->name == "open") return std::nullopt;
  return Checker(*policy).Check(tree);
}

}  // namespace pyrunner::interpreter
