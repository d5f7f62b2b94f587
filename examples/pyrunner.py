"""The PyRunner API from Python: programs whose output comes back.

    python3 examples/pyrunner.py [http://localhost:8000]
"""

import json
import sys
import urllib.error
import urllib.request

BASE = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000"

PROGRAMS = {
    "Data frames": {"code": """
import pandas as pd
sales = pd.DataFrame({"city": ["Bern", "Bonn", "Bern"], "amount": [3, 5, 4]})
print(sales.groupby("city")["amount"].sum())
"""},
    "Symbols": {"code": """
from sympy import Symbol, solve
x = Symbol("x")
print(solve(x**2 - 4*x + 3, x))
"""},
    "An exception": {"code": "print('before')\nprint(1 / 0)"},
    "A refusal": {"code": "import os\nprint(os.listdir('/'))"},
    "Too long": {"code": "print('so far')\nwhile True: pass", "timeout": 1},
}


def run(program):
    """The answer to POST /run."""
    request = urllib.request.Request(f"{BASE}/run", json.dumps(program).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=330) as response:
        return json.load(response)


def main():
    for name, program in PROGRAMS.items():
        answer = run(program)
        print(f"--- {name}: {answer['status']} in {answer['execution_time']} s, "
              f"{answer['memory_used'] or 0} MB")
        print(answer["stdout"], end="")
        print(answer["stderr"].rstrip(), end="\n" if answer["stderr"] else "")
        if answer["error"]:
            print("error:", answer["error"])
        if "refusal" in answer:
            print("at: line {line}, column {column}".format(**answer["refusal"]))


if __name__ == "__main__":
    try:
        main()
    except urllib.error.HTTPError as error:  # 422: the request is wrong; 503: try again later
        sys.exit(f"{BASE} answers {error.code}: {error.read().decode(errors='replace')}")
    except (OSError, ValueError) as error:  # no connection; no URL
        sys.exit(f"cannot reach {BASE}: {getattr(error, 'reason', error)}")
