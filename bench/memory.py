"""Memory benchmarks: what the service holds while it waits."""

import statistics

import processes
from service import Service

MB = 1e6


def ready(bench, service, kind, name, target):
    pids = service.await_full()[kind]
    dirty = [processes.memory(pid)["Private_Dirty"] / MB for pid in pids]
    charges = [charge for pid in pids if (charge := processes.cgroup_charge(pid)) is not None]
    bench.add(f"ready {name} sandbox, private memory", statistics.median(dirty), "MB", target,
              note=f"written by it alone; median of {len(pids)}")
    if charges:
        bench.add(f"ready {name} sandbox, cgroup charge", statistics.median(charges) / MB, "MB")


def bench_memory(bench, service):
    with Service() as fresh:
        for kind, target in (("base", 3.0), ("science", 1.5)):
            ready(bench, fresh, kind, kind, target)
    # These have rehearsed what came of late.
    ready(bench, service, "science", "science (after pandas and sympy)", None)
    bench.add("gateway, resident", processes.memory(service.pid)["Rss"] / MB, "MB",
              note="after the benchmarks above")
