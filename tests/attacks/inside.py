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


class Inside(Level, unittest.TestCase):
    place = Here
    test_shared_attacks = None


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=0)
