#!/usr/bin/python3
"""The benchmark suite: `./dev bench [name...] [--quick]`, as root.

Starts the release build with its default settings and measures it beside others in alternating
rounds, so that whatever else the machine does hits both. Prints what was reached and what was not,
and writes bench/results.json; a full run also renews its part of docs/performance.md. It fails only
for wrong answers, and `ab` for a revision that costs more.
"""

import argparse
import os
import sys
import tempfile

import ab
import compare
import scale
import soak
from latency import bench_hello, bench_main, bench_policy, bench_programs
from memory import bench_memory
from neighbours import bench_neighbours
from service import Service
from start import bench_start
from suite import PHASES, Bench
from throughput import bench_throughput

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
# They take longer than what they say is worth to somebody who asks how fast the service is.
BY_NAME_ONLY = ("neighbours",)
COMMANDS = {"compare": compare.run, "scale": scale.run}


def targets(bench, names):
    """The benchmarks of these names against one service."""
    bench.report.print_head()
    with Service() as service:
        service.await_full()
        for name in names:
            if name != "start":
                BENCHMARKS[name](bench, service)
    if "start" in names:
        bench_start(bench, None)
    bench.print_phases()
    everything = {"bench": bench.report.markdown(), "phases": bench.markdown_phases()}
    return bench.finish(
        "bench" if names == everyday() else " ".join(names), {"phases_ms": {program: dict(zip(PHASES, values))
                                for program, values in bench.phases.items()}},
        everything if names == everyday() else {})


def everyday():
    return [name for name in BENCHMARKS if name not in BY_NAME_ONLY]


def main():
    if sys.argv[1:2] == ["soak"]:
        soak.main(sys.argv[2:])
    parser = argparse.ArgumentParser(
        prog="./dev bench", epilog="`bench soak [runs]` leaves nothing behind, or says what.")
    parser.add_argument("names", nargs="*", metavar="name",
                        help=f"of {', '.join(BENCHMARKS)}; by default all but"
                        f" {', '.join(BY_NAME_ONLY)}. Or one of {', '.join(COMMANDS)}, or"
                        " `ab REV [REV2]`")
    parser.add_argument("--quick", action="store_true",
                        help="few rounds, to try it out; no document is written")
    parser.add_argument("--publish", action="store_true",
                        help="write the document all the same")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench: needs root, as the service does")
    names = options.names or everyday()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(scratch, options.quick, options.publish or not options.quick)
        if names[0] == "ab":
            sys.exit(ab.run(bench, names[1:]))
        if names[0] in COMMANDS and len(names) == 1:
            sys.exit(COMMANDS[names[0]](bench))
        if unknown := [name for name in names if name not in BENCHMARKS]:
            sys.exit(f"bench: there is no benchmark '{unknown[0]}'; there are "
                     + ", ".join([*BENCHMARKS, *COMMANDS, "ab", "soak"]))
        sys.exit(targets(bench, names))


if __name__ == "__main__":
    main()
