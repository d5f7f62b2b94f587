"""The pages in Chromium, with a real service behind them. Each scenario of playground.mjs and docs.mjs
is a test; see harness.mjs for what all of them watch."""

import json
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[0]))
from support.server import ServerTest  # noqa: E402

SECONDS = 120
TRIES = 3
# Chromium gives up its connections whenever somebody on the machine adds a network interface.
OF_THE_MACHINE = "ERR_NETWORK_CHANGED"


def node(file, *words):
    done = subprocess.run(["node", str(HERE / file), *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"node {file}: {done.stderr}")
    return json.loads(done.stdout)


class Browser(ServerTest):
    file = None
    warm = True

    def run_scenario(self, name):
        for attempt in range(TRIES):
            failure = node(self.file, name, f"http://localhost:{self.server.port}").get("failure")
            if failure is None or OF_THE_MACHINE not in failure or attempt == TRIES - 1:
                break
            print(f"{name}: once more after {OF_THE_MACHINE}", file=sys.stderr)
        if failure is not None:
            self.fail(failure)


class Playground(Browser):
    file = "playground.mjs"


class Docs(Browser):
    file = "docs.mjs"


def add_tests(suite):
    def make(name):
        return lambda self: self.run_scenario(name)
    for name in node(suite.file, "--list"):
        setattr(suite, f"test_{name}", make(name))


for suite in (Playground, Docs):
    add_tests(suite)
del Browser, suite


if __name__ == "__main__":
    unittest.main()
