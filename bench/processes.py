"""What the kernel says of processes: children, processor time, memory."""

import os
import re

TICKS = os.sysconf("SC_CLK_TCK")


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


def tree(pid):
    """A process and all that live below it."""
    return [pid] + [below for child in children(pid) for below in tree(child)]


def cpu_seconds(pid):
    """Processor time of a process, of all that live below it, and of all that those have reaped.

    The kernel sums it up to the nanosecond and tells it in ticks, rounded down for each process:
    exact to some hundredths of a second. What ended between two reads counts once or not at all, so
    read it when nothing runs. The kernel's workers that take namespaces apart are not in it.
    """
    total = 0
    for each in tree(pid):
        fields = read(f"/proc/{each}/stat", "").rpartition(")")[2].split()
        if len(fields) > 14:
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def machine_busy_seconds():
    fields = [int(word) for word in read("/proc/stat").splitlines()[0].split()[1:]]
    user, nice, system, _idle, _wait, irq, softirq = fields[:7]
    return (user + nice + system + irq + softirq) / TICKS


def memory(pid):
    """Bytes by the names of smaps_rollup: Rss, Pss, Private_Dirty, ..."""
    return {name: int(kilobytes) * 1024 for name, kilobytes in re.findall(
        r"(\w+):\s+(\d+) kB", read(f"/proc/{pid}/smaps_rollup"))}


def cgroup_charge(pid):
    """What a process's memory cgroup holds, version 1 or 2; nothing if it cannot be read."""
    for line in read(f"/proc/{pid}/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            return int(read("/sys/fs/cgroup/memory" + path + "/memory.usage_in_bytes"))
        if controllers == "" and os.path.exists("/sys/fs/cgroup" + path + "/memory.current"):
            return int(read("/sys/fs/cgroup" + path + "/memory.current"))
    return None
