"""What the kernel says of a server: its processes, cgroups, descriptors, memory, mounts."""

import os
import pathlib

GATEWAY_UID = 1_900_000_000
ZYGOTE_UID = GATEWAY_UID + 1


def stat(pid):
    """(state, parent, CPU seconds, start time) of a process, or None."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    return fields[0], int(fields[1]), (int(fields[11]) + int(fields[12])) / ticks, int(fields[19])


def status(pid, field):
    """A line of /proc/PID/status, without its name; "" for a process that is gone."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return ""


def rss_mb(pid):
    return int(status(pid, "VmRSS").split()[0]) / 1024


def children(pid):
    """Direct children that are no zombies."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            seen = stat(entry)
            if seen and seen[1] == pid and seen[0] not in "ZX":
                found.append(int(entry))
    return sorted(found)


def outer_uid(pid):
    uid = status(pid, "Uid")
    return int(uid.split()[0]) if uid else None


def is_sandbox(pid):
    """Whether it is process 1 of a namespace of its own, as a sandbox is from its first moment."""
    return len(status(pid, "NSpid").split()) > 1


def zygotes(server_pid):
    return [pid for pid in children(server_pid)
            if outer_uid(pid) == ZYGOTE_UID and zygote_kind(pid) and not is_sandbox(pid)]


def sandboxes(server_pid):
    return [pid for pid in children(server_pid) if is_sandbox(pid)]


def supervisor(server_pid):
    return [pid for pid in children(server_pid) if outer_uid(pid) == 0]


def zygote_kind(pid):
    """"base" or "science", from the command line."""
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    return words[1].decode() if len(words) > 1 and b"pyrunner-zygote" in words[0] else None


def processes(server_pid):
    """All of a server's: (pid, start time) pairs, to look for after its end."""
    found = {}
    for pid in (server_pid, *children(server_pid)):
        seen = stat(pid)
        if seen:
            found[pid] = seen[3]
    return found


def survivors(recorded):
    """Those of `processes` that still run."""
    return [pid for pid, start in recorded.items()
            if (seen := stat(pid)) and seen[3] == start and seen[0] not in "ZX"]


def cgroups(server_pid=None):
    """Directories of a server's cgroup trees, in every hierarchy."""
    wanted = "pyrunner-" + (str(server_pid) if server_pid else "")
    found = []
    for folder, names, _ in os.walk("/sys/fs/cgroup"):
        for name in list(names):
            if name == wanted or name.startswith(wanted + "." if server_pid else wanted):
                found.append(os.path.join(folder, name))
                names.remove(name)
    return sorted(found)


def groups_in(tree):
    try:
        return sorted(entry.name for entry in os.scandir(tree) if entry.is_dir())
    except OSError:
        return []


def mounts():
    """The mounts of this process's namespace, which a server must not add to."""
    return sorted(line.split()[4] for line in
                  pathlib.Path("/proc/self/mountinfo").read_text().splitlines())


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
