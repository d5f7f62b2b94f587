"""The code executor API from Python: programs with an id of your own, and their exit codes.

    python3 examples/code_executor.py [http://localhost:8000]
"""

import json
import sys
import urllib.error
import urllib.request

BASE = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000"

PROGRAMS = [
    {"code": "print('Hello, World!')", "execution_id": "hello"},
    {"code": "import pandas as pd\nprint(pd.DataFrame({'A': [1, 2, 3]}).mean())",
     "execution_id": "pandas", "timeout": 60, "max_memory_mb": 2048},
    {"code": "import sys\nprint('half done')\nsys.exit(3)", "execution_id": "exit-code"},
    {"code": "import tensorflow", "execution_id": "missing-module"},
    {"code": "import os; os.system('ls')", "execution_id": "unsafe"},
    {"code": "while True: pass", "execution_id": "too-long", "timeout": 1},
]


def execute(program):
    """The answer to POST /code-executor/execute; None if the code is unsafe."""
    request = urllib.request.Request(f"{BASE}/code-executor/execute",
                                     json.dumps({"language": "python", **program}).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=630) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        if error.code != 400:
            raise
        return None


def main():
    for program in PROGRAMS:
        answer = execute(program)
        if answer is None:
            print(f"--- {program['execution_id']}: unsafe code, not run")
            continue
        print(f"--- {answer['execution_id']}: {answer['status']}, exit code "
              f"{answer['exit_code']}, {answer['execution_time']} s")
        print(answer["stdout"], end="")
        print(answer["stderr"].rstrip(), end="\n" if answer["stderr"] else "")


if __name__ == "__main__":
    try:
        main()
    except urllib.error.HTTPError as error:  # 422: the request is wrong; 503: try again later
        sys.exit(f"{BASE} answers {error.code}: {error.read().decode(errors='replace')}")
    except (OSError, ValueError) as error:  # no connection; no URL
        sys.exit(f"cannot reach {BASE}: {getattr(error, 'reason', error)}")
