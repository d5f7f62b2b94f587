"""Latency benchmarks: paced requests, one after the other, to an otherwise idle service."""

from figures import quantile
from suite import PHASES

# program: (rounds, requests of a round, pace in ms, runs of python3 in a round)
PACED = {
    "hello": (10, 40, 10, 30),
    "whole stack": (5, 20, 50, 1),
    "numpy": (5, 20, 50, 4),
    "pandas": (5, 20, 50, 4),
    "sympy": (5, 20, 50, 4),
}
TARGETS = {"whole stack": 0.8, "numpy": 1.0, "pandas": 3.5, "sympy": 8.0}


def paced(bench, service, program):
    """Rounds of paced requests, then of cold starts. Returns both lists of milliseconds."""
    rounds, requests, pace_ms, colds = PACED[program]
    ours, cold = [], []
    for _ in range(bench.rounds(rounds)):
        ours += bench.load(
            service.port, program, paced_ms=pace_ms, requests=requests, warmup=5)[1]
        cold += [bench.cold(program) for _ in range(colds)]
    bench.note_phases(program, ours)
    return [sample[0] for sample in ours], cold


def bench_hello(bench, service):
    ours, cold = paced(bench, service, "hello")
    note = f"{len(ours)} requests, one every 10 ms"
    p50, cold50 = quantile(ours, 0.5), quantile(cold, 0.5)
    bench.add("hello, median", p50, "ms", 0.6, cold=cold50, note=note)
    bench.add("hello, 99th percentile", quantile(ours, 0.99), "ms", 2.5,
              cold=quantile(cold, 0.99), note=note)
    bench.add("hello, times faster than python3", cold50 / p50, "x", 20, at_most=False)


def bench_programs(bench, service):
    for program, target in TARGETS.items():
        ours, cold = paced(bench, service, program)
        p50, cold50 = quantile(ours, 0.5), quantile(cold, 0.5)
        bench.add(f"{program}, median", p50, "ms", target, cold=cold50,
                  note=f"{len(ours)} requests, one every 50 ms")
        bench.add(f"{program}, 99th percentile", quantile(ours, 0.99), "ms",
                  cold=quantile(cold, 0.99))
        bench.add(f"{program}, times faster than python3", cold50 / p50, "x",
                  30 if program == "pandas" else None, at_most=False)


def alternately(bench, service, names, rounds, requests, pace_ms):
    """Paced requests of each name in turn. By name, the samples of all its rounds."""
    samples = {name: [] for name in names}
    for _ in range(bench.rounds(rounds)):
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
        bench.add(name + ", median", median, "ms",
                  note=f"{len(samples[name])} requests, one every 10 ms")
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
