#include "interpreter/import_guard.h"

#include <string>

#include "interpreter/member_path.h"

namespace pyrunner::interpreter {
namespace {

constexpr const char* kCapsuleName = "pyrunner.policy";
constexpr const char* kMark = "_pyrunner_missing_module";

/// Raises ModuleNotFoundError with the policy's own message in place of the pending exception, if
/// any.
PyObject* RaiseMissing(const Policy& policy, std::string_view module) {
  PyErr_Clear();
  std::string text = policy.missing_module;
  if (const std::size_t at = text.find("{}"); at != std::string::npos) text.replace(at, 2, module);
  const PyRef error(PyObject_CallFunction(PyExc_ModuleNotFoundError, "s#", text.data(),
                                          static_cast<Py_ssize_t>(text.size())));
  const PyRef name(
      PyUnicode_DecodeUTF8(module.data(), static_cast<Py_ssize_t>(module.size()), "replace"));
  if (!error || !name || PyObject_SetAttrString(error.get(), "name", name.get()) != 0 ||
      PyObject_SetAttrString(error.get(), kMark, Py_True) != 0) {
    return nullptr;
  }
  PyErr_SetObject(PyExc_ModuleNotFoundError, error.get());
  return nullptr;
}

/// Of the pending exception, which part of the dotted path `module` is not there; empty: it is
/// about something else.
std::string MissingPart(std::string_view module) {
  if (PyErr_ExceptionMatches(PyExc_ModuleNotFoundError) == 0) return {};
  auto error = RaisedException::Take();
  const PyRef name(PyObject_GetAttrString(error.value.get(), "name"));
  const std::string missing(TextOf(name.get()));
  PyErr_Clear();
  std::move(error).Raise();
  const bool is_part = module == missing || module.starts_with(missing + ".");
  return is_part ? missing : std::string();
}

/// The parts of modules that an import names. False: an exception is pending.
bool CheckParts(const Policy& policy, const std::string& module, PyObject* fromlist) {
  auto refusal = CheckMemberPath(policy, "Import of", module);
  const Py_ssize_t count =
      fromlist != nullptr && PyTuple_Check(fromlist) != 0 ? PyTuple_GET_SIZE(fromlist) : 0;
  for (Py_ssize_t i = 0; i < count && !refusal; ++i) {
    const std::string_view name = TextOf(PyTuple_GET_ITEM(fromlist, i));
    std::string path = module;
    path.append(".").append(name);
    if (name != "*") refusal = CheckMemberPath(policy, "Import of", path);
  }
  if (!refusal) return true;
  PyErr_SetString(PyExc_ImportError, ReasonFor(policy, refusal->what, refusal->reason).c_str());
  return false;
}

/// __import__(name, globals=None, locals=None, fromlist=(), level=0)
PyObject* GuardedImport(PyObject* capsule, PyObject* arguments, PyObject* keywords) {
  const auto* policy = static_cast<const Policy*>(PyCapsule_GetPointer(capsule, kCapsuleName));
  static const char* names[] = {"name", "globals", "locals", "fromlist", "level", nullptr};
  PyObject* name = nullptr;
  PyObject* globals = nullptr;
  PyObject* locals = nullptr;
  PyObject* fromlist = nullptr;
  int level = 0;
  if (policy == nullptr || PyArg_ParseTupleAndKeywords(arguments, keywords, "U|OOOi:__import__",
                                                       const_cast<char**>(names), &name, &globals,
                                                       &locals, &fromlist, &level) == 0) {
    return nullptr;
  }
  const std::string module(TextOf(name));
  const std::string first = module.substr(0, module.find('.'));
  const bool by_list = fromlist != nullptr && fromlist != Py_None && PyObject_IsTrue(fromlist) == 1;
  // C code imports by way of the calling program's built-ins, with an empty list where statements
  // have a tuple or None: that is a library's own affair.
  const bool by_library =
      fromlist != nullptr && PyList_CheckExact(fromlist) != 0 && PyList_GET_SIZE(fromlist) == 0;
  if (level == 0 && !by_library) {
    if (const auto reason = CheckImport(*policy, by_list ? "Import from" : "Import of", module)) {
      if (!policy->missing_module.empty()) return RaiseMissing(*policy, first);
      PyErr_SetString(PyExc_ImportError, reason->c_str());
      return nullptr;
    }
    if (!CheckParts(*policy, module, fromlist)) return nullptr;
  }
  PyObject* imported = PyImport_ImportModuleLevelObject(name, globals, locals, fromlist, level);
  if (imported == nullptr && !policy->missing_module.empty()) {
    if (const std::string missing = MissingPart(module); !missing.empty()) {
      return RaiseMissing(*policy, missing);
    }
  }
  return imported;
}

}  // namespace

Result<ImportGuard> ImportGuard::Make() {
  static PyMethodDef definition = {
      "__import__", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(GuardedImport)),
      METH_VARARGS | METH_KEYWORDS, nullptr};
  ImportGuard guard;
  // A capsule cannot be empty: until there is a policy it holds what nobody looks at.
  guard.policy_ = PyRef(PyCapsule_New(&definition, kCapsuleName, nullptr));
  const PyRef import(guard.policy_ ? PyCFunction_New(&definition, guard.policy_.get()) : nullptr);
  guard.builtins_ = PyRef(import ? PyDict_Copy(PyEval_GetBuiltins()) : nullptr);
  if (!guard.builtins_ ||
      PyDict_SetItemString(guard.builtins_.get(), "__import__", import.get()) != 0) {
    return Failure("the built-ins cannot be copied: " + TakeError());
  }
  return guard;
}

bool ImportGuard::Protect(const Policy& policy, PyObject* globals) const {
  return PyCapsule_SetPointer(policy_.get(), const_cast<Policy*>(&policy)) == 0 &&
         PyDict_SetItemString(globals, "__builtins__", builtins_.get()) == 0;
}

bool IsMissingModule(PyObject* exception) {
  if (exception == nullptr || PyErr_GivenExceptionMatches(exception, PyExc_ImportError) == 0) {
    return false;
  }
  const PyRef mark(PyObject_GetAttrString(exception, kMark));
  PyErr_Clear();
  return mark.get() == Py_True;
}

}  // namespace pyrunner::interpreter
