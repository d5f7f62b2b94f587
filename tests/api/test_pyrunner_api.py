"""The PyRunner API as its users know it: routes, examples, validation, the four statuses."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import Server, ServerTest  # noqa: E402

FIELDS = {"status", "stdout", "stderr", "execution_time", "memory_used", "error"}

SERVICE = {
    "service": "PyRunner",
    "status": "healthy",
    "version": "1.0.0",
    "capabilities": {
        "max_timeout": 300,
        "max_memory_mb": 2048,
        "libraries": ["sympy", "numpy", "pandas", "matplotlib", "scipy", "sklearn"],
    },
}


class Routes(ServerTest):
    def test_root_and_health_bare_and_under_the_prefix(self):
        for path in ("/", "/pyrunner", "/pyrunner/"):
            with self.subTest(path=path):
                answer = self.server.request("GET", path, headers={"Accept": "application/json"})
                self.assertEqual((answer.status, answer.json), (200, SERVICE))
        for path in ("/health", "/pyrunner/health"):
            with self.subTest(path=path):
                answer = self.server.request("GET", path)
                self.assertEqual((answer.status, answer.json), (200, {"status": "healthy"}))

    def test_run_bare_and_under_the_prefix(self):
        for path in ("/run", "/pyrunner/run"):
            with self.subTest(path=path):
                answer = self.server.run("print('Hello, World!')", path=path)
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["content-type"], "application/json")
                self.assertEqual(answer.json["stdout"], "Hello, World!\n")

    def test_root_ignores_the_query(self):
        self.assertEqual(self.server.request("GET", "/?probe=1").json, SERVICE)


class Examples(ServerTest):
    """Verbatim from the API's documents."""

    warm = True

    def test_hello(self):
        result = self.server.result("print('Hello, World!')", timeout=30, memory_limit=512)
        self.assertEqual(set(result), FIELDS)
        self.assertEqual((result["status"], result["stdout"], result["stderr"], result["error"]),
                         ("success", "Hello, World!\n", "", None))
        self.assertIsInstance(result["execution_time"], float)
        self.assertLess(result["execution_time"], 5)
        self.assertIsInstance(result["memory_used"], float)
        self.assertGreater(result["memory_used"], 0)

    def test_quick_start(self):
        self.assertEqual(self.prints('print("Hello, PyRunner!")'), "Hello, PyRunner!\n")

    def test_error_response(self):
        result = self.server.result("undefined")
        self.assertEqual(set(result), FIELDS)
        self.assertEqual((result["status"], result["stdout"], result["error"]),
                         ("error", "", "NameError on line 1"))
        self.assertTrue(result["stderr"].endswith("NameError: name 'undefined' is not defined\n"))

    def test_basic_mathematics(self):
        self.assertEqual(self.prints("""
import math
result = math.sqrt(16) + math.pi
print(f'Result: {result}')
""", timeout=10), "Result: 7.141592653589793\n")

    def test_scientific_computing(self):
        self.assertRegex(self.prints("""
import numpy as np
import pandas as pd

# Create data
data = np.random.randn(100)
df = pd.DataFrame({'values': data})

# Calculate statistics
print(f'Mean: {df.values.mean():.3f}')
print(f'Std: {df.values.std():.3f}')
print(f'Count: {len(df)}')
""", memory_limit=256), r"\AMean: -?\d\.\d{3}\nStd: \d\.\d{3}\nCount: 100\n\Z")

    def test_symbolic_mathematics(self):
        self.assertEqual(self.prints("""
import sympy as sp

# Define symbol
x = sp.Symbol('x')

# Solve equation
equation = x**2 - 4*x + 3
solutions = sp.solve(equation, x)
print(f'Solutions: {solutions}')

# Calculus
f = x**3 - 2*x**2 + x
derivative = sp.diff(f, x)
print(f'Derivative: {derivative}')
""", timeout=15), "Solutions: [1, 3]\nDerivative: 3*x**2 - 4*x + 1\n")

    def test_using_scientific_libraries(self):
        self.assertEqual(self.prints("""
import sympy as sp
x = sp.Symbol('x')
equation = x**2 - 4
solutions = sp.solve(equation, x)
print(f"Solutions: {solutions}")
"""), "Solutions: [-2, 2]\n")
        self.assertEqual(self.prints("import sympy\nprint(sympy.pi)"), "pi\n")

    def test_examples_basic_math(self):
        self.assertEqual(self.prints("""
import math
print(f"Pi: {math.pi}")
print(f"Square root of 16: {math.sqrt(16)}")
print(f"2^10: {2**10}")
"""), "Pi: 3.141592653589793\nSquare root of 16: 4.0\n2^10: 1024\n")

    def test_examples_sympy(self):
        self.assertEqual(self.prints("""
from sympy import symbols, expand, factor
x, y = symbols('x y')
expr = (x + y)**3
print(f"Expression: {expr}")
print(f"Expanded: {expand(expr)}")
print(f"Factored: {factor(x**3 - y**3)}")
"""), "Expression: (x + y)**3\nExpanded: x**3 + 3*x**2*y + 3*x*y**2 + y**3\n"
            "Factored: (x - y)*(x**2 + x*y + y**2)\n")

    def test_examples_numpy(self):
        self.assertEqual(self.prints("""
import numpy as np
arr = np.array([1, 2, 3, 4, 5])
print(f"Array: {arr}")
print(f"Mean: {arr.mean()}")
print(f"Standard deviation: {arr.std()}")
print(f"Cumulative sum: {arr.cumsum()}")
"""), "Array: [1 2 3 4 5]\nMean: 3.0\nStandard deviation: 1.4142135623730951\n"
            "Cumulative sum: [ 1  3  6 10 15]\n")

    def test_examples_error_handling(self):
        result = self.server.result("""
# This will cause an error
print(1 / 0)
""")
        self.assertEqual((result["status"], result["error"]),
                         ("error", "ZeroDivisionError on line 3"))
        self.assertEqual(result["stderr"], 'Traceback (most recent call last):\n'
                         '  File "/tmp/main.py", line 3, in <module>\n    print(1 / 0)\n'
                         '          ~~^~~\nZeroDivisionError: division by zero\n')

    def test_examples_timeout(self):
        answer = self.server.run("""
import time
print("Starting long computation...")
time.sleep(35)  # This will timeout
print("This won't be printed")
""", timeout=2)
        self.assertEqual(answer.status, 200)
        result = answer.json
        self.assertEqual(set(result), FIELDS)
        self.assertEqual((result["status"], result["stdout"], result["stderr"], result["error"]),
                         ("timeout", "Starting long computation...\n",
                          "Execution timed out after 2 seconds", None))
        self.assertEqual(result["execution_time"], 2)

    def test_examples_memory(self):
        result = self.server.result("""
# Try to allocate large array
import numpy as np
print("Allocating memory...")
arr = np.zeros((1000, 1000, 100))  # ~800MB
print(f"Array shape: {arr.shape}")
""", memory_limit=256)
        self.assertEqual((result["status"], result["stdout"], result["error"]),
                         ("memory_exceeded", "Allocating memory...\n", None))
        self.assertTrue(result["stderr"].endswith("Memory limit exceeded"), result["stderr"])


class Validation(ServerTest):
    def errors(self, body, **options):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        headers = {"Content-Type": "application/json"}
        answer = self.server.request("POST", "/run", body, options.get("headers", headers))
        self.assertEqual(answer.status, 422, answer)
        detail = answer.json["detail"]
        for error in detail:
            self.assertLessEqual({"loc", "msg", "type"}, set(error))
        return [(tuple(error["loc"]), error["type"], error["msg"]) for error in detail]

    def test_missing_and_empty_code(self):
        self.assertEqual(self.errors({}), [(("body", "code"), "missing", "Field required")])
        for code in ("", " ", "\n\t\r\n", "\u00a0\u2003"):
            with self.subTest(code=code):
                self.assertEqual(self.errors({"code": code}), [
                    (("body", "code"), "value_error", "Value error, Code cannot be empty")])

    def test_code_of_another_type(self):
        for value in (None, 1, True, [], {}):
            with self.subTest(value=value):
                self.assertEqual(self.errors({"code": value}), [
                    (("body", "code"), "string_type", "Input should be a valid string")])

    def test_code_has_at_most_a_million_characters(self):
        fits = "#" + "é" * 999_998 + "\n"
        self.assertEqual(self.server.result(fits)["status"], "success")
        self.assertEqual(self.errors({"code": fits + "#"}), [
            (("body", "code"), "value_error", "Value error, Code too large (max 1MB)")])

    def test_bounds_of_timeout_and_memory(self):
        for field, low, high in (("timeout", 1, 300), ("memory_limit", 64, 2048)):
            for value in (low, high, str(high), float(high)):
                with self.subTest(field=field, value=value):
                    self.assertEqual(self.prints("print(1)", **{field: value}), "1\n")
            for value in (low - 1, -1, -10**30):
                with self.subTest(field=field, value=value):
                    self.assertEqual(self.errors({"code": "1", field: value}), [
                        (("body", field), "greater_than_equal",
                         f"Input should be greater than or equal to {low}")])
            for value in (high + 1, 10**18, 10**30):
                with self.subTest(field=field, value=value):
                    self.assertEqual(self.errors({"code": "1", field: value}), [
                        (("body", field), "less_than_equal",
                         f"Input should be less than or equal to {high}")])

    def test_numbers_that_are_none(self):
        for value, kind in (("ten", "int_parsing"), (1.5, "int_from_float"), ([], "int_type"),
                            ({}, "int_type"), ("", "int_parsing")):
            with self.subTest(value=value):
                self.assertEqual([error[:2] for error in self.errors(
                    {"code": "1", "timeout": value})], [(("body", "timeout"), kind)])

    def test_null_means_the_default(self):
        self.assertEqual(self.prints("print(1)", timeout=None, memory_limit=None), "1\n")

    def test_all_errors_at_once(self):
        self.assertEqual([error[0] for error in self.errors(
            {"code": "", "timeout": 0, "memory_limit": 1})],
            [("body", "code"), ("body", "timeout"), ("body", "memory_limit")])

    def test_unknown_fields_are_ignored(self):
        self.assertEqual(self.prints("print(1)", language="python", stdin="x", nested={"a": [1]}),
                         "1\n")

    def test_bodies_that_are_no_object(self):
        self.assertEqual(self.errors(b""), [(("body",), "missing", "Field required")])
        for body in (b"null", b"[]", b"1", b'"text"'):
            with self.subTest(body=body):
                self.assertEqual([error[0] for error in self.errors(body)], [("body",)])

    def test_malformed_json_names_the_position(self):
        for body, position in ((b'{"code": ', 9), (b"{'code': 1}", 1), (b'{"code": "1"', 12),
                               (b"not json", 1)):
            with self.subTest(body=body):
                errors = self.errors(body)
                self.assertEqual(errors, [(("body", position), "json_invalid",
                                           "JSON decode error")])

    def test_a_form_is_no_json(self):
        self.assertEqual([error[0] for error in self.errors(
            b"code=print(1)", headers={"Content-Type": "application/x-www-form-urlencoded"})],
            [("body",)])


class Policy(ServerTest):
    """The `scientific` policy refuses before anything runs, with the documents' sentences."""

    REFUSED = [
        ("import os", "Import of 'os' is not allowed"),
        ("import os.path as p", "Import of 'os' is not allowed"),
        ("import math, subprocess", "Import of 'subprocess' is not allowed"),
        ("from sys import path", "Import from 'sys' is not allowed"),
        ("import socket", "Import of 'socket' is not allowed"),
        ("import urllib.request", "Import of 'urllib' is not allowed"),
        ("from pickle import loads", "Import from 'pickle' is not allowed"),
        ("import requests", "Import of 'requests' is not in the allowed list"),
        ("from ctypes import CDLL", "Import from 'ctypes' is not in the allowed list"),
        ("eval('1')", "Call to 'eval' is not allowed"),
        ("exec('1')", "Call to 'exec' is not allowed"),
        ("compile('1', 'x', 'exec')", "Call to 'compile' is not allowed"),
        ("__import__('os')", "Call to '__import__' is not allowed"),
        ("open('/etc/passwd')", "Call to 'open' is not allowed"),
        ("getattr(1, 'real')", "Call to 'getattr' is not allowed"),
        ("setattr(print, 'a', 1)", "Call to 'setattr' is not allowed"),
        ("delattr(print, 'a')", "Call to 'delattr' is not allowed"),
        ("().__class__", "Access to '__class__' attribute is not allowed"),
        ("x = print.__globals__", "Access to '__globals__' attribute is not allowed"),
        ("(lambda: 1).__code__", "Access to '__code__' attribute is not allowed"),
        ("int.__bases__", "Access to '__bases__' attribute is not allowed"),
        ("object.__subclasses__()", "Access to '__subclasses__' attribute is not allowed"),
        ("def f():\n    if 1:\n        import os\n", "Import of 'os' is not allowed"),
        ("# coding: utf-7\nimport os", "Import of 'os' is not allowed"),
        ("import ｏｓ", "Import of 'os' is not allowed"),
        ("print(1)\nimport json\nimport marshal", "Import of 'marshal' is not allowed"),
    ]

    def test_refusals(self):
        for code, reason in self.REFUSED:
            with self.subTest(code=code):
                result = self.server.result(code)
                place = result.pop("refusal")
                self.assertGreaterEqual(place["line"], 1)
                self.assertGreaterEqual(place["column"], 1)
                self.assertEqual(result, {
                    "status": "error", "stdout": "",
                    "stderr": f"Security validation failed: {reason}", "execution_time": 0.0,
                    "memory_used": None, "error": reason})

    def test_the_first_thing_wrong_is_named(self):
        self.assertEqual(self.server.result("eval('1')\nimport os")["error"],
                         "Call to 'eval' is not allowed")

    def test_what_the_list_allows(self):
        names = ("math cmath decimal fractions random statistics itertools functools operator "
                 "collections heapq bisect array datetime calendar copy pprint re string textwrap "
                 "unicodedata json csv time uuid hashlib typing dataclasses enum io").split()
        code = "".join(f"import {name}\n" for name in names) + "print('all')"
        self.assertEqual(self.prints(code), "all\n")
        self.assertEqual(self.prints("from collections.abc import Iterable\nprint(Iterable)"),
                         "<class 'collections.abc.Iterable'>\n")

    def test_words_in_text_are_no_imports(self):
        self.assertEqual(self.prints("# import os\nprint('import os; eval(1)')"),
                         "import os; eval(1)\n")


class OpenPolicy(unittest.TestCase):
    def test_the_operator_may_open_it(self):
        server = Server("--policy", "open")
        self.addCleanup(server.stop)
        result = server.result("import os, sys\nprint(eval('1 + 1'), os.getpid(), sys.argv)")
        self.assertEqual((result["status"], result["stdout"]), ("success", "2 1 ['main.py']\n"))

    def test_nobody_may_open_a_policy_that_does_not_exist(self):
        with self.assertRaisesRegex(AssertionError, "policy: there is no"):
            Server("--policy", "none")


if __name__ == "__main__":
    unittest.main()
