"""Six programs for the PyRunner API, one for each way in which it can answer.

    python3 examples/test_api.py [http://localhost:8000]
"""

import json
import sys
import time
import urllib.error
import urllib.request

BASE = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000"
API_URL = f"{BASE}/run"

test_cases = [
    {
        "name": "Basic Math",
        "code": """
import math
print(f"Pi: {math.pi}")
print(f"Square root of 16: {math.sqrt(16)}")
print(f"2^10: {2**10}")
""",
        "expect": "success",
    },
    {
        "name": "SymPy Example",
        "code": """
from sympy import symbols, expand, factor
x, y = symbols('x y')
expr = (x + y)**3
print(f"Expression: {expr}")
print(f"Expanded: {expand(expr)}")
print(f"Factored: {factor(x**3 - y**3)}")
""",
        "expect": "success",
    },
    {
        "name": "NumPy Array Operations",
        "code": """
import numpy as np
arr = np.array([1, 2, 3, 4, 5])
print(f"Array: {arr}")
print(f"Mean: {arr.mean()}")
print(f"Standard deviation: {arr.std()}")
print(f"Cumulative sum: {arr.cumsum()}")
""",
        "expect": "success",
    },
    {
        "name": "Error Handling",
        "code": """
# This will cause an error
print(1 / 0)
""",
        "expect": "error",
    },
    {
        "name": "Timeout Test",
        "code": """
import time
print("Starting long computation...")
time.sleep(35)  # This will timeout
print("This won't be printed")
""",
        "timeout": 2,
        "expect": "timeout",
    },
    {
        "name": "Memory Test",
        "code": """
# Try to allocate large array
import numpy as np
print("Allocating memory...")
arr = np.zeros((1000, 1000, 100))  # ~800MB
print(f"Array shape: {arr.shape}")
""",
        "memory_limit": 256,
        "expect": "memory_exceeded",
    },
]


def post(payload):
    request = urllib.request.Request(API_URL, json.dumps(payload).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=330) as response:
        return json.load(response)


def test_api():
    """Runs them all; how many ended otherwise than expected."""
    surprises = 0
    for test in test_cases:
        print(f"\n{'=' * 50}\nTest: {test['name']}\n{'=' * 50}")
        payload = {
            "code": test["code"],
            "timeout": test.get("timeout", 30),
            "memory_limit": test.get("memory_limit", 512),
        }
        start = time.monotonic()
        result = post(payload)
        elapsed = time.monotonic() - start

        expected = result["status"] == test["expect"]
        surprises += not expected
        print(f"Status: {result['status']}" + ("" if expected else f" (not {test['expect']})"))
        print(f"Execution time: {result['execution_time']}s")
        print(f"API call time: {elapsed:.3f}s")
        if result["memory_used"]:
            print(f"Memory used: {result['memory_used']}MB")
        if result["stdout"]:
            print(f"\nOutput:\n{result['stdout']}")
        if result["stderr"]:
            print(f"\nErrors:\n{result['stderr']}")
    print(f"\n{len(test_cases) - surprises} of {len(test_cases)} ended as expected")
    return surprises


if __name__ == "__main__":
    print(f"Testing the PyRunner API at {BASE} ...")
    try:
        if sys.stdin.isatty():
            input("Press Enter to start tests...")
        sys.exit(1 if test_api() else 0)
    except urllib.error.HTTPError as error:
        sys.exit(f"{BASE} answers {error.code}: {error.read().decode(errors='replace')}")
    except (OSError, ValueError) as error:
        sys.exit(f"cannot reach {BASE}: {getattr(error, 'reason', error)}")
