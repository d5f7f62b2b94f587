// CPython, embedded: references, start-up, and running the project's own Python.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace pyrunner::interpreter {

/// Owns one reference to a Python object, or nothing. The interpreter lock is held wherever this
/// is used.
class PyRef {
 public:
  PyRef() = default;
  explicit PyRef(PyObject* owned) : object_(owned) {}
  static PyRef Borrow(PyObject* borrowed) {
    Py_XINCREF(borrowed);
    return PyRef(borrowed);
  }
  PyRef(PyRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  PyRef& operator=(PyRef&& other) noexcept {
    if (this != &other) {
      Py_XDECREF(object_);
      object_ = std::exchange(other.object_, nullptr);
    }
    return *this;
  }
  PyRef(const PyRef&) = delete;
  PyRef& operator=(const PyRef&) = delete;
  ~PyRef() { Py_XDECREF(object_); }

  [[nodiscard]] PyObject* get() const { return object_; }
  [[nodiscard]] PyObject* Release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

/// An exception that was raised, taken out of the interpreter's hands: none is pending any more.
struct RaisedException {
  PyRef type, value, traceback;

  /// The pending one, `value` an instance of `type`; all empty if there is none.
  static RaisedException Take();

  /// Makes it the pending one again.
  void Raise() && { PyErr_Restore(type.Release(), value.Release(), traceback.Release()); }
};

/// Sets the environment that every program sees, with this folder for temporary files, and starts
/// the interpreter of the distribution.
[[nodiscard]] Status StartPython(const std::string& temporary);

/// Runs one of the project's files below runtime/ and returns its namespace.
[[nodiscard]] Result<PyRef> RunRuntimeFile(std::string_view name);

/// Calls a function of such a namespace, with a string or with nothing.
[[nodiscard]] Status CallRuntime(const PyRef& globals, const char* function,
                                 const char* argument = nullptr);

/// The text of a str, as long as that lives; empty for anything else, and for lone surrogates.
[[nodiscard]] std::string_view TextOf(PyObject* text);

/// The pending exception as text, for the operator; clears it.
[[nodiscard]] std::string TakeError();

}  // namespace pyrunner::interpreter
