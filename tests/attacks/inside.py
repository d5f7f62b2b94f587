"""The suite's own attacks where this process is, whatever level that has: test_attacks.py runs this
inside of a container, whose files, processes and sockets are the host then.

    python3 -B tests/attacks/inside.py LEVEL
"""

import json
import pathlib
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import places  # noqa: E402
from test_attacks import Level  # noqa: E402

EXPECTED = sys.argv[1] if len(sys.argv) > 1 else "container"


class Here(places.Host):
    level = f"{EXPECTED}, in a container"
    kind = EXPECTED

    def launch(self, environment):
        server = places.Server(*places.FLAGS, env=environment, warm=True)
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/v1/sandbox") as answer:
            found = json.load(answer)["level"]
        assert found == EXPECTED, f"the level is {found}, and not {EXPECTED}"
        return server


    def log(self):
        # Now and then gVisor kills a fork that is being prepared, before it has a program. It is
        # replaced; nobody waits longer than for another one.
        killed = "a sandbox failed: it was killed by signal 9"
        lines = super().log().splitlines(keepends=True)
        return "".join(line for line in lines if EXPECTED != "gvisor" or killed not in line)

    def left_behind(self):
        # gVisor has none of the tables that tell of System V objects and sockets; it ends with the suite.
        if EXPECTED == "gvisor":
            return [f"file {path}" for path in self.files() - self.files_before]
        return super().left_behind()


class Inside(Level, unittest.TestCase):
    place = Here
    test_shared_attacks = None
    if EXPECTED == "gvisor":
        left_out = {"out_traceback": "printing thousands of lines takes longer than the program may",
                    "res_both_outputs": "two full streams take more processor time than it may have"}


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=0)
