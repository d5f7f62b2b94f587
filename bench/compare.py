"""`./dev bench compare`: PyRunner beside other ways to run a program, in alternating turns."""

import json
import statistics
import subprocess
import time

import comparators
import plot
from figures import quantile
from programs import PROGRAMS
from report import PYTHON, number, table
from service import Service

PACE_MS = {"hello": 10, "numpy": 50, "pandas": 50, "sympy": 50, "whole stack": 50}
TURNS = 3
TURN_SECONDS = 1.5  # of a comparator; a run that takes longer is a turn
OUR_TURN_SECONDS = {"hello": 2, "numpy": 5, "pandas": 5, "sympy": 5, "whole stack": 5}
SLOW_MS = 4000  # one turn only
TOO_SLOW_MS = 2000  # for 8 of them at once, again and again
THROUGHPUT = ("hello", "pandas", "whole stack")
CLIENTS = 8
OURS, OLD_WAY = "PyRunner", "FastAPI + subprocess"
TIMES_FASTER = {"hello": 60, "pandas": 150}
TIMES_THE_RUNS = {"hello": 20, "pandas": 50}
OWN_TIME = ("numpy", "pandas", "sympy")


class Turns:
    """The turns of one comparator with one program."""

    def __init__(self, one, program, ours, quick):
        self.one, self.program, self.times = one, program, []
        self.pace = PACE_MS[program]
        if ours:
            self.probe, self.turns = 0, TURNS
            self.count = round(OUR_TURN_SECONDS[program] * 1000 / self.pace)
        else:
            # The first run fills caches; where they matter, the second decides how it is asked.
            self.probe = one.after_each_other(program, 1)[0]
            if self.probe < 1000:
                self.probe = one.after_each_other(program, 1)[0]
            self.turns = TURNS if self.probe < SLOW_MS else 1
            slot = self.pace if self.in_time() else self.probe
            self.count = max(1, round(TURN_SECONDS * 1000 / slot))
        if quick:
            self.turns, self.count = 1, max(1, self.count // 4)

    def in_time(self):
        """Whether it keeps up with the pace. What does not is asked again when it has answered."""
        return hasattr(self.one, "paced") and self.probe < 0.8 * self.pace

    def take(self):
        if self.turns == 0:
            return
        self.turns -= 1
        self.times += (self.one.paced(self.program, self.pace, self.count) if self.in_time()
                       else self.one.after_each_other(self.program, self.count))

    def result(self):
        return {"p50_ms": quantile(self.times, 0.5), "p99_ms": quantile(self.times, 0.99),
                "runs": len(self.times),
                "paced_ms": self.pace if self.in_time() else None}


def latencies(bench, everyone):
    """By program and name, the result of its turns; and sentences on who does not run what."""
    results, left_out = {}, {}
    for program in PROGRAMS:
        turns = []
        for one in everyone:
            try:
                if not (reason := one.cannot(program)):
                    turns.append(Turns(one, program, one.name == OURS, bench.quick))
            except RuntimeError as error:
                if one.name == OURS:
                    raise
                reason = str(error)
            if reason:
                print(f"{one.name} does not run {program}: {reason}", flush=True)
                left_out.setdefault((one.name, reason), []).append(program)
        for _ in range(TURNS):
            for each in turns:
                each.take()
        results[program] = {each.one.name: each.result() for each in turns}
        for name, result in results[program].items():
            how = (f"one every {result['paced_ms']} ms" if result["paced_ms"]
                   else "one after another")
            print(f"{program:<12} {name:<22} p50 {number(result['p50_ms']):>8}  p99"
                  f" {number(result['p99_ms']):>8} ms  {result['runs']} runs, {how}", flush=True)
    alike = {}
    for (name, reason), programs in left_out.items():
        alike.setdefault((", ".join(programs), reason), []).append(name)
    return results, [f"Of {programs} there is nothing by {' and '.join(names)}: {reason}."
                     for (programs, reason), names in alike.items()]


def throughputs(bench, service, everyone, latency):
    """By program and name, runs a second of 8 clients."""
    results = {}
    for program in THROUGHPUT:
        taking_part = [one for one in everyone if one.name in latency[program] and (
            one.name in (OURS, OLD_WAY) or latency[program][one.name]["p50_ms"] < TOO_SLOW_MS)]
        rates = {one.name: [] for one in taking_part}
        for _ in range(1 if bench.quick else 2):
            for one in taking_part:
                service.await_full()
                rates[one.name].append(one.throughput(program, CLIENTS, 1 if bench.quick else 2.5))
        results[program] = {name: statistics.median(values) for name, values in rates.items()}
        for name, rate in results[program].items():
            print(f"{program:<12} {name:<22} {CLIENTS} clients {number(rate):>8} /s", flush=True)
    return results


def own_times(bench):
    """By program, the median in ms of its own time in a warm interpreter."""
    results = {}
    for program in OWN_TIME:
        done = subprocess.run(
            [PYTHON, "-B", comparators.HERE + "/warm.py", bench.files.program(program), "200"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        if done.stderr != PROGRAMS[program][1]:
            raise RuntimeError(f"a wrong answer to {program}: {done.stderr!r}")
        results[program] = statistics.median(json.loads(done.stdout))
    return results


def verdicts(bench, latency, throughput, own):
    bench.report.print_head()
    for program, target in TIMES_FASTER.items():
        if OLD_WAY in latency[program]:
            ratio = latency[program][OLD_WAY]["p50_ms"] / latency[program][OURS]["p50_ms"]
            bench.add(f"{program}, times faster than {OLD_WAY}", ratio, "x", target,
                      at_most=False)
    for program, target in TIMES_THE_RUNS.items():
        if OLD_WAY in throughput[program]:
            bench.add(f"{program}, times its runs a second",
                      throughput[program][OURS] / throughput[program][OLD_WAY], "x", target,
                      at_most=False, note=f"{CLIENTS} clients")
    for program, median in own.items():
        bench.add(f"{program}, median against warm code", latency[program][OURS]["p50_ms"], "ms",
                  round(1.3 * median + 1, 2),
                  note=f"1.3 x {median:.3f} ms in a warm interpreter, + 1 ms")


def rows(results, names, value, unit, label):
    """The lines of a table: each value, and its ratio to ours."""
    for program, found in results.items():
        line = [label.format(program)]
        for name in names:
            if name not in found:
                line.append("")
                continue
            mine, other = value(found[OURS]), value(found[name])
            ratio = other / mine if unit == "ms" else mine / other
            line.append(f"{number(other)} {unit}"
                        + ("" if name == OURS else f" ({number(ratio)} x)"))
        yield line


def markdown(names, latency, throughput):
    lines = [["", *names]]
    for key in ("p50", "p99"):
        lines += rows(latency, names, lambda result, key=key: result[key + "_ms"], "ms",
                      "{}, " + key)
    lines += rows(throughput, names, lambda rate: rate, "/s", f"{{}}, {CLIENTS} clients")
    return table(lines)


def footnotes(latency, left_out):
    few = min(result["runs"] for found in latency.values() for result in found.values())
    return " ".join([
        f"One request every {PACE_MS['hello']} ms for hello, every {PACE_MS['pandas']} ms else;"
        " whoever does not keep up with that is asked one after another. In parentheses how many"
        f" times PyRunner is better. What is slow ran less often, at least {few} times: a 99th percentile"
        f" of fewer than 100 runs is their slowest. {CLIENTS} clients were not sent to what takes"
        f" longer than {TOO_SLOW_MS / 1000:g} s, but to {OLD_WAY}.", *left_out])


def chart(names, results, title, description, label, value):
    return plot.bars(title, description, label, names, {
        program: {name: value(result) for name, result in found.items()}
        for program, found in results.items()})


def run(bench):
    """Returns the exit code."""
    began = time.monotonic()
    there, missing = comparators.start_all(bench)
    try:
        with Service() as service:
            service.await_full()
            everyone = [comparators.OurService(OURS, bench.send, service), *there]
            latency, left_out = latencies(bench, everyone)
            throughput = throughputs(bench, service, everyone, latency)
            own = own_times(bench)
    finally:
        for one in there:
            one.stop()
    print()
    verdicts(bench, latency, throughput, own)
    names = [one.name for one in everyone]
    text = markdown(names, latency, throughput)
    left_out += [f"{name} is left out: {reason}." for name, reason in missing.items()]
    notes = footnotes(latency, left_out)
    print(f"\n{text}\n\n{notes}\n{time.monotonic() - began:.0f} s", flush=True)
    bench.plot("compare", chart(
        names, latency, "How long a client waits for a program, median",
        "Bars for each program: milliseconds by PyRunner and by what it is compared with;"
        " docs/performance.md has the numbers.", "milliseconds", lambda found: found["p50_ms"]))
    bench.plot("throughput", chart(
        names, throughput, f"Runs a second of {CLIENTS} clients",
        "Bars for each program: runs a second by PyRunner and by what it is compared with;"
        " docs/performance.md has the numbers.", "runs a second", lambda rate: rate))
    return bench.finish(
        "compare",
        {"latency": latency, "runs_a_second": throughput, "warm_ms": own, "left_out": left_out},
        {"compare": f"{text}\n\n{notes}\n\n{bench.report.markdown()}"})
