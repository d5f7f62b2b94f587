"""The scientific packages' own tests, outside and inside of a sandbox: every test must end alike.

    python3 tests/packages/compare.py             # all of modules.py, some ten minutes
    python3 tests/packages/compare.py --quick     # what ./dev test runs
    python3 tests/packages/compare.py numpy scipy

Outside is a cold /usr/bin/python3, as nobody if it can be. Inside is POST /run of a real server
with the policy `open` and larger limits. Needs Debian's python3-pytest and python3-hypothesis.
"""

import argparse
import base64
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))
from modules import EXPECTED, MODULES, QUICK  # noqa: E402
from support.server import PYTHON, Server  # noqa: E402

PACKAGES = "/usr/lib/python3/dist-packages"
NOBODY = 65534
SECONDS = 300  # what POST /run allows
SHOWN = 50  # unexpected differences of one package
SERVER_FLAGS = ("--policy", "open", "--max-running", "2", "--ready-sandboxes", "1", "--cpus", "2",
                "--scratch-mb", "1024", "--scratch-files", "65536", "--open-files", "1024",
                "--processes", "256", "--output-kb", "8192", "--output-stop-kb", "65536")


def missing():
    """Why nothing can be compared on this machine, or None."""
    for name in ("pytest", "hypothesis"):
        if not pathlib.Path(PACKAGES, name).is_dir():
            return f"Debian's python3-{name} is not installed"
    return None


class Ended(Exception):
    """A side that ended without a report: what it said."""


def program(modules):
    return f"MODULES = {modules!r}\n" + (HERE / "run_tests.py").read_text()


def unpack(stdout, what):
    try:
        return json.loads(zlib.decompress(base64.b64decode(stdout.strip().splitlines()[-1])))
    except (IndexError, ValueError, zlib.error):
        raise Ended(f"{what}: {stdout[-2000:]}") from None


def run_outside(modules):
    with tempfile.TemporaryDirectory(prefix="pyrunner-packages-") as folder:
        identity = {}
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
            identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        # One thread of BLAS as inside, where it is one for every fork's sake.
        try:
            done = subprocess.run(
                [PYTHON, "-c", program(modules)], cwd=folder, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=2 * SECONDS, **identity,
                env={"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8",
                     "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})
        except subprocess.TimeoutExpired:
            raise Ended(f"outside: not done in {2 * SECONDS} s") from None
    return unpack(done.stdout, f"outside, exit code {done.returncode}: {done.stderr[-2000:]}")


def run_inside(server, modules):
    answer = server.post("/run", {"code": program(modules), "timeout": SECONDS,
                                  "memory_limit": 2048}, timeout=SECONDS + 60)
    if answer.status != 200:
        raise Ended(f"inside: {answer!r}")
    result = answer.json
    return unpack(result["stdout"], f"inside: {result['status']}, {result['error']}: "
                                    f"{result['stderr'][-2000:]}")


def reason_for(test):
    for pattern, reason in EXPECTED:
        if re.search(pattern, test):
            return reason
    return None


class Comparison:
    def __init__(self):
        self.outside = collections.Counter()
        self.inside = collections.Counter()
        self.same = 0
        self.expected = []    # (test, outside, inside, reason)
        self.unexpected = []  # (test, outside, inside, what the inside said)
        self.seconds = [0.0, 0.0]

    @property
    def tests(self):
        return self.same + len(self.expected) + len(self.unexpected)

    def add(self, outside, inside):
        self.seconds[0] += outside["seconds"]
        self.seconds[1] += inside["seconds"]
        for test in sorted({*outside["outcomes"], *inside["outcomes"]}):
            before, _ = outside["outcomes"].get(test, ("absent", ""))
            after, why = inside["outcomes"].get(test, ("absent", ""))
            self.outside[before] += 1
            self.inside[after] += 1
            if before == after:
                self.same += 1
            elif reason := reason_for(test):
                self.expected.append((test, before, after, reason))
            else:
                self.unexpected.append((test, before, after, why))

    def lost(self, modules, said):
        self.unexpected.append((" ".join(modules), "", "no report", said))

    def total(self, other):
        self.outside.update(other.outside)
        self.inside.update(other.inside)
        self.same += other.same
        self.expected += other.expected
        self.unexpected += other.unexpected
        self.seconds = [a + b for a, b in zip(self.seconds, other.seconds)]


def compare(server, modules):
    """Both sides of some modules of one package, at once."""
    comparison = Comparison()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        outside = pool.submit(run_outside, modules)
        inside = pool.submit(run_inside, server, modules)
        try:
            comparison.add(outside.result(), inside.result())
        except Ended as ended:
            comparison.lost(modules, str(ended))
    return comparison


def start_server():
    return Server(*SERVER_FLAGS, warm=True)


def line(name, comparison):
    def counts(counter):
        return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counter.items()))
    return (f"{name}: {comparison.tests} tests, {comparison.same} alike, "
            f"{len(comparison.expected)} expected differences, "
            f"{len(comparison.unexpected)} unexpected; outside {counts(comparison.outside)} in "
            f"{comparison.seconds[0]:.0f} s; inside {counts(comparison.inside)} in "
            f"{comparison.seconds[1]:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only what ./dev test runs")
    parser.add_argument("packages", nargs="*", help="only these packages")
    arguments = parser.parse_args()
    chosen = QUICK if arguments.quick else MODULES
    unknown = set(arguments.packages) - set(chosen)
    if unknown or missing():
        parser.error(missing() or f"no such package: {', '.join(sorted(unknown))}")
    total = Comparison()
    server = start_server()
    try:
        for package, chunks in chosen.items():
            if arguments.packages and package not in arguments.packages:
                continue
            of_package = Comparison()
            for chunk in chunks:
                of_package.total(compare(server, chunk))
            print(line(package, of_package), flush=True)
            for test, before, after, reason in of_package.expected:
                print(f"  expected: {test}: {before}, inside {after}: {reason}")
            for test, before, after, why in of_package.unexpected[:SHOWN]:
                print(f"  UNEXPECTED: {test}: {before}, inside {after}: {why}", flush=True)
            if len(of_package.unexpected) > SHOWN:
                print(f"  UNEXPECTED: {len(of_package.unexpected) - SHOWN} more")
            total.total(of_package)
    finally:
        server.stop()
    print(line("all", total))
    return 1 if total.unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
