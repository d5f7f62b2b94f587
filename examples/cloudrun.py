"""The Cloud Run main-script API from Python: what main() returns comes back as JSON.

    python3 examples/cloudrun.py [http://localhost:8000]
"""

import json
import sys
import urllib.error
import urllib.request

BASE = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000"

SCRIPTS = {
    "A result and output": """
def main():
    print("Starting calculation...")
    answer = 10 * 5
    print(f"Result is {answer}")
    return {"answer": answer}
""",
    "NumPy": """
import numpy as np

def main():
    values = np.array([1, 2, 3, 4, 5])
    return {"sum": int(values.sum()), "mean": float(values.mean())}
""",
    "No import is refused": "import os\n\ndef main():\n    return os.getcwd()\n",
    "The sandbox protects": """
import subprocess

def main():
    return subprocess.run(["ls"]).returncode
""",
    "No main()": "def other_function():\n    return 42\n",
    "No JSON": "class MyClass:\n    pass\n\ndef main():\n    return MyClass()\n",
    "A syntax error": "def main():\n    return {invalid syntax here}\n",
}


def execute(script):
    """The answer to POST /cloudrun/execute; one of status 400 looks like any other."""
    request = urllib.request.Request(f"{BASE}/cloudrun/execute",
                                     json.dumps({"script": script}).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        if error.code != 400:
            raise
        return json.load(error)


def main():
    for name, script in SCRIPTS.items():
        answer = execute(script)
        print(f"--- {name}")
        if answer["stdout"]:
            print(answer["stdout"])
        if "error" in answer:
            print("error:", answer["error"])
        else:
            print("result:", json.dumps(answer["result"]))


if __name__ == "__main__":
    try:
        main()
    except urllib.error.HTTPError as error:  # 503: try again later
        sys.exit(f"{BASE} answers {error.code}: {error.read().decode(errors='replace')}")
    except (OSError, ValueError) as error:  # no connection; no URL
        sys.exit(f"cannot reach {BASE}: {getattr(error, 'reason', error)}")
