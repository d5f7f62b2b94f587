"""The audit log: one line for each program, whatever becomes of it, and of the log."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import BINARY, Server, until  # noqa: E402

GATEWAY_USER = 1_900_000_000
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
FIELDS = ["time", "id", "trace_id", "api", "key", "client", "code_sha256", "code_bytes", "policy",
          "timeout_ms", "memory_limit_bytes", "outcome"]


class Audit(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pyrunner-audit-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        self.path = self.folder / "audit.log"

    def start(self, *flags, path=None):
        server = Server("--policy", "open", "--audit-log", str(path or self.path), *flags)
        self.addCleanup(server.kill)
        return server

    def lines(self, count, path=None):
        path = path or self.path
        until(lambda: path.read_text().count("\n") >= count, 10, f"{count} lines")
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual(len(lines), count)
        return lines

    def failures(self, server):
        text = server.request("GET", "/metrics").body.decode()
        return int(re.search(r"^pyrunner_audit_failures_total (\d+)", text, re.M)[1])

    def test_a_line_has_who_when_what_and_how(self):
        server = self.start()
        code = "print('a secret of the program')"
        answer = server.request(
            "POST", "/run", json.dumps({"code": code, "timeout": 7, "memory_limit": 100}),
            {"Content-Type": "application/json",
             "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
        self.assertEqual(answer.status, 200)
        line, = self.lines(1)
        self.assertEqual(list(line)[:len(FIELDS)], FIELDS)
        self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(line["trace_id"], TRACE)
        self.assertEqual(answer.headers["traceresponse"], f"00-{TRACE}-{line['id']}-01")
        self.assertEqual(line["code_sha256"], hashlib.sha256(code.encode()).hexdigest())
        self.assertEqual(
            (line["api"], line["key"], line["client"], line["code_bytes"], line["policy"],
             line["timeout_ms"], line["memory_limit_bytes"], line["outcome"], line["exit_code"]),
            ("pyrunner", None, "127.0.0.1", len(code), "open", 7000, 100 << 20, "succeeded", 0))
        self.assertGreater(line["wall_ms"], 0)
        self.assertGreater(line["memory_peak_bytes"], 100_000)
        self.assertEqual((line["stdout_bytes"], line["stderr_bytes"]), (24, 0))
        self.assertNotIn("secret", self.path.read_text())
        self.assertEqual(server.stop(), 0)

    def test_every_program_has_one(self):
        server = self.start("--max-running", "1", "--max-queued", "0")
        server.run("import sys; sys.exit(3)")
        server.run("while True: pass", timeout=1)
        server.run("import ctypes; ctypes.string_at(0)")
        server.post("/nsjail/execute", {"script": "x = 1"})
        server.request("POST", "/run", "{", {"Content-Type": "application/json"})  # no program
        outcomes = [(line["api"], line["outcome"], line.get("exit_code"), line.get("signal"),
                     line.get("cause")) for line in self.lines(4)]
        self.assertEqual(outcomes, [("pyrunner", "failed", 3, None, None),
                                    ("pyrunner", "timeout", None, None, None),
                                    ("pyrunner", "crashed", None, 11, None),
                                    ("nsjail", "refused", None, None, "no_main")])
        with server.busy():
            self.assertEqual(server.run("1").status, 503)
        rejected = self.lines(6)[4]
        self.assertEqual((rejected["outcome"], rejected["cause"]), ("rejected", "queue_full"))
        self.assertEqual(rejected["code_sha256"], hashlib.sha256(b"1").hexdigest())

    def test_a_client_that_leaves_has_its_line(self):
        server = self.start()
        with server.busy():
            pass
        self.assertEqual(self.lines(1)[0]["outcome"], "cancelled")

    def test_the_granted_memory_is_told(self):
        server = self.start("--memory-budget-mb", "256")
        server.run("1", memory_limit=1000)
        self.assertEqual(self.lines(1)[0]["memory_limit_bytes"], 256 << 20)

    def test_the_file_is_for_its_owner_and_appended_to(self):
        self.path.write_text("before\n")
        self.path.chmod(0o600)
        server = self.start()
        server.run("1")
        until(lambda: self.path.read_text().count("\n") == 2, 10, "a line")
        self.assertTrue(self.path.read_text().startswith("before\n"))
        mode = self.path.stat()
        self.assertEqual(stat.S_IMODE(mode.st_mode), 0o600)
        if os.geteuid() == 0:
            self.assertEqual(mode.st_uid, GATEWAY_USER)

    def test_it_goes_on_after_a_rotation(self):
        server = self.start()
        server.run("1")
        moved = self.path.with_suffix(".1")
        self.path.rename(moved)
        server.process.send_signal(signal.SIGHUP)
        if os.geteuid() == 0:  # the folder is root's, and the service no longer is
            server.await_log("audit log: open audit.log: .*; the old file stays in use")
            server.run("2")
            self.lines(2, moved)
            self.path.touch(mode=0o640)
            os.chown(self.path, GATEWAY_USER, -1)
            server.process.send_signal(signal.SIGHUP)
        server.await_log("audit log: opened again")
        server.run("three")
        line, = self.lines(1)
        self.assertEqual(line["code_bytes"], 5)
        self.assertEqual(server.stop(), 0)

    def test_a_copy_that_is_truncated_will_do(self):
        server = self.start()
        server.run("1")
        self.lines(1)
        os.truncate(self.path, 0)
        server.run("three")
        self.assertEqual(self.lines(1)[0]["code_bytes"], 5)

    def test_the_logs_stream_will_do(self):
        server = self.start("--log-format", "json", path="-")
        server.run("1")
        server.await_log(r'"code_sha256"')
        for line in server.log().splitlines():
            json.loads(line)

    def test_a_folder_that_is_not_there_ends_the_start(self):
        done = subprocess.run([BINARY, "serve", "--port", "0", "--audit-log",
                               str(self.folder / "no" / "audit.log")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("audit log: open", done.stderr)

    def test_programs_run_on_a_full_device(self):
        server = self.start(path="/dev/full")
        for _ in range(3):
            self.assertEqual(server.result("print(1)")["stdout"], "1\n")
        self.assertEqual(self.failures(server), 3)
        server.await_log(r"audit log: write .*No space left on device")
        self.assertEqual(server.stop(), 0)

    @unittest.skipUnless(os.geteuid() == 0, "only root can mount a small file system")
    def test_a_full_disk_and_then_room_again(self):
        disk = self.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k,mode=755", "none", str(disk)], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", str(disk)])
        path = disk / "audit.log"
        server = self.start(path=path)
        runs = 0
        while self.failures(server) == 0:
            self.assertEqual(server.result("print(1)")["stdout"], "1\n")
            runs += 1
            self.assertLess(runs, 100)
        self.assertEqual(server.result("print(2)")["stdout"], "2\n")
        subprocess.run(["mount", "-o", "remount,size=1m", str(disk)], check=True)
        server.result("print(3)")
        *whole, last = path.read_text().splitlines()
        self.assertEqual(json.loads(last)["outcome"], "succeeded")
        broken = 0
        for line in whole:
            try:
                json.loads(line)
            except ValueError:
                broken += 1
        self.assertLessEqual(broken, 1, "what was cut has a line of its own")
        self.assertEqual(len(whole) - broken + 1, runs)


if __name__ == "__main__":
    unittest.main()
