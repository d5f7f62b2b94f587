"""`pyrunner run` as a shell's user has it."""

import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import BINARY, Server  # noqa: E402

RED = b"\x1b[1;31mpyrunner:\x1b[0m "


def clean():
    return {name: value for name, value in os.environ.items()
            if not name.startswith("PYRUNNER_") and name not in ("NO_COLOR", "PORT", "HOST", "LOG_LEVEL")}


def run(*words, stdin=b"", env=None, **options):
    return subprocess.run([BINARY, "run", *words], input=stdin, capture_output=True, timeout=90,
                          env={**clean(), **(env or {})}, **options)


class Run(unittest.TestCase):
    def test_the_programs_streams_are_its_own_to_the_byte(self):
        done = run("-c", "import os\nos.write(1, bytes(range(256)))\nos.write(2, b'\\xff\\x1b[31m\\r\\n')\nexit(7)")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (7, bytes(range(256)), b"\xff\x1b[31m\r\n"))

    def test_what_follows_the_program_is_the_programs(self):
        """As python has it."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a.py", "b.py"):
                (pathlib.Path(folder) / name).write_text(f"import sys\nprint({name!r}, sys.argv[1:])")
            self.assertEqual(run("a.py", "b.py", cwd=folder).stdout, b"a.py ['b.py']\n")
            self.assertEqual(run("a.py", "--", "--timeout", "-c", cwd=folder).stdout, b"a.py ['--timeout', '-c']\n")
            self.assertEqual(run("-c", "import sys; print(sys.argv[1:])", "a.py", "-", cwd=folder).stdout,
                             b"['a.py', '-']\n")

    def test_standard_input_is_the_programs_unless_it_is_the_program(self):
        self.assertEqual(run("-c", "print(input()[::-1])", stdin=b"abc\n").stdout, b"cba\n")
        self.assertEqual(run("-", stdin=b"import sys; print(sys.stdin.read() == '')").stdout, b"True\n")

    def test_without_a_program_it_says_what_it_wants(self):
        done = run()
        self.assertEqual((done.returncode, done.stderr),
                         (64, b"pyrunner: run what: a FILE, - for standard input, or -c CODE\n"))

    def test_an_empty_program_is_one(self):
        self.assertEqual(run("-c", "").returncode, 0)

    def test_slips_of_the_hand(self):
        done = run("-c", "1", "--polcy", "open")
        self.assertEqual((done.returncode, done.stderr),
                         (64, b"pyrunner: there is no flag '--polcy'; did you mean '--policy'?\n"))
        done = run("-c", "1", "--policy", "sientific")
        self.assertEqual((done.returncode, done.stderr),
                         (64, b"pyrunner: --policy: there is no 'sientific'; did you mean 'scientific'?\n"))
        done = run("-c", "1", "--color", "blue")
        self.assertEqual((done.returncode, done.stderr), (64, b"pyrunner: --color: must be auto, always or never\n"))

    def test_json_tells_where_it_failed_and_where_time_went(self):
        done = run("--json", "-c", "x = 1\nx / 0")
        answer = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(answer["error"], {"type": "ZeroDivisionError", "line": 2,
                                           "message": "ZeroDivisionError: division by zero"})
        self.assertEqual(list(answer["phases"]), ["queue", "fork", "isolate", "compile", "run", "collect"])
        self.assertGreater(answer["phases"]["run"], 0)
        for fine in ("1", "exit(3)"):
            self.assertIsNone(json.loads(run("--json", "-c", fine).stdout)["error"])

    def test_any_umask_will_do(self):
        done = subprocess.run(["sh", "-c", 'umask 077; exec "$0" run -c "print(1)"', BINARY], capture_output=True,
                              timeout=90, env=clean(), stdin=subprocess.DEVNULL)
        self.assertEqual((done.stdout, done.stderr), (b"1\n", b""))


class Colour(unittest.TestCase):
    slow = ("-c", "while True: pass", "--timeout", "0.2")

    def on_a_terminal(self, *words, env=None):
        """Standard error of a run whose standard error is a terminal."""
        ours, theirs = pty.openpty()
        try:
            subprocess.run([BINARY, "run", *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
                           timeout=90, env={**clean(), **(env or {})})
            return os.read(ours, 4096)
        finally:
            os.close(ours)
            os.close(theirs)

    def test_only_on_a_terminal(self):
        self.assertEqual(run(*self.slow).stderr, b"pyrunner: timed out after 0.2 seconds\n")
        self.assertEqual(self.on_a_terminal(*self.slow), RED + b"timed out after 0.2 seconds\r\n")

    def test_no_color_is_honoured(self):
        self.assertNotIn(b"\x1b", self.on_a_terminal(*self.slow, env={"NO_COLOR": "1"}))
        self.assertIn(b"\x1b", self.on_a_terminal(*self.slow, env={"NO_COLOR": ""}))

    def test_the_flag_wins(self):
        self.assertNotIn(b"\x1b", self.on_a_terminal(*self.slow, "--color", "never"))
        self.assertEqual(run(*self.slow, "--color", "always", env={"NO_COLOR": "1"}).stderr,
                         RED + b"timed out after 0.2 seconds\n")

    def test_the_programs_own_words_are_left_alone(self):
        self.assertEqual(self.on_a_terminal("-c", "import sys; sys.stderr.write('x')", "--color", "always"), b"x")


class UnknownVariables(unittest.TestCase):
    def test_they_are_told_and_ignored(self):
        done = run("-c", "print(1)", env={"PYRUNNER_MAX_RUNING": "x"})
        self.assertEqual((done.returncode, done.stdout), (0, b"1\n"))
        self.assertEqual(done.stderr, b"pyrunner: PYRUNNER_MAX_RUNING is no setting and is ignored; did you mean "
                         b"'PYRUNNER_MAX_RUNNING'?\n")

    def test_the_service_logs_them(self):
        server = Server(env={"PYRUNNER_QEUE_TIME": "3", "PYRUNNER_PORT_8000_TCP": "tcp://10.0.0.1:8000"})
        self.addCleanup(server.kill)
        self.assertIn("warning PYRUNNER_QEUE_TIME is no setting and is ignored; did you mean 'PYRUNNER_QUEUE_TIME'?",
                      server.log())
        self.assertNotIn("PYRUNNER_PORT", server.log())
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
