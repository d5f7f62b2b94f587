"""`./dev bench ab REV [REV2]`: what a change costs, in processor time and latency.

Builds revisions in a throw-away git worktree below build/ (REV2 is by default the tree as it is),
starts both services anew for each round and asks them in turns, so that whatever else the machine
does hits both. What counts is the ratio within each round. Exits with 1 only if the cost of a run
has credibly grown: a whole interval of the median ratio is above 1.05. With 2 for wrong
answers, whose figures mean nothing.
"""

import contextlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

import processes
from figures import median_interval, quantile
from report import number, table
from service import BUILD, ROOT, Service

FOLDER = os.path.join(ROOT, "build", "ab")
PROGRAMS = ("pyrunner", "pyrunner-zygote")
MAY_GROW = 1.05
CONFIDENCE = 0.99
ROUNDS = 10
SETTLED = 0.25  # seconds without a new sandbox
# Renewing a zygote is a second of work every thousand runs: it would hit one side or the other.
FLAGS = {"--zygote-age": "86400", "--zygote-runs": "1000000", "--max-ready-sandboxes": "0"}
# name: (program, options of bench_load)
WORKLOADS = {
    "hello, paced": ("hello", dict(paced_ms=10, seconds=0.8)),
    "whole stack, paced": ("whole stack", dict(paced_ms=30, seconds=0.9)),
    "hello, 8 clients": ("hello", dict(clients=8, seconds=0.8)),
    "whole stack, 8 clients": ("whole stack", dict(clients=8, seconds=0.8)),
}
EVENT = "instructions"


def git(*words):
    done = subprocess.run(["git", "-C", ROOT, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def build(revision):
    """(name, folder of the programs). Kept in build/ab for the next time."""
    commit = git("rev-parse", "--verify", revision + "^{commit}")
    kept = os.path.join(FOLDER, commit[:12])
    name = f"{revision} ({commit[:9]})"
    if all(os.path.exists(os.path.join(kept, program)) for program in PROGRAMS):
        return name, kept
    tree = os.path.join(FOLDER, "tree")
    print(f"building {name}", flush=True)
    shutil.rmtree(tree, ignore_errors=True)  # of a run that was killed; --force: git knows it still
    git("worktree", "add", "--force", "--detach", tree, commit)
    try:
        if os.path.exists(os.path.join(ROOT, ".deps")):
            os.symlink(os.path.join(ROOT, ".deps"), os.path.join(tree, ".deps"))
        # The same sources in another folder are the same to the compiler's cache.
        environment = {**os.environ, "CCACHE_BASEDIR": tree, "CCACHE_NOHASHDIR": "1"}
        done = subprocess.run([os.path.join(tree, "dev"), "build"], cwd=tree, env=environment,
                              stdin=subprocess.DEVNULL, stdout=sys.stderr)
        if done.returncode != 0:
            sys.exit(f"bench: {name} does not build")
        os.makedirs(kept, exist_ok=True)
        for program in PROGRAMS:
            shutil.copy2(os.path.join(tree, "build", "release", program), kept)
    finally:
        git("worktree", "remove", "--force", tree)
    return name, kept


def known_flags(folder):
    said = subprocess.run([os.path.join(folder, "pyrunner"), "serve", "--help"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout
    return [word for flag, value in FLAGS.items() if flag in said for word in (flag, value)]


class CpuTime:
    """Processor time of a service's processes, in ms."""

    name, unit = "CPU time", "ms"

    def __init__(self, service):
        self.service = service
        self.before = service.cpu_seconds()

    def stop(self):
        return (self.service.cpu_seconds() - self.before) * 1000


class Instructions:
    """What a service's processes, and those that they start, have executed, in millions. A process's
    end is perhaps not counted to the last: beside its time, and no substitute for it."""

    name, unit = "instructions", "M"

    def __init__(self, service):
        pids = ",".join(str(pid) for pid in processes.tree(service.pid))
        self.perf = subprocess.Popen(
            ["perf", "stat", "-x", ";", "-e", EVENT, "-p", pids], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(0.2)  # until it has attached itself

    def stop(self):
        self.perf.send_signal(signal.SIGINT)
        said = self.perf.communicate()[1]
        return float(said.split(";")[0]) / 1e6


def meters():
    """The processor time, which has everything in it; and if this machine counts them, the
    instructions, which are the same each time."""
    if shutil.which("perf"):
        tried = subprocess.run(["perf", "stat", "-x", ";", "-e", EVENT, "true"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
        if tried.returncode == 0 and tried.stderr.split(";")[0].isdigit():
            return [CpuTime, Instructions]
    return [CpuTime]


def measure(bench, service, workload, kinds):
    """What a run cost by each kind of meter, and the median latency in ms, of one window."""
    program, options = WORKLOADS[workload]
    if bench.quick:
        options = {**options, "seconds": options["seconds"] / 2}
    service.await_full(SETTLED)
    costs = [kind(service) for kind in kinds]
    summary, samples = bench.load(service.port, program, **options)
    service.await_full(SETTLED)
    return [*(cost.stop() / summary["count"] for cost in costs),
            quantile([sample[0] for sample in samples], 0.5)]


def one_round(bench, folders, seen, kinds, backwards):
    """Adds a sample of both sides to each workload. The services are new ones each time: where
    their memory comes to lie makes a difference, too."""
    order = (1, 0) if backwards else (0, 1)
    with contextlib.ExitStack() as stack:
        services = {side: stack.enter_context(
            Service(*known_flags(folders[side]), build=folders[side])) for side in order}
        for service in services.values():  # what is slow only once
            service.await_full()
            for program in ("hello", "whole stack"):
                bench.load(service.port, program, clients=8, requests=40)
        for workload, sides in seen.items():
            # There and back again: what changes steadily meanwhile is no difference.
            windows = [(side, measure(bench, services[side], workload, kinds))
                       for side in (*order, *order[::-1])]
            for side in order:
                sides[side].append([statistics.fmean(values) for values in
                                    zip(*(taken for at, taken in windows if at == side))])


def verdict(low, high):
    if low > MAY_GROW:
        return f"costs more than {MAY_GROW} x"
    if low > 1:
        return "costs more"
    if high < 1:
        return "costs less"
    exact = high < MAY_GROW and low > 1 / MAY_GROW
    return "no difference" if exact else "no difference seen"


def run(bench, revisions):
    """Returns the exit code."""
    if len(revisions) not in (1, 2):
        sys.exit("bench: say `ab REV`, or `ab REV REV2`")
    kinds = meters()
    first = build(revisions[0])
    second = build(revisions[1]) if len(revisions) == 2 else ("this tree", BUILD)
    print(f"A: {first[0]}\nB: {second[0]}\nwhat the service's processes cost a run, and the median"
          f" latency; B / A, median of the rounds, {CONFIDENCE:.0%} interval", flush=True)
    began = time.monotonic()
    seen = {workload: ([], []) for workload in WORKLOADS}
    rounds = 8 if bench.quick else ROUNDS
    for number_of in range(rounds):
        one_round(bench, (first[1], second[1]), seen, kinds, backwards=number_of % 2 == 1)
        print(f"round {number_of + 1} of {rounds}, {time.monotonic() - began:.0f} s", flush=True)
    rows, results, worse = [["", "A", "B", "B / A", "interval", ""]], {}, []
    for workload, sides in seen.items():
        for index, (what, unit) in enumerate([*((kind.name, kind.unit) for kind in kinds),
                                              ("latency", "ms")]):
            ours = [[sample[index] for sample in side] for side in sides]
            ratios = [after / before for before, after in zip(*ours)]
            low, high = median_interval(ratios, CONFIDENCE)
            ratio, said = statistics.median(ratios), verdict(low, high)
            rows.append([f"{workload}, {what}",
                         *(f"{number(statistics.median(side))} {unit}" for side in ours),
                         f"{ratio:.3f}", f"{low:.3f} to {high:.3f}", said])
            results[rows[-1][0]] = {"a": ours[0], "b": ours[1], "ratio": ratio, "low": low,
                                    "high": high}
            if what != "latency" and low > MAY_GROW:
                worse.append(rows[-1][0])
    print("\n" + table(rows))
    print("\nB costs more: " + ", ".join(worse) if worse else
          f"\nB does not credibly cost more than {MAY_GROW} times A.")
    wrong = bench.finish("ab", {"a": first[0], "b": second[0], "ratios": results}, {})
    return 2 if wrong else 1 if worse else 0
