#include "interpreter/policy.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "interpreter/interpreter_test_support.h"

namespace pyrunner::interpreter {
namespace {

class PolicyTest : public PythonTest {
 protected:
  static std::optional<std::string> Check(const std::string& code,
                                          const std::string& policy = "scientific") {
    PyCompilerFlags flags = _PyCompilerFlags_INIT;
    flags.cf_flags = PyCF_ONLY_AST;
    const PyRef tree(Py_CompileStringExFlags(code.c_str(), "main.py", Py_file_input, &flags, -1));
    if (!tree) {
      ADD_FAILURE() << "not Python: " << code << ": " << TakeError();
      return std::nullopt;
    }
    return CheckPolicy(policy, tree.get());
  }

  /// The reason, or "allowed".
  static std::string Reason(const std::string& code) { return Check(code).value_or("allowed"); }
};

TEST_F(PolicyTest, WhatScienceNeedsIsAllowed) {
  for (const std::string module :
       {"math",      "cmath",     "decimal",     "fractions",   "random", "statistics",
        "itertools", "functools", "operator",    "collections", "heapq",  "bisect",
        "array",     "datetime",  "calendar",    "copy",        "pprint", "re",
        "string",    "textwrap",  "unicodedata", "json",        "csv",    "numpy",
        "sympy",     "pandas",    "matplotlib",  "scipy",       "sklearn"}) {
    EXPECT_EQ(Reason("import " + module), "allowed");
    EXPECT_EQ(Reason("import " + module + ".sub.module as m"), "allowed");
    EXPECT_EQ(Reason("from " + module + " import anything"), "allowed");
  }
  EXPECT_EQ(Reason(""), "allowed");
  EXPECT_EQ(Reason("print(input())"), "allowed");
  EXPECT_EQ(Reason("[x.y for x in (lambda a: a)(range(3))]"), "allowed");
}

TEST_F(PolicyTest, DangerousModulesAreNotAllowed) {
  for (const std::string module :
       {"os", "subprocess", "sys", "importlib", "socket", "urllib", "pickle", "marshal", "shelve",
        "ftplib", "telnetlib", "httplib", "cPickle"}) {
    EXPECT_EQ(Reason("import " + module), "Import of '" + module + "' is not allowed");
    EXPECT_EQ(Reason("from " + module + " import x"),
              "Import from '" + module + "' is not allowed");
  }
  EXPECT_EQ(Reason("import os.path"), "Import of 'os' is not allowed");
  EXPECT_EQ(Reason("from os.path import join"), "Import from 'os' is not allowed");
  EXPECT_EQ(Reason("import math, os"), "Import of 'os' is not allowed");
  EXPECT_EQ(Reason("import os as math"), "Import of 'os' is not allowed");
}

TEST_F(PolicyTest, UnknownModulesAreNotInTheList) {
  EXPECT_EQ(Reason("import ctypes"), "Import of 'ctypes' is not in the allowed list");
  EXPECT_EQ(Reason("from threading import Thread"),
            "Import from 'threading' is not in the allowed list");
  EXPECT_EQ(Reason("import mathematics"), "Import of 'mathematics' is not in the allowed list");
}

TEST_F(PolicyTest, ARelativeImportHasNoModuleToRefuse) {
  EXPECT_EQ(Reason("from . import x"), "allowed");
  EXPECT_EQ(Reason("from .os import x"), "Import from 'os' is not allowed");
}

TEST_F(PolicyTest, DangerousCallsAreNotAllowed) {
  for (const std::string function :
       {"eval", "exec", "compile", "__import__", "open", "file", "raw_input", "execfile", "reload",
        "getattr", "setattr", "delattr"}) {
    EXPECT_EQ(Reason(function + "('x')"), "Call to '" + function + "' is not allowed");
    EXPECT_EQ(Reason("x = " + function), "allowed") << "naming it is no call";
  }
  EXPECT_EQ(Reason("pandas.eval('x')"), "allowed") << "somebody else's function of the name";
  EXPECT_EQ(Reason("def open(): pass"), "allowed");
}

TEST_F(PolicyTest, DangerousAttributesAreNotAllowed) {
  for (const std::string name :
       {"__globals__", "__code__", "__class__", "__bases__", "__subclasses__"}) {
    const std::string reason = "Access to '" + name + "' attribute is not allowed";
    EXPECT_EQ(Reason("x." + name), reason);
    EXPECT_EQ(Reason("x." + name + " = 1"), reason);
    EXPECT_EQ(Reason("del x()." + name), reason);
    EXPECT_EQ(Reason("x['" + name + "']"), "allowed");
    EXPECT_EQ(Reason(name), "allowed") << "a name is no attribute";
  }
  EXPECT_EQ(Reason("x.__dict__"), "allowed");
}

// Statements and expressions that a visitor could forget to descend into.
TEST_F(PolicyTest, LooksEverywhere) {
  for (const char* code : {"def f(x=eval('1')): pass",
                           "def f(x: eval('1')): pass",
                           "def f(*, x=eval('1')): pass",
                           "def f() -> eval('1'): pass",
                           "@eval('x')\ndef f(): pass",
                           "@eval('x')\nclass C: pass",
                           "class C(eval('x')): pass",
                           "class C(metaclass=eval('x')): pass",
                           "lambda: eval('1')",
                           "lambda x=eval('1'): x",
                           "[eval(x) for x in y]",
                           "{x: eval(x) for x in y}",
                           "(x for x in y if eval(x))",
                           "f'{eval(1)}'",
                           "f'{x:{eval(1)}}'",
                           "x = yield_ = [eval(1)]",
                           "x[eval(1):2]",
                           "x: eval('1') = 2",
                           "assert x, eval('1')",
                           "raise x from eval('1')",
                           "with eval('x') as y: pass",
                           "async def f():\n  async with eval('x'): pass",
                           "async def f():\n  await eval('x')",
                           "while x:\n  pass\nelse:\n  eval('1')",
                           "for x in y: pass\nelse: eval('1')",
                           "try: pass\nfinally: eval('1')",
                           "try: pass\nexcept eval('x'): pass",
                           "try: pass\nexcept* E: eval('1')",
                           "match x:\n  case 1 if eval('1'): pass",
                           "match x:\n  case 1: eval('1')",
                           "match eval('1'):\n  case _: pass",
                           "(y := eval('1'))",
                           "print(*eval('1'))",
                           "print(**eval('1'))",
                           "return_ = not -eval('1')",
                           "x if eval('1') else y",
                           "if x: pass\nelif eval('1'): pass",
                           "del x[eval('1')]",
                           "x += eval('1')",
                           "1 < eval('1') < 2",
                           "eval('1') and x",
                           "{eval('1')}",
                           "{**eval('1')}",
                           "eval(eval('1'))"}) {
    EXPECT_EQ(Reason(code), "Call to 'eval' is not allowed") << code;
  }
  EXPECT_EQ(Reason("match x:\n  case y.__class__: pass"),
            "Access to '__class__' attribute is not allowed");
  EXPECT_EQ(Reason("def f():\n  def g():\n    import os\n"), "Import of 'os' is not allowed");
}

TEST_F(PolicyTest, TheFirstThingInTheTextIsNamed) {
  EXPECT_EQ(Reason("import os\nimport sys"), "Import of 'os' is not allowed");
  EXPECT_EQ(Reason("eval('1')\nimport os"), "Call to 'eval' is not allowed");
  EXPECT_EQ(Reason("def f():\n  import sys\nimport os"), "Import of 'sys' is not allowed");
  EXPECT_EQ(Reason("import ctypes, os"), "Import of 'ctypes' is not in the allowed list");
}

TEST_F(PolicyTest, NamesAreComparedAsPythonReadsThem) {
  // A name's letters are normalised by the parser: this is eval.
  EXPECT_EQ(Reason("\xef\xbd\x85val('1')"), "Call to 'eval' is not allowed");
}

TEST_F(PolicyTest, TheOpenPolicyRefusesNothing) {
  for (const char* code : {"import os, ctypes", "eval('1')", "x.__class__.__bases__"}) {
    EXPECT_EQ(Check(code, "open"), std::nullopt) << code;
  }
}

TEST_F(PolicyTest, AnUnknownPolicyRefusesEverything) {
  EXPECT_EQ(Check("", "none"), "The policy 'none' does not exist");
  EXPECT_EQ(Check("pass", ""), "The policy '' does not exist");
  EXPECT_EQ(Check("pass", "Open"), "The policy 'Open' does not exist");
}

// The tree's depth is the program's choice; the checker's stack is not on the C stack.
TEST_F(PolicyTest, DeepAndWideProgramsAreChecked) {
  std::string wide = "x = [";
  for (int i = 0; i < 20'000; ++i) wide += "1,";
  EXPECT_EQ(Reason(wide + "]"), "allowed");
  EXPECT_EQ(Reason(wide + "eval('1')]"), "Call to 'eval' is not allowed");
  std::string deep = "x";
  for (int i = 0; i < 80; ++i) deep = "(" + deep + ").y";
  EXPECT_EQ(Reason(deep), "allowed");
  EXPECT_EQ(Reason("(" + deep + ").__class__"), "Access to '__class__' attribute is not allowed");
}

}  // namespace
}  // namespace pyrunner::interpreter
