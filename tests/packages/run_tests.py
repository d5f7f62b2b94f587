"""What runs on both sides, outside with python3 and inside as a program: some of the test modules
of Debian's packages. The last line that it prints has each test's outcome, packed.

Its first line is set by compare.py: MODULES = [paths below dist-packages].
"""

import base64
import json
import os
import re
import sys
import time
import zlib

PACKAGES = "/usr/lib/python3/dist-packages"


class Outcomes:
    """A pytest plugin: {test: [outcome, the last line of why]}."""

    def __init__(self):
        self.of = {}

    def pytest_runtest_logreport(self, report):
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "xpassed"
        if report.when == "call" or outcome != "passed":
            self.note(report, outcome)

    def pytest_collectreport(self, report):
        if not report.passed:
            self.note(report, report.outcome)

    def note(self, report, outcome):
        # Addresses stand in the names of some parametrised tests.
        name = re.sub(r"0x[0-9a-f]{6,}", "0x", report.nodeid)
        lines = str(report.longrepr).strip().splitlines() if outcome != "passed" else []
        why = lines[-1] if lines else ""
        if self.of.get(name, ["passed"])[0] == "passed":
            self.of[name] = [outcome, why[:300]]


def main():
    os.environ.setdefault("MPLBACKEND", "agg")
    sys.dont_write_bytecode = True
    import pytest
    outcomes = Outcomes()
    start = time.monotonic()
    code = pytest.main(
        ["-c", os.devnull, "--rootdir", PACKAGES, "-p", "no:cacheprovider", "-qq", "--no-header",
         "--tb=line", "-rN", "--hypothesis-seed=0", "--continue-on-collection-errors",
         *(f"{PACKAGES}/{module}" for module in MODULES)],  # noqa: F821
        plugins=[outcomes])
    packed = zlib.compress(json.dumps({"code": int(code), "outcomes": outcomes.of,
                                       "seconds": time.monotonic() - start}).encode(), 9)
    print("\n" + base64.b64encode(packed).decode())


main()
