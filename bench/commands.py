"""Programs run by a command of their own each: `python3 file.py`, bare or inside of something."""

import os
import shutil
import threading
import time

from programs import PROGRAMS
from report import PYTHON


class Command:
    """A command that runs a program's file. `head` are its words before the file."""

    def __init__(self, name, files, head):
        self.name, self.files, self.head = name, files, head
        self.environment = {
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": files.scratch, "LANG": "C.UTF-8",
            "TMPDIR": files.scratch, "MPLBACKEND": "Agg", "MPLCONFIGDIR": files.scratch,
        }

    def run(self, program):
        """Milliseconds of one run, from before the fork to after the wait."""
        read_end, write_end = os.pipe()
        start = time.perf_counter()
        pid = os.posix_spawn(
            self.head[0], [*self.head, self.files.program(program)], self.environment,
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                          (os.POSIX_SPAWN_DUP2, write_end, 1)],
        )
        os.close(write_end)
        output = b""
        while chunk := os.read(read_end, 65536):
            output += chunk
        os.waitpid(pid, 0)
        elapsed = (time.perf_counter() - start) * 1000
        os.close(read_end)
        if output.decode() != PROGRAMS[program][1]:
            raise RuntimeError(f"{self.name} gave a wrong answer to {program}: {output!r}")
        return elapsed

    def throughput(self, program, clients, seconds):
        """Runs a second by so many workers at once."""
        counts = [0] * clients
        start = time.perf_counter()

        def work(index):
            while time.perf_counter() < start + seconds:
                self.run(program)
                counts[index] += 1

        threads = [threading.Thread(target=work, args=(i,)) for i in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - start)


def python3(files):
    return Command("python3", files, [PYTHON])


def bubblewrap(files):
    """A new set of all namespaces, the machine's files read-only but for a scratch folder."""
    found = shutil.which("bwrap")
    if not found:
        raise RuntimeError("bwrap is not installed")
    return Command("bwrap", files, [
        found, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", files.scratch,
        files.scratch, "--unshare-all", "--die-with-parent", "--", PYTHON])


def gvisor(files):
    """A kernel of its own in user space, the machine's files below an overlay."""
    found = shutil.which("runsc")
    if not found:
        raise RuntimeError("runsc is not installed")
    return Command("runsc", files, [
        found, "--platform=ptrace", "--network=none", "--ignore-cgroups", "do", PYTHON])
