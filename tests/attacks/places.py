"""Where a service can run that is attacked: one Place for each level of the sandbox.

A place starts the real service, and says afterwards what it left behind. Another level (a container,
gVisor) is another Place: `start` gives a port of 127.0.0.1 on which it answers with `--policy open`,
`stop` ends it and raises AssertionError if it did not end well. Where its host is not this one's
file system, it overrides `targets` too.
"""

import glob
import os
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "attacks"))

from support import kernel  # noqa: E402
from support.server import BINARY, Server, until  # noqa: E402
from targets import MARK, Targets  # noqa: E402

FLAGS = ("--policy", "open")
WHERE_FILES_STAY = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock", "/", "/usr/bin", "/etc")
KEYS = ("0x50795275", "0x50795276")  # of the attacks' own System V objects


class Place:
    """A level. Not for several threads; used once."""

    level = ""  # its name
    kind = "full"  # as GET /v1/sandbox has it
    reason = ""  # why it cannot be tried here; empty: it can

    def targets(self):
        """What is planted where this place's programs would reach it."""
        return Targets()

    def start(self, environment):
        """Starts the service with these variables in its environment; its port."""
        raise NotImplementedError

    def stop(self):
        raise NotImplementedError

    def log(self):
        return ""

    def left_behind(self):
        """What the attacks left on the host; empty if nothing. Called after `stop`."""
        raise NotImplementedError


class Host(Place):
    """The service as a process of this machine."""

    def launch(self, environment):
        raise NotImplementedError

    def start(self, environment):
        self.mounts_before = kernel.mounts()
        self.files_before = self.files()
        self.server = self.launch(environment)
        return self.server.port

    def stop(self):
        self.processes = kernel.processes(self.server.pid)
        code = self.server.stop()
        assert code == 0, f"the service ended with {code}: {self.server.log()[-2000:]}"

    def log(self):
        return self.server.log()

    def files(self):
        return {path for folder in WHERE_FILES_STAY for path in glob.glob(f"{folder}/{MARK}*")}

    def left_behind(self):
        until(lambda: not kernel.survivors(self.processes), 10, "all processes of the service are gone")
        found = [f"file {path}" for path in self.files() - self.files_before]
        found += [f"cgroup {path}" for path in kernel.cgroups(self.server.pid)]
        found += [f"mount {path}" for path in kernel.mounts() if path not in self.mounts_before and MARK in path]
        for kind in ("shm", "sem", "msg"):
            table = pathlib.Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]
            found += [f"{kind} {line}" for line in table if f"{int(line.split()[0]) & 0xffffffff:#x}" in KEYS]
        found += [f"socket {line}" for line in pathlib.Path("/proc/net/unix").read_text().splitlines()
                  if f"@{MARK}-" in line and ("meeting" in line or "listen" in line or "pair" in line)]
        return found


class Root(Host):
    level = "full, as root"
    reason = "" if os.geteuid() == 0 else "needs root"

    def launch(self, environment):
        return Server(*FLAGS, env=environment, warm=True)


class OrdinaryUser(Host):
    level = "full, as an ordinary user"
    uid = 54323  # of nobody else here

    def targets(self):
        # The other process is of the same user: nothing but the sandbox stands between them.
        return Targets(uid=self.uid if os.geteuid() == 0 else None)

    def launch(self, environment):
        if os.geteuid() != 0:
            return Server(*FLAGS, env=environment, warm=True)
        # Where this user can reach it.
        self.folder = tempfile.mkdtemp(prefix="pyrunner-place-")
        os.chmod(self.folder, 0o755)
        for name in ("pyrunner", "pyrunner-zygote"):
            shutil.copy(pathlib.Path(BINARY).parent / name, self.folder)
        return Server(*FLAGS, env=environment, warm=True, binary=f"{self.folder}/pyrunner", prefix=(
            "setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups", "--inh-caps=-all"))

    def stop(self):
        try:
            super().stop()
        finally:
            if os.geteuid() == 0:
                shutil.rmtree(self.folder)
