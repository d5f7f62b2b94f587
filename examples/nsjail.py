"""The nsjail main-script API from Python: what main() returns comes back as JSON.

    python3 examples/nsjail.py [http://localhost:8000]
"""

import json
import sys
import urllib.error
import urllib.request

BASE = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000"

SCRIPTS = {
    "A result": """
def main():
    return {"sum": 10 + 20, "product": 10 * 20}
""",
    "A data frame": """
def main():
    import pandas as pd
    df = pd.DataFrame({"A": [1, 2, 3], "B": [4, 5, 6]})
    return {"mean_A": float(df["A"].mean()), "sum_B": float(df["B"].sum())}
""",
    "No main()": "def some_function():\n    return 1\n",
    "No JSON": "def main():\n    return {1, 2, 3}\n",
    "An exception": "def main():\n    print(\"before\")\n    return 1 / 0\n",
    "A refusal": "import os\n\ndef main():\n    return os.getcwd()\n",
    "Too much memory": "def main():\n    return list(range(100_000_000))\n",
}


def execute(script):
    """The answer to POST /nsjail/execute; one of status 400 looks like any other."""
    request = urllib.request.Request(f"{BASE}/nsjail/execute",
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
