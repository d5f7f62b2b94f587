#include "interpreter/member_path.h"

#include "interpreter/policy_strings.h"
#include "interpreter/python.h"

namespace pyrunner::interpreter {
namespace {

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

PyRef PythonText(std::string_view text) {
  return PyRef(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

/// A loaded module, borrowed, or nullptr.
PyObject* LoadedModule(std::string_view path) {
  const PyRef key = PythonText(path);
  PyObject* module = key ? PyDict_GetItem(PyImport_GetModuleDict(), key.get()) : nullptr;
  PyErr_Clear();
  return module != nullptr && PyModule_Check(module) != 0 ? module : nullptr;
}

/// What a part of a module really is, as far as that is loaded.
struct LoadedMember {
  bool found = false;
  std::string module;  // the name of the module that it is; empty: none
};

LoadedMember FindLoadedMember(std::string_view owner, std::string_view name) {
  LoadedMember member;
  PyObject* module = LoadedModule(owner);
  const PyRef key = PythonText(name);
  PyObject* value =
      module != nullptr && key ? PyDict_GetItem(PyModule_GetDict(module), key.get()) : nullptr;
  if (value != nullptr) {
    member.found = true;
    if (PyModule_Check(value) != 0) {
      const char* full_name = PyModule_GetName(value);
      member.module = full_name != nullptr ? full_name : "?";
    }
  }
  PyErr_Clear();
  return member;
}

/// A module that could not be imported, under whatever name another one has it.
bool IsHidden(const Policy& policy, std::string_view name, const LoadedMember& loaded) {
  if (!policy.guard_modules) return false;
  if (!loaded.found) return policy.hidden_modules.contains(name);
  return !loaded.module.empty() &&
         JudgeModule(policy, loaded.module, IsStandardModule) != ModuleVerdict::kAllowed;
}

std::optional<PathRefusal> CheckMember(const Policy& policy, std::string_view how,
                                       const std::string& owner, std::string_view name,
                                       const LoadedMember& loaded) {
  const std::string member = owner + "." + std::string(name);
  const std::string verb = std::string(how) + " ";
  if (policy.refused_members.contains(member) || policy.refused_members.contains(owner + ".*")) {
    return PathRefusal{member, verb + Quoted(member) + " is not allowed"};
  }
  if (policy.visible_members.contains(member)) return std::nullopt;
  if (IsHidden(policy, name, loaded) || policy.refused_attributes.contains(name)) {
    return PathRefusal{std::string(name),
                       verb + Quoted(name) + " through " + Quoted(owner) + " is not allowed"};
  }
  if (policy.guard_modules && name.starts_with('_') && !IsDunder(name)) {
    return PathRefusal{std::string(name), verb + Quoted(name) + ", a private part of " +
                                              Quoted(owner) + ", is not allowed"};
  }
  return std::nullopt;
}

}  // namespace

bool IsStandardModule(std::string_view name) {
  PyObject* names = PySys_GetObject("stdlib_module_names");
  const PyRef key = PythonText(name);
  const bool found = names != nullptr && key && PySet_Contains(names, key.get()) == 1;
  PyErr_Clear();
  return found;
}

bool IsModule(std::string_view path) {
  return path.find('.') == std::string_view::npos || LoadedModule(path) != nullptr;
}

std::optional<std::string> CheckImport(const Policy& policy, std::string_view how,
                                       std::string_view module) {
  const std::string_view first = module.substr(0, module.find('.'));
  if (first.empty()) return std::nullopt;  // relative: there is no package to be relative to
  const ModuleVerdict verdict = JudgeModule(policy, module, IsStandardModule);
  if (verdict == ModuleVerdict::kAllowed) return std::nullopt;
  const bool refused = verdict == ModuleVerdict::kRefused;
  return ReasonFor(policy, first,
                   std::string(how) + " " + Quoted(first) + " is not " +
                       (refused ? "allowed" : "in the allowed list"));
}

std::optional<PathRefusal> CheckMemberPath(const Policy& policy, std::string_view how,
                                           std::string_view path) {
  std::size_t dot = path.find('.');
  std::string owner(path.substr(0, dot));
  while (dot != std::string_view::npos) {
    const std::size_t next = path.find('.', dot + 1);
    const std::string_view name = path.substr(dot + 1, next - dot - 1);
    LoadedMember member = FindLoadedMember(owner, name);
    if (auto refusal = CheckMember(policy, how, owner, name, member)) return refusal;
    if (member.module.empty()) {
      owner.append(".").append(name);
    } else {
      owner = std::move(member.module);
    }
    dot = next;
  }
  return std::nullopt;
}

}  // namespace pyrunner::interpreter
