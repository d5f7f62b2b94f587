"""The start benchmark: from the start of the service to its first answers."""

import statistics
import time

from service import Service


def bench_start(bench, _):
    firsts = {"hello": [], "whole stack": []}
    starts = bench.rounds(5)
    for _ in range(starts):
        with Service() as service:
            for program, times in firsts.items():
                bench.send.wrong += not service.ask(program)
                times.append(time.perf_counter() - service.start)
    for program, name, target in (("hello", "stdlib", 1.0), ("whole stack", "whole stack", 6.0)):
        bench.add(f"start to first answer, {name}", statistics.median(firsts[program]), "s", target,
                  note=f"median of {starts} starts, files in the page cache")
