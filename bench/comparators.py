"""What PyRunner is compared with. Each has a `name`, tells the milliseconds of a run of a program
(`run`, or many at once: `after_each_other`) and the runs a second of so many clients
(`throughput`); `cannot` tells why it does not run a program."""

import json
import os
import re
import shutil
import subprocess
import threading
import time

import commands
from processes import read
from programs import PROGRAMS, run
from report import PYTHON
from service import ROOT

HERE = os.path.join(ROOT, "bench")
PYODIDE_SOURCE = os.path.join(HERE, "pyodide")
PYODIDE_SCRIPT = os.path.join(PYODIDE_SOURCE, "run.mjs")
PYODIDE_FOLDER = os.path.join(ROOT, "build", "compare", "pyodide")
PACKAGES = "/usr/lib/python3/dist-packages"
NO_WHEELS = ("its npm package has no compiled libraries: their wheels come from a CDN or a release"
             " archive")


def cannot_nothing(_):
    return None


class Commands:
    """A new process for each run."""

    def __init__(self, command, cannot=cannot_nothing):
        self.command, self.name, self.cannot = command, command.name, cannot
        self.throughput = command.throughput

    def after_each_other(self, program, count):
        return [self.command.run(program) for _ in range(count)]

    def stop(self):
        pass


class Http:
    """A service that answers /run. `options`: of each request."""

    def __init__(self, name, send, port, **options):
        self.name, self.send, self.port = name, send, port
        self.requests = {program: run(source, prints, **options)
                         for program, (source, prints) in PROGRAMS.items()}
        self.cannot = cannot_nothing

    def after_each_other(self, program, count):
        return self.samples(program, clients=1, requests=count)

    def paced(self, program, pace_ms, count):
        return self.samples(program, paced_ms=pace_ms, requests=count, warmup=5)

    def samples(self, program, **options):
        summary, samples = self.send(self.port, self.requests[program], **options)
        if not samples:
            raise RuntimeError(f"{self.name} did not answer {program}: {summary}")
        return [sample[0] for sample in samples]

    def throughput(self, program, clients, seconds):
        return self.send(self.port, self.requests[program], clients=clients,
                         seconds=seconds)[0]["rate"]

    def stop(self):
        pass


class OurService(Http):
    """Is left alone after a crowd until its ready sandboxes are made again: not at the cost of
    whoever is asked next."""

    def __init__(self, name, send, service):
        super().__init__(name, send, service.port)
        self.service = service

    def throughput(self, program, clients, seconds):
        self.service.await_full()
        rate = super().throughput(program, clients, seconds)
        self.service.await_full()
        return rate


class FastApi(Http):
    """bench/fastapi_subprocess.py, in uvicorn with uvloop, one worker."""

    def __init__(self, bench):
        environment = {**os.environ, **bench.python3.environment}
        # Started with the output in a file: its log would fill a pipe.
        self.log = os.path.join(bench.files.scratch, "fastapi.log")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [PYTHON, "-B", "-m", "uvicorn", "--app-dir", HERE, "--port", "0",
                 "--loop", "uvloop", "--no-access-log", "fastapi_subprocess:app"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment)
        deadline = time.monotonic() + 60
        while not (found := re.search(r"running on http://127\.0\.0\.1:(\d+)", self.output())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("it does not start: "
                                   + (self.output().strip().splitlines() or ["no output"])[-1])
            time.sleep(0.05)
        # By default it gives 512 MB of addresses, which the whole stack does not fit into.
        super().__init__("FastAPI + subprocess", bench.send, int(found[1]), memory_limit=2048)

    def output(self):
        return read(self.log)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def install_pyodide():
    """Into build/, exactly what bench/pyodide/package-lock.json names. Pure Python libraries are
    Debian's."""
    if not shutil.which("node"):
        raise RuntimeError("node is not installed")
    lock = read(os.path.join(PYODIDE_SOURCE, "package-lock.json"))
    installed = os.path.join(PYODIDE_FOLDER, ".installed")
    if read(installed, "none") != lock:
        if not shutil.which("npm"):
            raise RuntimeError("npm is not installed")
        os.makedirs(PYODIDE_FOLDER, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(PYODIDE_SOURCE, name), PYODIDE_FOLDER)
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PYODIDE_FOLDER,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise RuntimeError("npm cannot install it: "
                               + (done.stdout.strip().splitlines() or ["?"])[0])
        with open(installed, "w") as file:
            file.write(lock)
    for library in ("sympy", "mpmath"):
        to = os.path.join(PYODIDE_FOLDER, "lib", library)
        if not os.path.exists(to):
            shutil.copytree(os.path.join(PACKAGES, library), to,
                            ignore=shutil.ignore_patterns("__pycache__", "tests"))


def cannot_pyodide(program):
    return None if program in ("hello", "sympy") else NO_WHEELS


class WarmPyodide:
    """One interpreter for all runs, which see what earlier ones left: no isolation. It runs one
    program at a time, so more clients share what one gets."""

    name = "Pyodide, warm"

    def __init__(self, files):
        install_pyodide()
        self.files = files
        self.cannot = cannot_pyodide
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            [shutil.which("node"), PYODIDE_SCRIPT, PYODIDE_FOLDER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def run(self, program):
        with self.lock:
            start = time.perf_counter()
            self.process.stdin.write(self.files.program(program) + "\n")
            answer = self.process.stdout.readline()
            elapsed = (time.perf_counter() - start) * 1000
        if not answer or json.loads(answer)["stdout"] != PROGRAMS[program][1]:
            raise RuntimeError(f"{self.name} gave a wrong answer to {program}: {answer!r}")
        return elapsed

    def after_each_other(self, program, count):
        return [self.run(program) for _ in range(count)]

    def paced(self, program, pace_ms, count):
        times, start = [], time.perf_counter()
        for index in range(count):
            time.sleep(max(0, start + index * pace_ms / 1000 - time.perf_counter()))
            times.append(self.run(program))
        return times

    def throughput(self, program, _, seconds):
        start, runs = time.perf_counter(), 0
        while time.perf_counter() < start + seconds:
            self.run(program)
            runs += 1
        return runs / (time.perf_counter() - start)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)


def cold_pyodide(files):
    install_pyodide()
    return Commands(commands.Command("Pyodide, cold", files, [
        shutil.which("node"), PYODIDE_SCRIPT, PYODIDE_FOLDER]), cannot_pyodide)


def start_all(bench):
    """(those that there are, by name why others are left out)."""
    files, there, missing = bench.files, [], {}
    for name, start in (
        ("FastAPI + subprocess", lambda: FastApi(bench)),
        ("python3", lambda: Commands(bench.python3)),
        ("bwrap", lambda: Commands(commands.bubblewrap(files))),
        ("runsc", lambda: Commands(commands.gvisor(files))),
        ("Pyodide, cold", lambda: cold_pyodide(files)),
        ("Pyodide, warm", lambda: WarmPyodide(files)),
    ):
        found = None
        try:
            found = start()
            found.after_each_other("hello", 1)
            there.append(found)
        except (RuntimeError, OSError) as error:
            if found:
                found.stop()
            missing[name] = str(error)
            print(f"{name} is left out: {error}", flush=True)
    return there, missing
