"""What is sent: programs, what right answers to them contain, and their files."""

import hashlib
import json
import os

# name: (source, what a right answer prints)
PROGRAMS = {
    "hello": ('print("hello")\n', "hello\n"),
    "numpy": (
        "import numpy as np\nprint(int(np.arange(12).reshape(3, 4).sum(axis=0).max()))\n",
        "21\n",
    ),
    "pandas": (
        'import pandas as pd\nprint(pd.DataFrame({"a": [1, 2, 3, 6]})["a"].mean())\n',
        "3.0\n",
    ),
    "sympy": (
        'import sympy as sp\nx = sp.symbols("x")\nprint(sp.expand((x + 1) ** 3))\n',
        "x**3 + 3*x**2 + 3*x + 1\n",
    ),
    "whole stack": (
        "import numpy as np\nimport pandas as pd\nimport sympy as sp\n"
        "import matplotlib.pyplot as plt\nfrom scipy import stats\n"
        "from sklearn.linear_model import LinearRegression\n"
        'print("all there")\n',
        "all there\n",
    ),
}

MAIN = "def main():\n    return sum(i * i for i in range(100))\n"

# One honest block after the other, 1,000 lines in all.
BLOCK = """
def area{0}(width, height=2.0, *, scale=1):
    total = 0.0
    for step in range(int(width)):
        total += step * height / (scale + 1)
    values = [math.sqrt(x) for x in range(10) if x % 2 == 0]
    if total > 10 and values:
        return {{"total": round(total, 3), "first": values[0], "name": f"{{total:.2f}}"}}
    return {{"total": total}}

"""
LONG = "def main():\n    return 1\n\nimport math\n" + "".join(BLOCK.format(i) for i in range(99))
LONG += "counter = 0\n" * (1000 - LONG.count("\n"))


class Request:
    """A POST: its path and body, and what tells a right answer's body."""

    def __init__(self, path, body, expect, answer_bytes=0):
        self.path, self.body = path, body
        self.expect, self.answer_bytes = expect, answer_bytes


def run(source, prints, **options):
    """`source` by /run."""
    return Request("/run", {"code": source, **options}, '"stdout":' + json.dumps(prints))


REQUESTS = {
    **{name: run(source, prints) for name, (source, prints) in PROGRAMS.items()},
    "a value, printed":
        Request("/run", {"code": MAIN + "print(main())\n"}, '"stdout":"328350'),
    "a value, returned by main()":
        Request("/cloudrun/execute", {"script": MAIN}, '"result":328350'),
    "1,000 lines, checked": Request("/run", {"code": LONG}, '"status":"success"'),
    "1,000 lines, unchecked": Request("/cloudrun/execute", {"script": LONG}, '"result":1'),
}


class Files:
    """The programs and requests as files of a scratch folder."""

    def __init__(self, scratch):
        self.scratch = scratch
        for name, (source, _) in PROGRAMS.items():
            with open(self.program(name), "w") as file:
                file.write(source)

    def program(self, name):
        return os.path.join(self.scratch, "program_" + name.replace(" ", "_") + ".py")

    def body(self, request):
        """A file with the request's JSON."""
        text = json.dumps(request.body)
        name = hashlib.sha256(text.encode()).hexdigest()[:16] + ".json"
        path = os.path.join(self.scratch, name)
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write(text)
        return path
