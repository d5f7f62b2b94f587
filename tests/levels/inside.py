"""What has to hold wherever the service is started, tried where this process is: test_levels.py runs
it as root, as an ordinary user, and inside of containers.

    python3 -B tests/levels/inside.py '{"level": "container", "missing": ["filesystem"], "says": ["landlock"]}'

`missing` are the properties that cannot be had there, `says` what the complaint about them names,
`mounts` tells that sandboxes mount their own scratch space although the level is not full.
"""

import glob
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import kernel  # noqa: E402
from support.server import BINARY, Server, until  # noqa: E402

EXPECTED = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {"level": "full"}
MISSING = EXPECTED.get("missing", [])
SCRATCH_MB = 16
FLAGS = ("--policy", "open", "--scratch-mb", str(SCRATCH_MB), *(("--allow-missing", ",".join(MISSING)) if MISSING else ()))
WAIVED = {"PYRUNNER_ALLOW_MISSING": ",".join(MISSING)} if MISSING else {}
USAGE, LACKS = 64, 78


def doctor(*flags, env=None):
    return subprocess.run([BINARY, "doctor", *flags], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120, env={**os.environ, **(env or {})})


def scratch_folders(pid):
    return glob.glob(f"{tempfile.gettempdir()}/pyrunner-scratch-{pid}-*")


def everything(server):
    """The gateway, its supervisor, zygotes and sandboxes."""
    found, new = [], [server.pid]
    while new:
        found += new
        new = [child for pid in new for child in kernel.children(pid)]
    return found


class Reports(unittest.TestCase):
    maxDiff = 4000

    def test_all_tell_the_same(self):
        server = Server(*FLAGS, warm=True)
        try:
            status = server.request("GET", "/v1/sandbox").json
            health = server.request("GET", "/health?verbose=1")
            log = server.log()
        finally:
            self.assertEqual(server.stop(), 0, server.log())
        as_json, as_text = doctor("--json", env=WAIVED), doctor(env=WAIVED)
        for done in (as_json, as_text):
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        told = json.loads(as_json.stdout)
        for key in ("level", "outer_sandbox", "kernel", "landlock_abi", "layers", "waived_by_operator"):
            self.assertEqual(told[key], status[key], key)
        strengths = {name: entry["strength"] for name, entry in status["properties"].items()}
        self.assertEqual({name: entry["strength"] for name, entry in told["properties"].items()}, strengths)
        self.assertEqual(status["level"], EXPECTED["level"], log)
        self.assertEqual([name for name, strength in strengths.items() if strength == "missing"], MISSING)
        self.assertEqual(status["waived_by_operator"], MISSING)
        self.assertEqual(status["self_test"]["result"], "passed", status["self_test"])
        for zygote in status["zygotes"]:
            self.assertGreater(zygote["image_bytes"], 10 << 20, log)

        self.assertEqual(health.status, 200)
        self.assertEqual(health.json["sandbox"], {
            "level": status["level"], "self_test": "passed", "waived_by_operator": MISSING,
            "partial": [name for name, strength in strengths.items() if strength == "partial"]})

        self.assertIn(f"\nLevel: {status['level']}\n", as_text.stdout)
        lines = dict(re.findall(r"^  ([a-z_]+) +(strong|partial|missing|waived) ", as_text.stdout, re.M))
        self.assertEqual(lines, {name: "waived" if name in MISSING else strength
                                 for name, strength in strengths.items()})
        ways = re.findall(r"^    to get it: (.*)$", as_text.stdout, re.M)
        self.assertEqual(len(ways), len(set(ways)), "a way is told twice")

        self.assertIn(f"isolation: level {status['level']}, by {', '.join(status['layers'])}; ", log)
        for strength, start in (("partial", "held by weaker means: "),
                                ("missing", "MISSING, accepted by --allow-missing: ")):
            line = re.search(rf"isolation: {start}(.*)", log)
            found = re.sub(r"\([^()]*\)", "", line[1]).replace(" ", "").split(",") if line else []
            self.assertEqual(found, [name for name, value in strengths.items() if value == strength])

    @unittest.skipUnless(MISSING, "nothing is missing here")
    def test_what_is_missing_stops_the_start_until_it_is_waived_by_name(self):
        served = subprocess.run([BINARY, "serve", "--port", "0"], stdin=subprocess.DEVNULL, capture_output=True,
                                text=True, timeout=60)
        for done in (served, doctor()):
            said = done.stdout + done.stderr
            self.assertEqual(done.returncode, LACKS, said)
            self.assertIn("--allow-missing " + ",".join(MISSING), said)
            for word in EXPECTED.get("says", []):
                self.assertIn(word, said)
        part = {"PYRUNNER_ALLOW_MISSING": "memory_limit"}
        self.assertEqual(doctor(env=part).returncode, LACKS, "another name does not waive it")

    def test_usage(self):
        self.assertEqual(doctor("--no-such-flag").returncode, USAGE)
        done = doctor(env={"PYRUNNER_ALLOW_MISSING": "network,privileges,syscall_filter"})
        self.assertEqual(done.returncode, USAGE, done.stderr)
        self.assertIn("what is left is no sandbox", done.stderr)


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(*FLAGS, warm=True)
        cls.addClassCleanup(cls.server.stop)

    def prints(self, code, **fields):
        result = self.server.result(code, **{"timeout": 30, **fields})
        self.assertEqual((result["status"], result["stderr"]), ("success", ""), str(result)[:2000])
        return result["stdout"]

    def test_scratch(self):
        program = ("import os, tempfile\n"
                   "assert os.path.samefile(tempfile.gettempdir(), '.'), tempfile.gettempdir()\n"
                   "with tempfile.NamedTemporaryFile('w+') as file:\n    file.write('a')\n"
                   "os.makedirs('a/b')\nopen('a/b/c', 'w').write('x')\n"
                   "import shutil, numpy as np\nshutil.copy2('a/b/c', 'd')\nshutil.rmtree('a')\n"
                   "np.memmap('m', dtype='f8', mode='w+', shape=(1000,))[:] = 1\n"
                   "os.remove('m')\nprint(sorted(os.listdir('.')))")
        for _ in range(12):  # more often than there are sandboxes: nobody finds what one left
            self.assertEqual(self.prints(program), "['d', 'main.py']\n")

    def test_traceback(self):
        result = self.server.result("def broken():\n    return 1 / 0  # here\nbroken()")
        self.assertIn("    return 1 / 0  # here\n", result["stderr"])
        self.assertEqual(result["error"], "ZeroDivisionError on line 2")

    def test_input_and_libraries(self):
        self.assertEqual(self.prints("import sys\nprint(repr(sys.stdin.read()))"), "''\n")
        self.assertEqual(self.prints("import pandas as pd\nprint(pd.DataFrame({'a': [1, 2]}).a.sum())"), "3\n")

    def test_threads(self):
        self.assertEqual(self.prints("import threading\ndone = []\n"
                                     "all = [threading.Thread(target=done.append, args=(i,)) for i in range(20)]\n"
                                     "[t.start() for t in all], [t.join() for t in all]\nprint(len(done))"), "20\n")

    def test_more_than_the_quota_is_told(self):
        result = self.server.result(
            f"import time\nfor i in range({SCRATCH_MB * 2}):\n"
            "    open(str(i), 'wb').write(bytes(1 << 20))\ntime.sleep(3)\nprint('all written')", timeout=10)
        self.assertNotIn("all written", result["stdout"])
        self.assertNotEqual(result["status"], "success")
        self.assertRegex(json.dumps(result), "No space left on device|more in its scratch directory than allowed")
        self.assertEqual(self.prints("print(1)"), "1\n")


class Leftovers(unittest.TestCase):
    def start(self):
        server = Server(*FLAGS)
        self.addCleanup(server.kill)
        server.result("open('left', 'w').write('x')")
        return server

    def expect_scratch(self, server):
        mounts = EXPECTED.get("mounts", EXPECTED["level"] == "full")
        self.assertEqual(len(scratch_folders(server.pid)), 0 if mounts else 1)

    def test_nothing_after_a_stop(self):
        server = self.start()
        self.expect_scratch(server)
        processes = kernel.processes(server.pid)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(scratch_folders(server.pid), [])
        until(lambda: not kernel.survivors(processes), 10, "its processes are gone")

    def test_the_supervisor_cleans_up_after_a_killed_gateway(self):
        server = self.start()
        processes = kernel.processes(server.pid)
        server.kill()
        until(lambda: not scratch_folders(server.pid), 10, "the scratch folder is gone")
        until(lambda: not kernel.survivors(processes), 10, "its processes are gone")

    def test_the_next_start_cleans_up_when_all_were_killed(self):
        server = self.start()
        processes = kernel.processes(server.pid)
        for pid in (*everything(server)[1:], server.pid):
            try:
                os.kill(pid, signal.SIGSTOP)
            except OSError:
                pass  # of another user: it ends with the others
        for pid in (*everything(server)[1:], server.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        server.kill()
        until(lambda: not kernel.survivors(processes), 20, "its processes are gone")
        self.expect_scratch(server)
        self.assertEqual(self.start().stop(), 0)
        self.assertEqual(scratch_folders(server.pid), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=0)
