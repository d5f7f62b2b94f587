"""`pyrunner doctor --attack`: what it sends, what it says, and that it can fail."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import places  # noqa: E402
from support import kernel  # noqa: E402
from support.server import BINARY, until  # noqa: E402

import run  # noqa: E402  (attacks/run.py, which places.py has put on the path)

WEAKENED = pathlib.Path(BINARY).parent / "weakened" / "pyrunner"
SECONDS = 130


def doctor(*flags, binary=BINARY, env=None):
    """A finished process, with its pid."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYRUNNER_")}
    with subprocess.Popen([str(binary), "doctor", *flags], env={**clean, **(env or {})}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            process.output, process.errors = process.communicate(timeout=SECONDS)
        except BaseException:
            process.kill()
            raise
    return process


def planted():
    return {str(path) for folder in ("/tmp", "/var/tmp") for path in pathlib.Path(folder).glob("pyrunner-attack-??????")}


class Attack(unittest.TestCase):
    def test_all_of_them_fail(self):
        before = planted()
        start = time.monotonic()
        done = doctor("--attack", "--json")
        seconds = time.monotonic() - start
        report = json.loads(done.output)
        told = [program for program in report["programs"] if program["outcome"] in ("escaped", "not tried")]
        self.assertEqual(told, [])
        self.assertEqual((done.returncode, report["passed"], done.errors), (0, True, ""))
        self.assertLess(seconds, 125)
        attacks = {attack.id: attack for attack in run.load() if attack.runs != "client"}
        programs = {program["id"]: program for program in report["programs"]}
        self.assertEqual(sorted(programs), sorted(attacks))
        for name, attack in attacks.items():
            with self.subTest(name):
                program = programs[name]
                self.assertEqual(program["class"], attack.kind)
                self.assertEqual(program["goal"], attack.header["goal"])
                self.assertEqual(list(program["walls"]), [wall for wall in attack.words("walls") if wall != "none"])
                if "accepted" not in attack.header:
                    self.assertEqual(program["outcome"], "stopped")
        self.assertEqual(report["counts"], {"stopped": len(attacks) - 5, "accepted": 5, "escaped": 0, "not tried": 0})
        self.assertGreater(report["neighbours"]["programs"], 20)
        self.assertEqual((report["neighbours"]["wrong"], report["disturbed"]), ([], []))
        self.assertEqual(planted() - before, set())
        self.assertEqual(kernel.cgroups(done.pid), [])

    def test_the_table(self):
        done = doctor("--attack", "--only", "filesystem")
        self.assertEqual((done.returncode, done.errors), (0, ""))
        count = sum(attack.kind == "filesystem" for attack in run.load())
        self.assertRegex(done.output, rf"(?m)^class +attacks +stopped +accepted +escaped +not tried\n"
                                      rf"filesystem +{count} +{count} +0 +0 +0\nall +{count} +{count} +0 +0 +0\n"
                                      r"honest programs beside them: \d+, 0 of them with a wrong answer\n"
                                      r"level full, \d+ s: passed\n\Z")

    def test_without_a_wall_attacks_escape(self):
        if not WEAKENED.exists():
            self.skipTest(f"there is no {WEAKENED}: build the target weakened-pyrunner")
        done = doctor("--attack", "--only", "kern_", binary=WEAKENED, env={
            "PYRUNNER_WEAKENED_WITHOUT": "seccomp", "PYRUNNER_ALLOW_MISSING": "syscall_filter"})
        self.assertEqual(done.returncode, 1, done.errors)
        self.assertRegex(done.output, r"(?m)^ESCAPED: kern_timers: timer_create 0.*\n  goal: .+\n"
                                      r"  walls that should have held: none\n"
                                      r"  walls that are not in force here: seccomp$")
        escapes = len(re.findall(r"(?m)^ESCAPED: ", done.output))
        self.assertGreater(escapes, 10)
        self.assertRegex(done.output, rf"(?m)^all +\d+ +\d+ +0 +{escapes} +0$")
        self.assertIn(": failed\n", done.output)

    def test_a_signal_ends_it_and_leaves_nothing(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name), tempfile.TemporaryFile() as output:
                before = planted()
                process = subprocess.Popen([BINARY, "doctor", "--attack"], stdin=subprocess.DEVNULL,
                                           stdout=output, stderr=subprocess.STDOUT)
                try:
                    until(lambda: len(planted() - before) > 1, 20, "the targets are planted")
                    time.sleep(0.5)
                    process.send_signal(number)
                    self.assertEqual(process.wait(20), 128 + number)
                finally:
                    process.kill()
                    process.wait()
                self.assertEqual(planted() - before, set())

    def test_a_name_that_nobody_has(self):
        done = doctor("--attack", "--only", "no-such-attack")
        self.assertEqual((done.returncode, done.output), (64, ""))
        self.assertIn("no-such-attack", done.errors)
        self.assertEqual(doctor("--only", "kernel").returncode, 64)


class AsOrdinaryUser(unittest.TestCase):
    def test_nothing_that_walls_hold_escapes(self):
        """Where no cgroup counts memory, what the suite knows may escape; it says which."""
        if os.geteuid() != 0:
            self.skipTest("is what the other tests are, without root")
        with tempfile.TemporaryDirectory(prefix="pyrunner-place-") as folder:
            os.chmod(folder, 0o755)
            for name in ("pyrunner", "pyrunner-zygote"):
                shutil.copy(pathlib.Path(BINARY).parent / name, folder)
            uid = places.OrdinaryUser.uid
            done = subprocess.run(["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--inh-caps=-all",
                                   f"{folder}/pyrunner", "doctor", "--attack", "--json"], cwd="/tmp",
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        report = json.loads(done.stdout)
        bad = {program["id"] for program in report["programs"] if program["outcome"] in ("escaped", "not tried")}
        self.assertLessEqual(bad, {"res_memory_shared", "res_memory_moved_stack", "res_memory_tables"})
        self.assertEqual(done.returncode, 1 if bad else 0, done.stderr)
        self.assertEqual((report["neighbours"]["wrong"], report["disturbed"]), ([], []))


if __name__ == "__main__":
    unittest.main()
