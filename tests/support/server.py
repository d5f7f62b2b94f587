"""A real server for a test: started on a port of its own, stopped without a trace.

    server = Server("--policy", "open")
    answer = server.run("print(1)", timeout=5)
    answer.status, answer.json["stdout"]
    server.stop()
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TESTED_BINARY") or str(ROOT / "build" / "release" / "pyrunner")
PYTHON = "/usr/bin/python3"

# An instrumented gateway needs longer and its memory says nothing.
SANITIZED = bool(os.environ.get("TESTED_SANITIZER"))
PATIENCE = 4 if SANITIZED else 1


def until(condition, seconds, what):
    """Polls until the condition's value is true, and returns it."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds * PATIENCE} s still not: {what}")
        time.sleep(0.01)


class Answer:
    """One HTTP response. `json` fails where the body is none."""

    def __init__(self, status, headers, body, seconds=0.0):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body
        self.seconds = seconds

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Server:
    """`pyrunner serve` with these flags. Its log goes to a file, so it never waits for a reader."""

    def __init__(self, *flags, env=None, prefix=(), binary=BINARY, warm=False):
        self.log_file = tempfile.NamedTemporaryFile(prefix="pyrunner-test-", suffix=".log")
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith("PYRUNNER_") and name not in ("PORT", "HOST", "LOG_LEVEL")}
        self.process = subprocess.Popen(
            [*prefix, binary, "serve", "--port", "0", *flags], stdin=subprocess.DEVNULL,
            stdout=self.log_file, stderr=subprocess.STDOUT, env={**clean, **(env or {})})
        self.port = None
        try:
            self.port = int(self.await_log(r"serving on http://\S+:(\d+)", 30)[1])
            if warm:
                self.await_log(r"zygote science: warm", 60)
        except BaseException:
            self.kill()
            raise

    # --- The process ------------------------------------------------------------------------------

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        return pathlib.Path(self.log_file.name).read_text(errors="replace")

    def await_log(self, pattern, seconds=10):
        def look():
            found = re.search(pattern, self.log())
            if not found and self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode}: {self.log()}")
            return found
        return until(look, seconds, f"{pattern!r} in the log: {self.log()}")

    def stop(self, seconds=45):
        """SIGTERM; the exit code. One that does not end is killed, and that is a failure."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end within {seconds} s of SIGTERM: {self.log()}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    # --- Requests ---------------------------------------------------------------------------------

    def connect(self, timeout=90):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, connection=None, timeout=90):
        own = connection or self.connect(timeout)
        start = time.monotonic()
        try:
            own.request(method, path, body, headers or {})
            response = own.getresponse()
            body = response.read()
            return Answer(response.status, response.getheaders(), body, time.monotonic() - start)
        finally:
            if connection is None:
                own.close()

    def post(self, path, value, key=None, **options):
        """With `key`, an API key."""
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return self.request("POST", path, json.dumps(value), headers, **options)

    def run(self, code, path="/run", **fields):
        return self.post(path, {"code": code, **fields})

    @contextlib.contextmanager
    def busy(self):
        """While this goes on a program runs; its client leaves at the end."""
        client = self.connect()
        client.request("POST", "/run", json.dumps({"code": "while True: pass", "timeout": 300}),
                       {"Content-Type": "application/json"})
        until(lambda: self.request("GET", "/health?verbose=1").json["running"] > 0, 10, "it runs")
        try:
            yield
        finally:
            client.close()

    def result(self, code, **fields):
        """The body of an answer that must be 200."""
        answer = self.run(code, **fields)
        if answer.status != 200:
            raise AssertionError(f"{answer!r}\n{self.log()}")
        return answer.json


class ServerTest(unittest.TestCase):
    """Tests with one server for the class, which must end cleanly when they are done."""

    flags = ()
    warm = False  # wait for the science zygote as well
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.flags, warm=cls.warm)
        cls.addClassCleanup(cls.end)

    @classmethod
    def end(cls):
        code = cls.server.stop()
        if code != 0:
            raise AssertionError(f"the server ended with {code}: {cls.server.log()}")

    def prints(self, code, **fields):
        """What a program prints that must succeed."""
        result = self.server.result(code, **fields)
        self.assertEqual((result["status"], result["stderr"], result["error"]),
                         ("success", "", None), str(result)[:2000])
        return result["stdout"]
