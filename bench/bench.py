#!/usr/bin/python3
"""The benchmark suite: `./dev bench [name]`, as root.

Starts the release build with its default settings, measures it beside `python3 file.py` in
alternating rounds, so that whatever else the machine does hits both, prints a table and writes
bench/results.json. It says what was reached and what was not; it fails only for wrong answers.
"""

import datetime
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import soak
from neighbours import bench_neighbours

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("PYRUNNER_BUILD", os.path.join(ROOT, "build", "release"))
PYTHON = "/usr/bin/python3"
TICKS = os.sysconf("SC_CLK_TCK")
FIRST_SANDBOX_UID = 1_900_001_001
PHASES = ("queue", "fork", "isolate", "compile", "run", "collect")

# name: (source, what a right answer prints)
PROGRAMS = {
    "hello": ('print("hello")\n', "hello\n"),
    "numpy": (
        "import numpy as np\nprint(int(np.arange(12).reshape(3, 4).sum(axis=0).max()))\n",
        "21\n",
    ),
    "pandas": (
        'import pandas as pd\nprint(pd.DataFrame({"a": [1, 2, 3, 6]})["a"].mean())\n',
        "3.0\n",
    ),
    "sympy": (
        'import sympy as sp\nx = sp.symbols("x")\nprint(sp.expand((x + 1) ** 3))\n',
        "x**3 + 3*x**2 + 3*x + 1\n",
    ),
    "whole stack": (
        "import numpy as np\nimport pandas as pd\nimport sympy as sp\n"
        "import matplotlib.pyplot as plt\nfrom scipy import stats\n"
        "from sklearn.linear_model import LinearRegression\n"
        'print(int(pd.DataFrame({"a": np.arange(5)})["a"].sum()))\n',
        "10\n",
    ),
}

MAIN = "def main():\n    return sum(i * i for i in range(100))\n"

# One honest block after the other, 1,000 lines in all.
BLOCK = """
def area{0}(width, height=2.0, *, scale=1):
    total = 0.0
    for step in range(int(width)):
        total += step * height / (scale + 1)
    values = [math.sqrt(x) for x in range(10) if x % 2 == 0]
    if total > 10 and values:
        return {{"total": round(total, 3), "first": values[0], "name": f"{{total:.2f}}"}}
    return {{"total": total}}

"""
LONG = "def main():\n    return 1\n\nimport math\n" + "".join(BLOCK.format(i) for i in range(99))
LONG += "counter = 0\n" * (1000 - LONG.count("\n"))

# name: (path, field, source, what a right answer contains); what other APIs are asked.
REQUESTS = {
    "a value, printed": ("/run", "code", MAIN + "print(main())\n", '"stdout":"328350'),
    "a value, returned by main()": ("/cloudrun/execute", "script", MAIN, '"result":328350'),
    "1,000 lines, checked": ("/run", "code", LONG, '"status":"success"'),
    "1,000 lines, unchecked": ("/cloudrun/execute", "script", LONG, '"result":1'),
}


class Bench:
    """What all benchmarks share: files, results, wrong answers."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.results = []
        self.phases = {}
        self.wrong = 0
        for name, (source, _) in PROGRAMS.items():
            with open(self.path(name, "py"), "w") as file:
                file.write(source)
            self.write_request(name, {"code": source})
        for name, (path, field, source, _) in REQUESTS.items():
            self.write_request(name, {field: source})

    def write_request(self, name, body):
        with open(self.path(name, "json"), "w") as file:
            json.dump(body, file)

    def path(self, program, suffix):
        return os.path.join(self.scratch, "program_" + program.replace(" ", "_") + "." + suffix)

    def add(self, name, value, unit, target=None, at_most=True, cold=None, note=""):
        """One line of the table. `cold` is the same of python3, in the same unit."""
        reached = None
        if target is not None and value is not None:
            reached = value <= target if at_most else value >= target
        self.results.append(
            dict(name=name, value=value, unit=unit, target=target, at_most=at_most,
                 reached=reached, python3=cold, note=note)
        )
        print_line(self.results[-1])

    def load(self, port, program, nice=0, **options):
        """Runs the load generator. Returns its summary and its samples, sorted by nothing."""
        if program in REQUESTS:
            path, _, _, expected = REQUESTS[program]
            options["path"] = path
        else:
            expected = '"stdout":' + json.dumps(PROGRAMS[program][1])
        samples_file = self.path(program, "samples")
        command = [
            "nice", "-n", str(nice),
            os.path.join(BUILD, "bench_load"),
            "--port", str(port),
            "--body-file", self.path(program, "json"),
            "--expect", expected,
            "--samples", samples_file,
        ]
        for key, value in options.items():
            command += ["--" + key.replace("_", "-"), str(value)]
        summary = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        self.wrong += summary["wrong"] + summary["errors"]
        with open(samples_file) as file:
            samples = [[float(word) for word in line.split()] for line in file]
        return summary, samples

    def cold(self, program):
        """Milliseconds of one `python3 file.py`, from before the fork to after the wait."""
        read_end, write_end = os.pipe()
        start = time.perf_counter()
        pid = os.posix_spawn(
            PYTHON,
            ["python3", self.path(program, "py")],
            {"PATH": "/usr/bin:/bin", "HOME": self.scratch, "LANG": "C.UTF-8",
             "MPLBACKEND": "Agg", "MPLCONFIGDIR": self.scratch},
            file_actions=[(os.POSIX_SPAWN_DUP2, write_end, 1)],
        )
        os.close(write_end)
        output = b""
        while chunk := os.read(read_end, 65536):
            output += chunk
        os.waitpid(pid, 0)
        elapsed = (time.perf_counter() - start) * 1000
        os.close(read_end)
        if output.decode() != PROGRAMS[program][1]:
            raise RuntimeError(f"{PYTHON} itself gave a wrong answer to {program}: {output!r}")
        return elapsed


def print_line(result):
    def number(value):
        if value is None:
            return "-"
        return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"

    target = ""
    if result["target"] is not None:
        sign = "<=" if result["at_most"] else ">="
        target = f"{sign} {result['target']:g}"
    verdict = {None: "", True: "reached", False: "not reached"}[result["reached"]]
    print(
        f"{result['name']:<44}{number(result['value']):>9} {result['unit']:<6}"
        f"{number(result['python3']):>9}  {target:<10}{verdict:<12}{result['note']}".rstrip(),
        flush=True,
    )


def quantile(values, fraction):
    return sorted(values)[round(fraction * (len(values) - 1))] if values else None


# --- The service ----------------------------------------------------------------------------------


class Service:
    """`pyrunner serve` with default settings, on a port that the system chose."""

    def __init__(self):
        self.start = time.perf_counter()
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "pyrunner"), "serve", "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
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
        """The pids of the ready sandboxes by zygote kind. Idle, all sandboxes are ready ones."""
        found = {"base": [], "science": []}
        for pid in children(self.process.pid):
            try:
                uid = int(re.search(r"Uid:\t(\d+)", read(f"/proc/{pid}/status"))[1])
                words = read(f"/proc/{pid}/cmdline").split("\0")
            except OSError:
                continue  # it has just ended
            if uid >= FIRST_SANDBOX_UID and len(words) > 1 and words[1] in found:
                found[words[1]].append(pid)
        return found

    def await_full(self):
        """Waits until both zygotes keep as many sandboxes ready as they ever will."""
        deadline = time.monotonic() + 60
        before, since = None, time.monotonic()
        while time.monotonic() < deadline:
            found = self.sandboxes()
            now = {kind: set(pids) for kind, pids in found.items()}
            if now != before or not all(now.values()):
                before, since = now, time.monotonic()
            elif time.monotonic() - since > 0.5:
                return found
            time.sleep(0.05)
        raise RuntimeError("not both zygotes have ready sandboxes:\n" + "".join(self.log[-20:]))

    def cpu_seconds(self):
        """Processor time of the gateway, its zygotes and all sandboxes that have ended."""
        total = 0
        for pid in [self.process.pid] + [
            pid for pid in children(self.process.pid)
            if "pyrunner-zygote" in read(f"/proc/{pid}/comm", "")
        ]:
            fields = read(f"/proc/{pid}/stat", "").rpartition(")")[2].split()
            if len(fields) < 15:
                continue
            total += int(fields[11]) + int(fields[12])
            if pid == self.process.pid:
                total += int(fields[13]) + int(fields[14])
        return total / TICKS


def read(path, default=None):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        if default is None:
            raise
        return default


def children(pid):
    return [int(word) for word in read(f"/proc/{pid}/task/{pid}/children", "").split()]


def machine_busy_seconds():
    fields = [int(word) for word in read("/proc/stat").splitlines()[0].split()[1:]]
    user, nice, system, _idle, _wait, irq, softirq = fields[:7]
    return (user + nice + system + irq + softirq) / TICKS


# --- The benchmarks -------------------------------------------------------------------------------


def paced(bench, service, program, rounds, requests, pace_ms, colds):
    """Rounds of paced requests, then of cold starts. Returns both lists of milliseconds."""
    ours, cold, phases = [], [], []
    for _ in range(rounds):
        _, samples = bench.load(
            service.port, program, paced_ms=pace_ms, requests=requests, warmup=5
        )
        ours += [sample[0] for sample in samples]
        phases += [sample[2:] for sample in samples]
        cold += [bench.cold(program) for _ in range(colds)]
    bench.phases[program] = [statistics.median(values) for values in zip(*phases)]
    return ours, cold


def bench_hello(bench, service):
    ours, cold = paced(bench, service, "hello", 10, 40, 10, 30)
    p50, cold50 = quantile(ours, 0.5), quantile(cold, 0.5)
    p99, cold99 = quantile(ours, 0.99), quantile(cold, 0.99)
    note = f"{len(ours)} requests, one every 10 ms"
    bench.add("hello, median", p50, "ms", 1.0, cold=cold50, note=note)
    bench.add("hello, 99th percentile", p99, "ms", 4.0, cold=cold99, note=note)
    bench.add("hello, times faster than python3", cold50 / p50, "x", 20, at_most=False)


def alternately(bench, service, names, rounds, requests, pace_ms):
    """Paced requests of each name in turn. By name, the samples of all its rounds."""
    samples = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            samples[name] += bench.load(
                service.port, name, paced_ms=pace_ms, requests=requests, warmup=5)[1]
    return samples


def bench_main(bench, service):
    printed, returned = "a value, printed", "a value, returned by main()"
    samples = alternately(bench, service, (printed, returned), 10, 40, 10)
    medians = {name: quantile([sample[0] for sample in taken], 0.5)
               for name, taken in samples.items()}
    for name, median in medians.items():
        bench.add(name + ", median", median, "ms", note="400 requests, one every 10 ms")
    bench.add("main() against /run", medians[returned] / medians[printed], "x", 1.1)


def bench_policy(bench, service):
    checked, unchecked = "1,000 lines, checked", "1,000 lines, unchecked"
    samples = alternately(bench, service, (checked, unchecked), 5, 20, 30)
    compile_at = 2 + PHASES.index("compile")
    medians = {name: quantile([sample[compile_at] for sample in taken], 0.5)
               for name, taken in samples.items()}
    bench.add("1,000 lines, parse and compile", medians[unchecked], "ms", note="policy open")
    bench.add("1,000 lines, the policy's own time", medians[checked] - medians[unchecked], "ms",
              1.0, note="policy scientific, less the line above")


def bench_programs(bench, service):
    for program, rounds, requests, colds in (
        ("pandas", 5, 20, 4), ("numpy", 5, 20, 4), ("sympy", 5, 20, 4), ("whole stack", 3, 20, 1)
    ):
        ours, cold = paced(bench, service, program, rounds, requests, 50, colds)
        p50, cold50 = quantile(ours, 0.5), quantile(cold, 0.5)
        bench.add(f"{program}, median", p50, "ms", cold=cold50,
                  note=f"{len(ours)} requests, one every 50 ms")
        bench.add(f"{program}, 99th percentile", quantile(ours, 0.99), "ms",
                  cold=quantile(cold, 0.99))
        bench.add(f"{program}, times faster than python3", cold50 / p50, "x",
                  30 if program == "pandas" else None, at_most=False)


def cold_throughput(bench, program, clients, seconds):
    """`python3 file.py` by so many workers at once; runs a second."""
    counts = [0] * clients
    deadline = time.perf_counter() + seconds

    def work(index):
        while time.perf_counter() < deadline:
            bench.cold(program)
            counts[index] += 1

    threads = [threading.Thread(target=work, args=(i,)) for i in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - start)


def bench_throughput(bench, service):
    for program, clients, target, rounds, seconds in (
        ("hello", 8, 600, 5, 1.5),
        ("hello", 1, None, 3, 1.5),
        ("hello", 32, None, 3, 1.5),
        ("hello", 512, None, 3, 2.5),
        ("whole stack", 8, None, 3, 2.0),
    ):
        rates, colds, p50s, p99s, machine, own, refused = [], [], [], [], [], [], 0
        for _ in range(rounds):
            service.await_full()
            machine_before, own_before = machine_busy_seconds(), service.cpu_seconds()
            summary, samples = bench.load(service.port, program, clients=clients, seconds=seconds)
            machine_after, own_after = machine_busy_seconds(), service.cpu_seconds()
            rates.append(summary["rate"])
            p50s.append(summary["p50_ms"])
            p99s.append(summary["p99_ms"])
            refused += summary["refused"]
            machine.append((machine_after - machine_before) * 1000 / summary["ok"])
            own.append((own_after - own_before) * 1000 / summary["ok"])
            if program == "hello" and clients == 8:
                bench.phases["hello, 8 clients"] = [
                    summary["phases_ms"][phase] for phase in PHASES
                ]
            if clients == 8:
                colds.append(cold_throughput(bench, program, clients, seconds))
        what = f"{program}, {clients} client{'s' * (clients > 1)}"
        note = (
            f"median of {rounds} x {seconds} s; p50 {statistics.median(p50s):.1f},"
            f" p99 {statistics.median(p99s):.1f} ms"
        )
        bench.add(f"{what}, runs a second", statistics.median(rates), "/s", target, at_most=False,
                  cold=statistics.median(colds) if colds else None,
                  note=note + (f"; {refused} refused" if refused else ""))
        # The machine's time includes the load generator's and whatever else ran; the service's own
        # lacks the kernel's workers, which take namespaces apart.
        bench.add(f"{what}, machine CPU a run", statistics.median(machine), "ms",
                  note=f"{statistics.median(own):.2f} ms of it the service's own processes")


def private_bytes(pid):
    text = read(f"/proc/{pid}/smaps_rollup")
    return 1024 * sum(int(size) for size in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+)", text))


def cgroup_charge(pid):
    """What a process's memory cgroup holds, version 1 or 2; nothing if it cannot be read."""
    for line in read(f"/proc/{pid}/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            return int(read("/sys/fs/cgroup/memory" + path + "/memory.usage_in_bytes"))
        if controllers == "" and os.path.exists("/sys/fs/cgroup" + path + "/memory.current"):
            return int(read("/sys/fs/cgroup" + path + "/memory.current"))
    return None


def bench_memory(bench, service):
    mb = 1e6
    for kind, pids in service.await_full().items():
        private = statistics.median(private_bytes(pid) for pid in pids) / mb
        charges = [charge for pid in pids if (charge := cgroup_charge(pid)) is not None]
        bench.add(f"ready {kind} sandbox, private memory", private, "MB", 3.0,
                  note=f"median of {len(pids)}")
        if charges:
            bench.add(f"ready {kind} sandbox, cgroup charge", statistics.median(charges) / mb, "MB")
    rss = int(re.search(r"VmRSS:\s+(\d+)", read(f"/proc/{service.process.pid}/status"))[1])
    bench.add("gateway, resident", rss * 1024 / mb, "MB", note="after the benchmarks above")


def bench_start(bench, _):
    firsts = {"hello": [], "whole stack": []}
    for _ in range(5):
        with Service() as service:
            for program, times in firsts.items():
                bench.wrong += not service.ask(program)
                times.append(time.perf_counter() - service.start)
    for program, name, target in (("hello", "stdlib", 1.0), ("whole stack", "whole stack", 6.0)):
        bench.add(f"start to first answer, {name}", statistics.median(firsts[program]), "s", target,
                  note="median of 5 starts, files in the page cache")


BENCHMARKS = {
    "hello": bench_hello,
    "programs": bench_programs,
    "main": bench_main,
    "policy": bench_policy,
    "throughput": bench_throughput,
    "memory": bench_memory,
    "neighbours": bench_neighbours,
    "start": bench_start,
}


# --- The report -----------------------------------------------------------------------------------


def machine():
    cpu = re.search(r"model name\s*: (.*)", read("/proc/cpuinfo", ""))
    version = subprocess.run([PYTHON, "--version"], stdout=subprocess.PIPE, text=True).stdout
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "python": version.strip(),
        "load_before": os.getloadavg()[0],
    }


def print_phases(phases):
    if not phases:
        return
    print("\nWhere the time goes, medians in ms (fork and isolate are before the program comes)")
    print(f"{'':<20}" + "".join(f"{phase:>9}" for phase in PHASES))
    for program, values in phases.items():
        print(f"{program:<20}" + "".join(f"{value:>9.3f}" for value in values))


def main():
    if sys.argv[1:2] == ["soak"]:
        soak.main(sys.argv[2:])
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        sys.exit(f"bench: there is no benchmark '{unknown[0]}'; there are {', '.join(BENCHMARKS)}")
    if os.geteuid() != 0:
        sys.exit("bench: needs root, as the service does")
    about = machine()
    print(
        f"{about['date']}: {about['cores']} cores of {about['cpu']}, {about['memory_gib']} GiB,"
        f" Linux {about['kernel']}, {about['python']}, load {about['load_before']:.1f} before"
    )
    print("Latencies count from the time that the schedule says to the last byte of the answer.\n")
    print(f"{'':<44}{'PyRunner':>9} {'':<6}{'python3':>9}  {'target':<10}{'verdict'}")
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(scratch)
        with Service() as service:
            service.await_full()
            for name in names:
                if name != "start":
                    BENCHMARKS[name](bench, service)
        if "start" in names:
            bench_start(bench, None)
    print_phases(bench.phases)
    about["load_after"] = os.getloadavg()[0]
    print(f"\nload {about['load_after']:.1f} after; wrong answers: {bench.wrong}")
    if about["load_before"] > 1:
        print("The machine was busy when this began: trust the ratios, not the numbers.")
    with open(os.path.join(ROOT, "bench", "results.json"), "w") as file:
        json.dump(
            {
                "machine": about,
                "results": bench.results,
                "phases_ms": {
                    program: dict(zip(PHASES, values)) for program, values in bench.phases.items()
                },
                "wrong": bench.wrong,
            },
            file, indent=1,
        )
    sys.exit(1 if bench.wrong else 0)


if __name__ == "__main__":
    main()
