"""A program's own time in an interpreter that has run it before: `python3 warm.py FILE COUNT`.

Prints the milliseconds of COUNT runs, as a JSON list; compiling is part of each. A wrong answer
shows: what the first run printed goes to stderr, and all others must print the same.
"""

import contextlib
import io
import json
import sys
import time


def run(source):
    """(milliseconds, output) in a fresh namespace."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        start = time.perf_counter()
        exec(compile(source, "main.py", "exec"), {"__name__": "__main__"})
        elapsed = (time.perf_counter() - start) * 1000
    return elapsed, output.getvalue()


def main():
    with open(sys.argv[1]) as file:
        source = file.read()
    first = run(source)[1]
    sys.stderr.write(first)
    runs = [run(source) for _ in range(int(sys.argv[2]))]
    if any(output != first for _, output in runs):
        sys.exit("warm.py: it prints something else each time")
    print(json.dumps([elapsed for elapsed, _ in runs]))


if __name__ == "__main__":
    main()
