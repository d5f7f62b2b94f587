"""Throughput benchmarks: clients that each send again when they have their answer."""

import statistics

from processes import machine_busy_seconds
from suite import PHASES

# (program, clients, target in runs a second, rounds, seconds)
LOADS = (
    ("hello", 8, 1200, 5, 1.5),
    ("hello", 1, None, 3, 1.5),
    ("hello", 32, None, 3, 1.5),
    ("hello", 1000, None, 2, 4.0),
    ("whole stack", 8, 800, 3, 2.0),
    ("pandas", 8, 160, 3, 2.0),
)


def bench_throughput(bench, service):
    for program, clients, target, rounds, seconds in LOADS:
        rates, colds, p50s, p99s, machine, own, failures = [], [], [], [], [], [], 0
        for _ in range(bench.rounds(rounds)):
            service.await_full()
            machine_before, own_before = machine_busy_seconds(), service.cpu_seconds()
            summary, _ = bench.load(service.port, program, clients=clients, seconds=seconds)
            machine_after, own_after = machine_busy_seconds(), service.cpu_seconds()
            rates.append(summary["rate"])
            p50s.append(summary["p50_ms"])
            p99s.append(summary["p99_ms"])
            failures += summary["count"] - summary["ok"]
            machine.append((machine_after - machine_before) * 1000 / summary["ok"])
            own.append((own_after - own_before) * 1000 / summary["ok"])
            if program == "hello" and clients == 8:
                bench.phases["hello, 8 clients"] = [
                    summary["phases_ms"][phase] for phase in PHASES
                ]
            service.await_full()  # not at the cost of what is compared
            if clients == 8:
                colds.append(bench.python3.throughput(program, clients, seconds))
        what = f"{program}, {clients:,} client{'s' * (clients > 1)}"
        bench.add(f"{what}, runs a second", statistics.median(rates), "/s", target, at_most=False,
                  cold=statistics.median(colds) if colds else None,
                  note=f"median of {len(rates)} x {seconds} s; p50 {statistics.median(p50s):.1f},"
                  f" p99 {statistics.median(p99s):.1f} ms")
        if clients == 1000:
            bench.add(f"{what}, not answered rightly", failures, "runs", 0)
        # The machine's time includes the load generator's and whatever else ran; the service's own
        # lacks the kernel's workers, which take namespaces apart.
        bench.add(f"{what}, machine CPU a run", statistics.median(machine), "ms",
                  note=f"{statistics.median(own):.2f} ms of it the service's own processes")
