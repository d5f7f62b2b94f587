#include "interpreter/python.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "interpreter/interpreter_test_support.h"

namespace pyrunner::interpreter {
namespace {

using PythonBasicsTest = PythonTest;

std::string Evaluate(const char* expression) {
  const PyRef globals(PyDict_New());
  PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins());
  const PyRef result(PyRun_String(expression, Py_eval_input, globals.get(), globals.get()));
  const PyRef text(result ? PyObject_Str(result.get()) : nullptr);
  if (!text) return TakeError();
  return PyUnicode_AsUTF8(text.get());
}

TEST_F(PythonBasicsTest, ReferencesAreCounted) {
  PyObject* object = PyList_New(0);
  const PyRef owner(object);
  EXPECT_EQ(Py_REFCNT(object), 1);
  {
    PyRef second = PyRef::Borrow(object);
    EXPECT_EQ(Py_REFCNT(object), 2);
    const PyRef third(std::move(second));
    EXPECT_FALSE(second);  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(Py_REFCNT(object), 2);
  }
  EXPECT_EQ(Py_REFCNT(object), 1);
  PyRef released = PyRef::Borrow(object);
  EXPECT_EQ(released.Release(), object);
  EXPECT_EQ(Py_REFCNT(object), 2);
  Py_DECREF(object);
}

TEST_F(PythonBasicsTest, TheEnvironmentIsOurs) {
  EXPECT_EQ(Evaluate("__import__('os').environ['HOME']"), "/tmp");
  EXPECT_EQ(Evaluate("'PYTHONPATH' in __import__('os').environ"), "False");
  EXPECT_EQ(Evaluate("__import__('os').environ['OPENBLAS_NUM_THREADS']"), "1");
  EXPECT_EQ(std::getenv("USER"), nullptr);
}

// As the programs were told: nothing of the directory or the user that the service has.
TEST_F(PythonBasicsTest, TheInterpreterIsIsolated) {
  EXPECT_EQ(Evaluate("__import__('sys').flags.isolated"), "1");
  EXPECT_EQ(Evaluate("__import__('sys').flags.dont_write_bytecode"), "1");
  EXPECT_EQ(Evaluate("'' in __import__('sys').path"), "False");
  EXPECT_EQ(Evaluate("__import__('sys').stdout.encoding"), "utf-8");
  EXPECT_EQ(Evaluate("__import__('sys').stdout.write_through"), "True");
}

TEST_F(PythonBasicsTest, TheRuntimeIsEmbedded) {
  auto runtime = RunRuntimeFile("sandbox_start.py");
  ASSERT_TRUE(runtime) << runtime.error().message;
  for (const char* function : {"prepare", "generator_states", "shutdown"}) {
    EXPECT_NE(PyDict_GetItemString(runtime->get(), function), nullptr) << function;
  }
}

TEST_F(PythonBasicsTest, ErrorsNameTheFunctionAndTheException) {
  const PyRef globals(PyDict_New());
  PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins());
  const PyRef defined(PyRun_String("def fails():\n  raise ValueError('why')\n", Py_file_input,
                                   globals.get(), globals.get()));
  ASSERT_TRUE(defined);
  const Status called = CallRuntime(globals, "fails");
  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().message, "fails: ValueError: why");
  EXPECT_EQ(CallRuntime(globals, "missing").error().message, "runtime lacks missing");
  EXPECT_EQ(TakeError(), "no exception");
}

}  // namespace
}  // namespace pyrunner::interpreter
