"""Every example of the documents that the APIs come from, word for word, with its answer.

Where the documents contradict themselves, the answer is the one that the project has settled on:
`stdout` never repeats the result, what is wrong before running is 400.
"""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import PATIENCE, ServerTest  # noqa: E402

JSON = {"Content-Type": "application/json"}


class PyRunner(ServerTest):
    """The documents of PyRunner."""

    warm = True
    PATHS = ("/run", "/pyrunner/run")
    FIELDS = {"status", "stdout", "stderr", "execution_time", "memory_used", "error"}

    # Name, the request as it is sent, and a pattern for all of the output.
    SUCCEED = [
        ("first command", r'''{"code": "print(\"Hello, PyRunner!\")"}''',
         r"Hello, PyRunner!\n"),
        ("request body", r'''{
  "code": "print('Hello, World!')",
  "timeout": 30,
  "memory_limit": 512
}''', r"Hello, World!\n"),
        ("sympy from curl", r'''{"code": "import sympy\nprint(sympy.pi)"}''', r"pi\n"),
        ("basic mathematics", {
            "code": """
import math
result = math.sqrt(16) + math.pi
print(f'Result: {result}')
""",
            "timeout": 10
        }, r"Result: 7\.141592653589793\n"),
        ("scientific computing", {
            "code": """
import numpy as np
import pandas as pd

# Create data
data = np.random.randn(100)
df = pd.DataFrame({'values': data})

# Calculate statistics
print(f'Mean: {df.values.mean():.3f}')
print(f'Std: {df.values.std():.3f}')
print(f'Count: {len(df)}')
""",
            "memory_limit": 256
        }, r"Mean: -?\d\.\d{3}\nStd: \d\.\d{3}\nCount: 100\n"),
        ("symbolic mathematics", {
            "code": """
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
""",
            "timeout": 15
        }, r"Solutions: \[1, 3\]\nDerivative: 3\*x\*\*2 - 4\*x \+ 1\n"),
        ("using scientific libraries", {
            "code": """
import sympy as sp
x = sp.Symbol('x')
equation = x**2 - 4
solutions = sp.solve(equation, x)
print(f"Solutions: {solutions}")
"""
        }, r"Solutions: \[-2, 2\]\n"),
        ("Basic Math", {
            "code": """
import math
print(f"Pi: {math.pi}")
print(f"Square root of 16: {math.sqrt(16)}")
print(f"2^10: {2**10}")
""",
            "timeout": 30, "memory_limit": 512
        }, r"Pi: 3\.141592653589793\nSquare root of 16: 4\.0\n2\^10: 1024\n"),
        ("SymPy Example", {
            "code": """
from sympy import symbols, expand, factor
x, y = symbols('x y')
expr = (x + y)**3
print(f"Expression: {expr}")
print(f"Expanded: {expand(expr)}")
print(f"Factored: {factor(x**3 - y**3)}")
""",
            "timeout": 30, "memory_limit": 512
        }, r"Expression: \(x \+ y\)\*\*3\n"
           r"Expanded: x\*\*3 \+ 3\*x\*\*2\*y \+ 3\*x\*y\*\*2 \+ y\*\*3\n"
           r"Factored: \(x - y\)\*\(x\*\*2 \+ x\*y \+ y\*\*2\)\n"),
        ("NumPy Array Operations", {
            "code": """
import numpy as np
arr = np.array([1, 2, 3, 4, 5])
print(f"Array: {arr}")
print(f"Mean: {arr.mean()}")
print(f"Standard deviation: {arr.std()}")
print(f"Cumulative sum: {arr.cumsum()}")
""",
            "timeout": 30, "memory_limit": 512
        }, r"Array: \[1 2 3 4 5\]\nMean: 3\.0\nStandard deviation: 1\.4142135623730951\n"
           r"Cumulative sum: \[ 1  3  6 10 15\]\n"),
    ]

    # Name, request; then what is to come: status, stdout, a pattern for all of stderr, error.
    FAIL = [
        ("error response", {"code": "undefined"},
         "error", "", r"Traceback .*\nNameError: name 'undefined' is not defined\n",
         "NameError on line 1"),
        ("Error Handling", {
            "code": """
# This will cause an error
print(1 / 0)
""",
            "timeout": 30, "memory_limit": 512
        }, "error", "", r"Traceback .*\nZeroDivisionError: division by zero\n",
         "ZeroDivisionError on line 3"),
        ("Timeout Test", {
            "code": """
import time
print("Starting long computation...")
time.sleep(35)  # This will timeout
print("This won't be printed")
""",
            "timeout": 2, "memory_limit": 512
        }, "timeout", "Starting long computation...\n", "Execution timed out after 2 seconds",
         None),
        ("Memory Test", {
            "code": """
# Try to allocate large array
import numpy as np
print("Allocating memory...")
arr = np.zeros((1000, 1000, 100))  # ~800MB
print(f"Array shape: {arr.shape}")
""",
            "timeout": 30, "memory_limit": 256
        }, "memory_exceeded", "Allocating memory...\n", r"(.*\n)?Memory limit exceeded",
         None),
    ]

    def send(self, path, body):
        answer = self.server.request("POST", path, body if isinstance(body, str)
                                     else json.dumps(body), JSON)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertLessEqual(self.FIELDS, set(answer.json))
        return answer.json

    def test_programs_that_succeed(self):
        for name, body, stdout in self.SUCCEED:
            for path in self.PATHS:
                with self.subTest(example=name, path=path):
                    result = self.send(path, body)
                    self.assertEqual(set(result), self.FIELDS)
                    self.assertEqual((result["status"], result["stderr"], result["error"]),
                                     ("success", "", None))
                    self.assertRegex(result["stdout"], rf"\A{stdout}\Z")
                    self.assertIsInstance(result["execution_time"], float)
                    self.assertIsInstance(result["memory_used"], float)
                    self.assertGreater(result["memory_used"], 0)

    def test_programs_that_fail(self):
        for name, body, status, stdout, stderr, error in self.FAIL:
            for path in self.PATHS:
                with self.subTest(example=name, path=path):
                    result = self.send(path, body)
                    self.assertEqual((result["status"], result["stdout"], result["error"]),
                                     (status, stdout, error))
                    self.assertRegex(result["stderr"], rf"(?s)\A{stderr}\Z")
                    self.assertIsInstance(result["execution_time"], float)
                    if status == "timeout":
                        self.assertEqual(result["execution_time"], body["timeout"])

    def test_health_check(self):
        for path in ("/", "/pyrunner", "/pyrunner/"):
            with self.subTest(path=path):
                answer = self.server.request("GET", path)
                self.assertEqual((answer.status, answer.json), (200, {
                    "service": "PyRunner",
                    "status": "healthy",
                    "version": "1.0.0",
                    "capabilities": {
                        "max_timeout": 300,
                        "max_memory_mb": 2048,
                        "libraries": ["sympy", "numpy", "pandas", "matplotlib", "scipy", "sklearn"]
                    }
                }))

    def test_what_the_documents_call_blocked(self):
        for code in ("import os", "import subprocess", "open('f')", "import socket",
                     "import urllib.request", "import httplib", "import requests", "eval('1')",
                     "exec('1')", "compile('1', 'f', 'eval')", "__import__('os')",
                     "print.__globals__", "print.__code__", "print.__class__"):
            with self.subTest(code=code):
                result = self.send("/run", {"code": code})
                self.assertEqual((result["status"], result["stdout"]), ("error", ""))
                self.assertTrue(result["error"])
                self.assertEqual(result["stderr"],
                                 f"Security validation failed: {result['error']}")

    def test_what_the_documents_call_allowed(self):
        code = "".join(f"import {name}\n" for name in (
            "math cmath decimal fractions statistics numpy pandas collections itertools functools "
            "sympy scipy matplotlib sklearn datetime json csv re random").split())
        self.assertEqual(self.send("/run", {"code": code + "print('all')"})["stdout"], "all\n")


class CodeExecutor(ServerTest):
    """The documents of the code executor: the bodies are those of its curl commands."""

    warm = True
    PATHS = ("/execute", "/code-executor/execute")
    FIELDS = {"execution_id", "status", "stdout", "stderr", "execution_time", "exit_code"}

    # Name, body, stdout, stderr, exit code.
    EXAMPLES = [
        ("hello", r'''{"code": "print(\"Hello, World!\")", "language": "python"}''',
         "Hello, World!\n", "", 0),
        ("simple script", r'''{"code": "print(\"Test\")", "language": "python"}''',
         "Test\n", "", 0),
        ("complex script with imports", r'''{"code": "import pandas as pd; df = pd.DataFrame({'''
         r'''\"A\": [1, 2, 3]}); print(df.mean())", "language": "python", "timeout": 60, '''
         r'''"max_memory_mb": 2048}''', "A    2.0\ndtype: float64\n", "", 0),
        ("uninstalled module",
         r'''{"code": "import tensorflow; print(\"Hi\")", "language": "python"}''', "",
         "ImportError: No module named 'tensorflow'\n"
         "Ensure required modules are installed and in ALLOWED_MODULES.", 1),
    ]

    def test_examples(self):
        for name, body, stdout, stderr, exit_code in self.EXAMPLES:
            for path in self.PATHS:
                with self.subTest(example=name, path=path):
                    answer = self.server.request("POST", path, body, JSON)
                    self.assertEqual(answer.status, 200, answer)
                    result = answer.json
                    self.assertEqual(set(result), self.FIELDS)
                    self.assertEqual(
                        (result["status"], result["stdout"], result["stderr"],
                         result["exit_code"]), ("completed", stdout, stderr, exit_code))
                    self.assertRegex(result["execution_id"],
                                     r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
                    self.assertIsInstance(result["execution_time"], float)

    def test_request_body_with_every_field(self):
        body = """{
  "code": "print('Hello, World!')",
  "language": "python",
  "execution_id": "optional-custom-id",
  "timeout": 60,
  "max_memory_mb": 2048
}"""
        for path in self.PATHS:
            with self.subTest(path=path):
                answer = self.server.request("POST", path, body, JSON)
                self.assertEqual(answer.status, 200, answer)
                result = answer.json
                self.assertEqual(set(result), self.FIELDS)
                self.assertEqual(result["execution_id"], "optional-custom-id")
                self.assertEqual((result["status"], result["stdout"], result["stderr"],
                                  result["exit_code"]), ("completed", "Hello, World!\n", "", 0))

    def test_unsafe_code(self):
        for path in self.PATHS:
            with self.subTest(path=path):
                answer = self.server.request(
                    "POST", path,
                    r'''{"code": "import os; os.system(\"ls\")", "language": "python"}''', JSON)
                self.assertEqual((answer.status, answer.json),
                                 (400, {"detail": "Unsafe code detected"}))

    def test_health(self):
        for path in ("/health", "/code-executor/health"):
            with self.subTest(path=path):
                answer = self.server.request("GET", path)
                self.assertEqual((answer.status, answer.json), (200, {"status": "healthy"}))


class MainScriptExamples(ServerTest):
    """What the next two have in common."""

    warm = True

    def check(self, path, body, status, expected):
        if not isinstance(body, str):
            body = json.dumps(body)
        answer = self.server.request("POST", path, body, JSON)
        self.assertEqual((answer.status, answer.json), (status, expected))


class Nsjail(MainScriptExamples):
    """The documents of the nsjail service, under its prefix and, where configured so, bare."""

    flags = ("--script-api", "nsjail")
    PATHS = ("/nsjail/execute", "/execute")

    # Name, script, HTTP status, answer.
    EXAMPLES = [
        ("Missing main() Function", """
def some_function():
    return {"data": "test"}
""", 400, {
            "error": "ERROR: No main() function found",
            "stdout": ""
        }),
        ("Non-JSON Return Value", """
def main():
    return set([1, 2, 3])  # Sets are not JSON serializable
""", 200, {
            "error": "ERROR: main() function must return JSON serializable data",
            "stdout": ""
        }),
        ("Resource Limit Test", """
def main():
    large_list = list(range(100000000))  # Tries to allocate too much memory
    return {"data": large_list}
""", 200, {
            "error": "Script execution error: Memory limit exceeded",
            "stdout": ""
        }),
        ("Basic Calculation", """
def main():
    x = 10
    y = 20
    return {"sum": x + y, "product": x * y}
""", 200, {
            "result": {
                "sum": 30,
                "product": 200
            },
            "stdout": ""
        }),
        ("Pandas DataFrame Operations", """
def main():
    import pandas as pd
    df = pd.DataFrame({
        'A': [1, 2, 3],
        'B': [4, 5, 6]
    })
    return {
        "mean_A": float(df['A'].mean()),
        "sum_B": float(df['B'].sum())
    }
""", 200, {
            "result": {
                "mean_A": 2.0,
                "sum_B": 15.0
            },
            "stdout": ""
        }),
        ("NumPy Computations", """
def main():
    import numpy as np
    arr = np.array([1, 2, 3, 4, 5])
    return {
        "mean": float(np.mean(arr)),
        "std": float(np.std(arr))
    }
""", 200, {
            "result": {
                "mean": 3.0,
                "std": 1.4142135623730951
            },
            "stdout": ""
        }),
        ("Basic JSON Return", """def main():
    return {
        "status": "success",
        "data": [1, 2, 3, 4, 5],
        "message": "Script executed successfully"
    }
""", 200, {
            "result": {
                "status": "success",
                "data": [1, 2, 3, 4, 5],
                "message": "Script executed successfully"
            },
            "stdout": ""
        }),
        ("Using Pandas and NumPy", """def main():
    import pandas as pd
    import numpy as np
    
    data = {
        'name': ['Alice', 'Bob', 'Charlie'],
        'age': [25, 30, 35],
        'score': [85, 92, 78]
    }
    
    df = pd.DataFrame(data)
    
    result = {
        'total_records': len(df),
        'average_age': float(df['age'].mean()),
        'average_score': float(df['score'].mean()),
        'highest_score': int(df['score'].max()),
        'lowest_score': int(df['score'].min())
    }
    
    return result
""", 200, {
            "result": {
                "total_records": 3,
                "average_age": 30.0,
                "average_score": 85.0,
                "highest_score": 92,
                "lowest_score": 78
            },
            "stdout": ""
        }),
    ]

    # Name, body, HTTP status, answer.
    REQUESTS = [
        ("POST /execute", r"""{
  "script": "def main():\n    return {'message': 'Hello, World!', 'number': 42}"
}""", 200, {
            "result": {
                "message": "Hello, World!",
                "number": 42
            },
            "stdout": ""  # The original repeats the result here; this service never does.
        }),
        ("test with curl", r"""{
    "script": "def main():\n    import pandas as pd\n    import numpy as np\n    data = {\"values\": np.array([1, 2, 3, 4, 5]).tolist(), \"mean\": float(np.mean([1, 2, 3, 4, 5]))}\n    return data"
  }""", 200, {"result": {"values": [1, 2, 3, 4, 5], "mean": 3.0}, "stdout": ""}),
        ("building and testing locally",
         r"""{"script": "def main():\n    return {\"test\": \"success\"}"}""", 200,
         {"result": {"test": "success"}, "stdout": ""}),
        ("invalid request format", "{}", 400, {
            "error": "Request must contain 'script' field",
            "stdout": ""
        }),
    ]

    def test_scripts(self):
        for name, script, status, expected in self.EXAMPLES:
            for path in self.PATHS:
                with self.subTest(example=name, path=path):
                    self.check(path, {"script": script}, status, expected)

    def test_requests(self):
        for name, body, status, expected in self.REQUESTS:
            for path in self.PATHS:
                with self.subTest(example=name, path=path):
                    self.check(path, body, status, expected)

    def test_mathematical_operations(self):
        script = """def main():
    import numpy as np
    
    random_data = np.random.normal(100, 15, 1000)
    
    stats = {
        'mean': float(np.mean(random_data)),
        'std': float(np.std(random_data)),
        'min': float(np.min(random_data)),
        'max': float(np.max(random_data)),
        'median': float(np.median(random_data))
    }
    
    return stats
"""
        for path in self.PATHS:
            with self.subTest(path=path):
                answer = self.server.post(path, {"script": script})
                self.assertEqual((answer.status, answer.json["stdout"]), (200, ""))
                stats = answer.json["result"]
                self.assertEqual(list(stats), ["mean", "std", "min", "max", "median"])
                self.assertAlmostEqual(stats["mean"], 100, delta=5)
                self.assertAlmostEqual(stats["std"], 15, delta=5)
                self.assertLess(stats["min"], stats["median"])
                self.assertLess(stats["median"], stats["max"])

    def test_dangerous_imports(self):
        for name in ("os", "subprocess", "sys"):
            for script in (f"import {name}\ndef main():\n    return 1",
                           f"def main():\n    import {name}\n    return 1",
                           f"from {name} import *\ndef main():\n    return 1"):
                with self.subTest(script=script):
                    answer = self.server.post("/nsjail/execute", {"script": script})
                    self.assertEqual((answer.status, answer.json["stdout"]), (400, ""))
                    self.assertIn(f"'{name}'", answer.json["error"])
                    self.assertEqual(set(answer.json), {"error", "stdout"})

    def test_health(self):
        for path in ("/health", "/nsjail/health"):
            with self.subTest(path=path):
                answer = self.server.request("GET", path)
                self.assertEqual((answer.status, answer.json), (200, {"status": "healthy"}))


class CloudRun(MainScriptExamples):
    """The documents of the Cloud Run service: the bodies are those of its curl commands."""

    PATHS = ("/cloudrun/execute", "/execute")

    # Name, body, HTTP status, answer.
    EXAMPLES = [
        ("request body", r"""{
  "script": "def main():\n    return {'message': 'Hello, World!'}"
}""", 200, {
            "result": {"message": "Hello, World!"},
            "stdout": ""
        }),
        ("Test Case 2: Basic Return Value", r"""{
    "script": "def main():\n    return {\"message\": \"Hello, World!\", \"value\": 42}"
  }""", 200, {
            "result": {
                "message": "Hello, World!",
                "value": 42
            },
            "stdout": ""
        }),
        ("Test Case 3: With Print Statements", r"""{
    "script": "def main():\n    print(\"Starting calculation...\")\n    result = 10 * 5\n    print(f\"Result is {result}\")\n    return {\"answer\": result}"
  }""", 200, {
            "result": {
                "answer": 50
            },
            "stdout": "Starting calculation...\nResult is 50"
        }),
        ("Test Case 4: Using NumPy", r"""{
    "script": "import numpy as np\n\ndef main():\n    arr = np.array([1, 2, 3, 4, 5])\n    return {\n        \"sum\": int(np.sum(arr)),\n        \"mean\": float(np.mean(arr)),\n        \"max\": int(np.max(arr))\n    }"
  }""", 200, {
            "result": {
                "sum": 15,
                "mean": 3.0,
                "max": 5
            },
            "stdout": ""
        }),
        ("Test Case 5: Using Pandas", r"""{
    "script": "import pandas as pd\n\ndef main():\n    df = pd.DataFrame({\n        \"name\": [\"Alice\", \"Bob\", \"Charlie\"],\n        \"age\": [25, 30, 35]\n    })\n    return {\n        \"rows\": len(df),\n        \"columns\": list(df.columns),\n        \"mean_age\": float(df[\"age\"].mean())\n    }"
  }""", 200, {
            "result": {
                "rows": 3,
                "columns": ["name", "age"],
                "mean_age": 30.0
            },
            "stdout": ""
        }),
        ("Test Case 6: Using Pandas and NumPy Together", r"""{
    "script": "import pandas as pd\nimport numpy as np\n\ndef main():\n    print(\"Creating dataset...\")\n    data = pd.DataFrame({\n        \"x\": np.arange(1, 11),\n        \"y\": np.arange(1, 11) ** 2\n    })\n    print(f\"Dataset has {len(data)} rows\")\n    \n    return {\n        \"x_sum\": int(data[\"x\"].sum()),\n        \"y_sum\": int(data[\"y\"].sum()),\n        \"correlation\": float(data[\"x\"].corr(data[\"y\"]))\n    }"
  }""", 200, {
            "result": {
                "x_sum": 55,
                "y_sum": 385,
                "correlation": 0.9745586280878213
            },
            "stdout": "Creating dataset...\nDataset has 10 rows"
        }),
        ("Test Case 7: Complex Calculation", r"""{
    "script": "import math\n\ndef main():\n    print(\"Calculating fibonacci...\")\n    def fib(n):\n        if n <= 1:\n            return n\n        return fib(n-1) + fib(n-2)\n    \n    result = fib(10)\n    print(f\"Fibonacci(10) = {result}\")\n    return {\"fibonacci_10\": result}"
  }""", 200, {
            "result": {
                "fibonacci_10": 55
            },
            "stdout": "Calculating fibonacci...\nFibonacci(10) = 55"
        }),
        ("Test Case 8: Missing main() Function", r"""{
    "script": "def other_function():\n    return {\"value\": 42}"
  }""", 400, {
            "error": "Script must contain a main() function",
            "stdout": ""
        }),
        ("Test Case 10: Non-Serializable Return", r"""{
    "script": "class MyClass:\n    pass\n\ndef main():\n    return MyClass()"
  }""", 200, {
            "error": "TypeError: Object of type MyClass is not JSON serializable",
            "stdout": ""
        }),
    ]

    def test_case_1_health_check(self):
        for path in ("/health", "/cloudrun/health"):
            with self.subTest(path=path):
                answer = self.server.request("GET", path)
                self.assertEqual((answer.status, answer.json), (200, {"status": "healthy"}))

    def test_cases_2_to_8_and_10(self):
        for name, body, status, expected in self.EXAMPLES:
            for path in self.PATHS:
                with self.subTest(example=name, path=path):
                    if "correlation" not in body:
                        self.check(path, body, status, expected)
                        continue
                    # The documents' number is wrong from the ninth digit on: it is the square root
                    # of 907.5**2 / (82.5 * 10510.5).
                    answer = self.server.request("POST", path, body, JSON)
                    self.assertEqual((answer.status, answer.json["stdout"]),
                                     (status, expected["stdout"]))
                    result = answer.json["result"]
                    self.assertEqual(list(result), list(expected["result"]))
                    for key, value in expected["result"].items():
                        self.assertAlmostEqual(result[key], value, places=8)
                    self.assertAlmostEqual(result["correlation"], 0.97455862891520, places=13)

    def test_case_9_syntax_error(self):
        for path in self.PATHS:
            with self.subTest(path=path):
                answer = self.server.request("POST", path, r"""{
    "script": "def main():\n    return {invalid syntax here}"
  }""", JSON)
                self.assertEqual(answer.status, 400, answer)
                self.assertEqual(set(answer.json), {"error", "stdout"})
                self.assertRegex(answer.json["error"], r"\ASyntax error in script: .+\Z")
                self.assertIn("line 2", answer.json["error"])
                self.assertEqual(answer.json["stdout"], "")

    def test_os_is_among_the_libraries(self):
        answer = self.server.post("/cloudrun/execute", {
            "script": "import pandas, numpy, os\ndef main():\n    return os.path.join('a', 'b')"})
        self.assertEqual((answer.status, answer.json), (200, {"result": "a/b", "stdout": ""}))

    def test_no_network_and_no_programs(self):
        for script in ("import socket\ndef main():\n"
                       "    socket.create_connection(('127.0.0.1', 80), 1)",
                       "import subprocess\ndef main():\n    return subprocess.run(['ls'])"):
            with self.subTest(script=script):
                answer = self.server.post("/cloudrun/execute", {"script": script})
                self.assertEqual(answer.status, 200, answer)
                self.assertRegex(answer.json["error"], r"\A\w*Error: ")
                self.assertLess(answer.seconds, 5 * PATIENCE)


del MainScriptExamples  # Not a test case of its own.

if __name__ == "__main__":
    unittest.main()
