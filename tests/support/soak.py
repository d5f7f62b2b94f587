"""A long mixture of honest, hostile and vanishing clients, and the census before and after it."""

import concurrent.futures
import os
import pathlib
import random
import socket
import struct
import threading
import time

from support import kernel
from support.crowd import parse_answer, run_request
from support.server import PATIENCE, until

# Honest programs: (source, standard output). {n} is another number each time, so that an answer
# that belongs to somebody else is a wrong one.
HONEST = [
    ("print('hello {n}')", "hello {n}\n"),
    ("import json\nprint(json.dumps({{'n': [{n}, 2]}}))", '{{"n": [{n}, 2]}}\n'),
    ("open('f', 'wb').write(bytes({n}))\nimport os\nprint(os.path.getsize('f'), sorted(os.listdir()))",
     "{n} ['f', 'main.py']\n"),
    ("import threading\nt = threading.Thread(target=print, args=({n},))\nt.start()\nt.join()",
     "{n}\n"),
    ("print('{n}' * 10_000)", None),
    ("import numpy as np\nprint(int(np.full(10, {n}).sum()))", None),
    ("import pandas as pd\nprint(pd.DataFrame({{'a': [{n}, {n}]}})['a'].mean())", "{n}.0\n"),
]
COMPUTED = {4: lambda n: str(n) * 10_000 + "\n", 5: lambda n: f"{10 * n}\n"}

# Hostile ones: (source, fields, the statuses that tell it right).
HOSTILE = [
    ("import ctypes\nctypes.string_at(0)", {}, {"error"}),
    ("import os\nos.abort()", {}, {"error"}),
    ("def f(): f()\nimport sys\nsys.setrecursionlimit(10**9)\nf()", {"memory_limit": 64},
     {"memory_exceeded", "error"}),
    ("x = []\nwhile True: x.append(b'x' * (1 << 20))", {"memory_limit": 64}, {"memory_exceeded"}),
    ("import mmap\nm = mmap.mmap(-1, 1 << 30)\nfor at in range(0, 1 << 30, 4096): m[at] = 1",
     {"memory_limit": 64}, {"memory_exceeded"}),
    ("f = open('f', 'wb')\ntry:\n    while True: f.write(bytes(1 << 20))\n"
     "except OSError: pass\nprint('full')", {"memory_limit": 512}, {"success", "error"}),
    ("import os\ni = 0\nwhile True:\n    os.mkdir(str(i))\n    i += 1", {}, {"error"}),
    ("import os\nwhile True: os.write(1, b'x' * 65536)", {}, {"error"}),
    ("import os\nwhile True: os.write(2, b'y' * 4096)", {}, {"error"}),
    ("import os\nfor _ in range(2000):\n    try: os.fork()\n    except OSError: pass\n"
     "os.fork()", {}, {"error"}),
    ("import threading\nwhile True:\n    threading.Thread(target=threading.Event().wait, "
     "daemon=True).start()", {}, {"error"}),
    ("import threading, os\nfor _ in range(20):\n    threading.Thread("
     "target=threading.Event().wait, daemon=True).start()\nos._exit(4)", {}, {"error"}),
    ("import os\nos.closerange(0, 99)\nos._exit(3)", {}, {"error"}),
    ("import os, struct\nfor kind in range(20):\n    for fd in range(3, 20):\n"
     "        try: os.write(fd, struct.pack('=II', kind, 40) + b'forged' + bytes(34))\n"
     "        except OSError: pass\nos._exit(9)", {}, {"error", "success"}),
    ("import os\nfor fd in range(3, 20):\n    try: os.write(fd, os.urandom(999))\n"
     "    except OSError: pass\nos._exit(9)", {}, {"error"}),
    ("import os, signal\nfor s in range(1, 32):\n    try: os.kill(-1, s)\n"
     "    except OSError: pass\nos.kill(1, 9)\nos._exit(5)", {}, {"error"}),
    ("import ctypes\nlibc = ctypes.CDLL(None)\nfor _ in range(9): libc.shmget(0, 1 << 20, 0o1777)\n"
     "fd = libc.shm_open(b'/left', 66, 0o777)\n1 / 0", {}, {"error"}),
    ("import os\nheld = []\nwhile True:\n    a, b = os.pipe()\n    held.append((a, b))\n"
     "    os.set_blocking(b, False)\n    os.write(b, bytes(65536))", {}, {"error"}),
    ("import tempfile\nfor _ in range(50): tempfile.mkstemp(), tempfile.mkdtemp()\n1 / 0",
     {}, {"error"}),
    ("import ctypes\nctypes.CDLL(None).syscall(101, 0, 0, 0, 0)", {}, {"error"}),
]
# These take a second each.
SLOW = [
    ("while True: pass", {"timeout": 1}, {"timeout"}),
    ("import time\ntime.sleep(60)", {"timeout": 1}, {"timeout"}),
    ("import threading, time\nfor _ in range(9): threading.Thread(target=time.sleep, "
     "args=(60,)).start()", {"timeout": 1}, {"timeout"}),
    ("import atexit\n@atexit.register\ndef f():\n    while True: pass", {"timeout": 1}, {"timeout"}),
]
# What clients ask for that do not wait for it.
ABANDONED = ["while True: pass", "import time\ntime.sleep(9)", "print('x' * 10**6)",
             "import numpy, time\ntime.sleep(5)", "print('short')",
             "x = []\nwhile True: x.append(b'x' * (1 << 20))"]

HOSTILE_SHARE, SLOW_SHARE, VANISHING_SHARE = 0.28, 0.015, 0.04  # a third in all


class Mixture:
    """Clients, several at once, each doing one of the above. Thread-safe only within run()."""

    def __init__(self, port, seed, at_once=12):
        self.port = port
        self.chosen = random.Random(seed)
        self.at_once = at_once
        self.counts = {"honest": 0, "hostile": 0, "vanished": 0}
        self.wrong = []  # (source, what came)
        self.lock = threading.Lock()

    def run(self, count, report=None):
        """So many of them; complaints are added to `wrong`."""
        seeds = [self.chosen.random() for _ in range(count)]
        with concurrent.futures.ThreadPoolExecutor(self.at_once) as pool:
            for done, _ in enumerate(pool.map(self.one, seeds), 1):
                if report and done % 1000 == 0:
                    report(done)

    def one(self, seed):
        chosen = random.Random(seed)
        dice = chosen.random()
        if dice < VANISHING_SHARE:
            kind, complaint = "vanished", self.vanish(chosen)
        elif dice < VANISHING_SHARE + HOSTILE_SHARE + SLOW_SHARE:
            programs = SLOW if dice < VANISHING_SHARE + SLOW_SHARE else HOSTILE
            kind, complaint = "hostile", self.hostile(*chosen.choice(programs))
        else:
            kind, complaint = "honest", self.honest(chosen)
        with self.lock:
            self.counts[kind] += 1
            if complaint:
                self.wrong.append(complaint)

    def ask(self, source, fields):
        """The answer, or what went wrong."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 60 * PATIENCE) as connection:
                connection.sendall(run_request(source, **{"timeout": 20, **fields}))
                data = b""
                while chunk := connection.recv(1 << 18):
                    data += chunk
        except OSError as error:
            return None, repr(error)
        answer = parse_answer(data)
        if not answer or answer.status != 200:
            return None, repr(data[:300])
        return answer.json, None

    def honest(self, chosen):
        index, n = chosen.randrange(len(HONEST)), chosen.randrange(1000, 100_000)
        source, expected = HONEST[index]
        source = source.format(n=n)
        expected = expected.format(n=n) if expected else COMPUTED[index](n)
        answer, error = self.ask(source, {})
        if error:
            return source, error
        told = (answer["status"], answer["stdout"], answer["stderr"], answer["error"])
        return None if told == ("success", expected, "", None) else (source, repr(told)[:500])

    def hostile(self, source, fields, right):
        answer, error = self.ask(source, fields)
        if error:
            return source, error
        return None if answer["status"] in right else (source, repr(answer)[:500])

    def vanish(self, chosen):
        """Leaves in the middle of its request, while it waits, or in the middle of the answer."""
        request = run_request(chosen.choice(ABANDONED))
        with socket.create_connection(("127.0.0.1", self.port), 20) as connection:
            how = chosen.randrange(4)
            if how == 0:
                connection.sendall(request[:chosen.randrange(len(request))])
            else:
                connection.sendall(request)
            if how == 1:
                time.sleep(chosen.random() * 0.2)
            elif how == 2:
                connection.settimeout(0.2)
                try:
                    connection.recv(1000)
                except OSError:
                    pass
            if chosen.random() < 0.5:  # a reset instead of an end
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# --- The census -----------------------------------------------------------------------------------


def descendants(pid):
    """All processes below one, zombies included: pid -> state."""
    by_parent = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (seen := kernel.stat(entry)):
            by_parent.setdefault(seen[1], []).append((int(entry), seen[0]))
    found, waiting = {}, [pid]
    while waiting:
        for child, state in by_parent.get(waiting.pop(), []):
            found[child] = state
            waiting.append(child)
    return found


def lines(path):
    try:
        return pathlib.Path(path).read_text().splitlines()
    except OSError:
        return []


def left_files():
    """Files of the service's users where temporary files are."""
    found = []
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run"):
        for entry in os.scandir(folder):
            try:
                owner = entry.stat(follow_symlinks=False).st_uid
            except OSError:
                continue
            if owner >= kernel.GATEWAY_UID:
                found.append(entry.path)
    return sorted(found)


def census(server_pid):
    """What a service holds of its machine, by name. At rest only."""
    below = descendants(server_pid)
    live = {pid for pid, state in below.items() if state not in "ZX"}
    (supervisor,) = kernel.supervisor(server_pid)
    trees = kernel.cgroups(server_pid)
    count = {
        "processes": len(live),
        "zombies": len(below) - len(live),
        "threads of the gateway": int(kernel.status(server_pid, "Threads")),
        "descriptors, gateway": kernel.descriptors(server_pid),
        "descriptors, supervisor": kernel.descriptors(supervisor),
        # The gateway is in the host's namespace, where others may mount what they like.
        "mounts, gateway": len(set(lines(f"/proc/{server_pid}/mountinfo"))
                               - set(lines("/proc/self/mountinfo"))),
        "mounts named after the service": sum(
            "pyrunner" in line for line in lines("/proc/self/mountinfo")),
        "cgroup trees": len(trees),
        "cgroups": sum(len(kernel.groups_in(tree)) for tree in trees),
        "processes in the cgroups": len({pid for tree in trees for group in kernel.groups_in(tree)
                                         for pid in lines(f"{tree}/{group}/cgroup.procs")}),
        "files left": len(left_files()),
    }
    for pid in kernel.zygotes(server_pid):
        name = f"{kernel.zygote_kind(pid)} zygote"
        count[f"descriptors, {name}"] = kernel.descriptors(pid)
        count[f"mounts, {name}"] = len(lines(f"/proc/{pid}/mountinfo"))
    for what in ("shm", "msg", "sem"):
        count[f"System V {what}"] = len(ipc_objects(what))
    return count


def ipc_objects(what):
    """The System V objects of the service's users."""
    header, *objects = (line.split() for line in lines(f"/proc/sysvipc/{what}"))
    return [words for words in objects if int(words[header.index("uid")]) >= kernel.GATEWAY_UID]


def rest(server, ready):
    """Waits until no client is connected, no zygote is being renewed and the pools are full."""
    def at_rest():
        count = kernel.descriptors(server.pid)
        time.sleep(0.3)
        sandboxes = len(kernel.sandboxes(server.pid))
        return (sandboxes == 2 * ready and len(kernel.zygotes(server.pid)) == 2
                and count == kernel.descriptors(server.pid))
    try:
        # What a burst of clients made necessary is kept for a minute, and then ever less of it.
        until(at_rest, 240, "at rest")
    except AssertionError as error:
        sandboxes = [(pid, kernel.zygote_kind(pid), kernel.stat(pid))
                     for pid in kernel.sandboxes(server.pid)]
        raise AssertionError(
            f"not at rest: {kernel.descriptors(server.pid)} descriptors, sandboxes {sandboxes}, "
            f"zygotes {kernel.zygotes(server.pid)}\n{server.log()[-3000:]}") from error
