"""A running `pyrunner serve`, and what it costs its machine."""

import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.request

import processes
from programs import PROGRAMS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("PYRUNNER_BUILD", os.path.join(ROOT, "build", "release"))
FIRST_SANDBOX_UID = 1_900_001_001


class Service:
    """The service with default settings and `flags`, on a port that the system chose, from the
    folder `build`. A context manager that stops it."""

    def __init__(self, *flags, build=BUILD):
        self.start = time.perf_counter()
        self.process = subprocess.Popen(
            [os.path.join(build, "pyrunner"), "serve", "--port", "0", *flags],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        self.log = []
        self.serving = threading.Event()
        self.port = None
        threading.Thread(target=self.read_log, daemon=True).start()
        if not self.serving.wait(60) or self.port is None:
            self.stop()
            raise RuntimeError("the service does not start:\n" + "".join(self.log[-20:]))

    def read_log(self):
        for line in self.process.stdout:
            self.log.append(line)
            if found := re.search(r"serving on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                self.serving.set()
        self.serving.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    @property
    def pid(self):
        return self.process.pid

    def ask(self, program):
        source, expected = PROGRAMS[program]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/run",
            json.dumps({"code": source}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["stdout"] == expected

    def sandboxes(self):
        """The pids of the sandboxes by zygote kind. Idle, all of them are ready ones."""
        found = {"base": [], "science": []}
        for pid in processes.children(self.pid):
            try:
                uid = int(re.search(r"Uid:\t(\d+)", processes.read(f"/proc/{pid}/status"))[1])
                words = processes.read(f"/proc/{pid}/cmdline").split("\0")
            except (OSError, TypeError):
                continue  # it has just ended
            if uid >= FIRST_SANDBOX_UID and len(words) > 1 and words[1] in found:
                found[words[1]].append(pid)
        return found

    def await_full(self, settled=0.5):
        """Waits until both zygotes keep as many sandboxes ready as they ever will: until there has
        been no new one for so many seconds."""
        deadline = time.monotonic() + 60
        before, since = None, time.monotonic()
        while time.monotonic() < deadline:
            found = self.sandboxes()
            now = {kind: set(pids) for kind, pids in found.items()}
            if now != before or not all(now.values()):
                before, since = now, time.monotonic()
            elif time.monotonic() - since > settled:
                return found
            time.sleep(0.05)
        raise RuntimeError("not both zygotes have ready sandboxes:\n" + "".join(self.log[-20:]))

    def cpu_seconds(self):
        return processes.cpu_seconds(self.pid)
