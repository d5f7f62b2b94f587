"""Two thousand programs, a third of them hostile: afterwards everything is as it was before."""

import pathlib
import os
import random
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.crowd import crowd, run_request  # noqa: E402
from support.server import SANITIZED, Server, until  # noqa: E402

RUNS = 2000
READY = 4  # sandboxes of each zygote

FRIENDLY = [
    ("print(sum(range(1000)))", {}, "success"),
    ("import json\nprint(json.dumps({'a': [1, 2, 3]}))", {}, "success"),
    ("open('f', 'wb').write(bytes(1 << 20))\nprint('written')", {}, "success"),
    ("import threading\nt = threading.Thread(target=print, args=('t',))\nt.start()", {}, "success"),
    ("print('x' * 100_000)", {}, "success"),
    ("1 / 0", {}, "error"),
    ("import numpy as np\nprint(np.arange(10).sum())", {}, "success"),
]
HOSTILE = [
    ("import ctypes\nctypes.string_at(0)", {}, "error"),
    ("import os\nos.abort()", {}, "error"),
    ("x = []\nwhile True: x.append(bytearray(1 << 20))", {"memory_limit": 64}, "memory_exceeded"),
    ("import os\nos.closerange(0, 99)\nos._exit(3)", {}, "error"),
    ("import os\nwhile True: os.write(1, b'x' * 65536)", {}, "error"),
    ("import os\nfor fd in range(3, 9):\n    try: os.write(fd, os.urandom(999))\n"
     "    except OSError: pass\nos._exit(9)", {}, "error"),
    ("import os\ni = 0\nwhile True:\n    os.mkdir(str(i))\n    i += 1", {}, "error"),
    ("import threading\nwhile True:\n    threading.Thread(target=threading.Event().wait, "
     "daemon=True).start()", {}, "error"),
]
# These take a second each.
SLOW = [
    ("while True: pass", {"timeout": 1}, "timeout"),
    ("import time\ntime.sleep(60)", {"timeout": 1}, "timeout"),
]




class Endurance(unittest.TestCase):
    def census(self, server):
        (tree,) = {tuple(kernel.groups_in(tree)) for tree in kernel.cgroups(server.pid)}
        return {
            "children": len(kernel.children(server.pid)), "groups": tree,
            "trees": kernel.cgroups(server.pid), "mounts": kernel.mounts(),
            "threads": kernel.status(server.pid, "Threads"),
        }

    def batch(self, server, chosen, count):
        """Runs so many programs; the number of answers that are not what they should be."""
        requests, expected = [], []
        for _ in range(count):
            dice = chosen.random()
            pool = FRIENDLY if dice < 0.67 else SLOW if dice > 0.985 else HOSTILE
            program, fields, status = chosen.choice(pool)
            requests.append(run_request(program, **{"timeout": 20, **fields}))
            expected.append((program, status))
        wrong = []
        for client, (program, status) in zip(crowd(server.port, requests, 300, at_once=16),
                                             expected, strict=True):
            answer = client.answer
            if client.error or answer.status != 200 or answer.json["status"] != status:
                wrong.append((program, client.error, answer))
        # Some leave before their answer.
        for program in ("while True: pass", "import time\ntime.sleep(9)", "print('x' * 10**6)"):
            for _ in range(3):
                with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
                    connection.sendall(run_request(program))
        return wrong

    def test_nothing_is_left_of_two_thousand_programs(self):
        server = Server("--policy", "open", "--ready-sandboxes", str(READY), "--max-running", "8",
                        "--queue-time", "60", "--scratch-files", "200", "--zygote-runs", "400",
                        "--output-stop-kb", "2048", warm=True)
        self.addCleanup(server.kill)
        seed = int(os.environ.get("PYRUNNER_TEST_SEED", time.time()))
        chosen = random.Random(seed)
        temporary = sorted(os.listdir("/tmp"))
        self.assertEqual(self.batch(server, chosen, 100), [], f"seed {seed}")
        self.settle(server)
        before = self.census(server)
        descriptors, memory = kernel.descriptors(server.pid), kernel.rss_mb(server.pid)
        start = time.monotonic()
        self.assertEqual(self.batch(server, chosen, RUNS - 100), [], f"seed {seed}")
        print(f"{RUNS - 100} programs in {time.monotonic() - start:.1f} s", file=sys.stderr)
        self.settle(server)
        self.assertEqual(self.census(server), before)
        self.assertLessEqual(kernel.descriptors(server.pid), descriptors + 2)
        if not SANITIZED:
            self.assertLess(kernel.rss_mb(server.pid) - memory, 10)
        self.assertLessEqual({name for name in os.listdir("/tmp") if "pyrunner" in name
                              and not name.startswith("pyrunner-test")}, set(temporary))
        recorded = kernel.processes(server.pid)
        self.assertEqual(server.stop(), 0)
        until(lambda: not kernel.survivors(recorded), 5, "no process left")
        self.assertEqual(kernel.cgroups(server.pid), [])

    def settle(self, server):
        """Waits until no client is connected, no zygote is being renewed, the pools are full."""
        def settled():
            count = kernel.descriptors(server.pid)
            time.sleep(0.3)
            ready = len(kernel.sandboxes(server.pid))
            if ready > 2 * READY:
                # Those that a burst of clients made necessary wait for the next programs.
                server.run("print(1)")
                server.run("import numpy")
            return (ready == 2 * READY and len(kernel.zygotes(server.pid)) == 2
                    and count == kernel.descriptors(server.pid))
        try:
            until(settled, 30, "at rest")
        except AssertionError:
            sandboxes = [(pid, kernel.zygote_kind(pid), kernel.stat(pid))
                         for pid in kernel.sandboxes(server.pid)]
            self.fail(f"not at rest: {kernel.descriptors(server.pid)} descriptors, "
                      f"sandboxes {sandboxes}, zygotes {kernel.zygotes(server.pid)}\n"
                      f"{server.log()[-3000:]}")


if __name__ == "__main__":
    unittest.main()
