"""Memory benchmarks: what the service holds while it waits."""

import statistics

import processes

MB = 1e6


def bench_memory(bench, service):
    for kind, target in (("base", 3.0), ("science", 1.5)):
        pids = service.await_full()[kind]
        dirty = [processes.memory(pid)["Private_Dirty"] / MB for pid in pids]
        charges = [charge for pid in pids if (charge := processes.cgroup_charge(pid)) is not None]
        bench.add(f"ready {kind} sandbox, private memory", statistics.median(dirty), "MB", target,
                  note=f"written by it alone; median of {len(pids)}")
        if charges:
            bench.add(f"ready {kind} sandbox, cgroup charge", statistics.median(charges) / MB, "MB")
    bench.add("gateway, resident", processes.memory(service.pid)["Rss"] / MB, "MB",
              note="after the benchmarks above")
