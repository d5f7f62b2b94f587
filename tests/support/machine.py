"""A machine with systemd for tests: a container whose root is this machine's own, as an overlay that
is thrown away, and whose first process is systemd.

    machine = Machine({"/package": folder})
    machine.run("systemctl", "start", "something").returncode
    machine.stop()
"""

import shutil
import subprocess
import uuid

from . import container
from .server import until

SYSTEMD = "/lib/systemd/systemd"
# They would set what is the whole kernel's, or belong to other packages of this machine.
MASKED = ("systemd-sysctl.service", "systemd-modules-load.service", "systemd-binfmt.service",
          "proc-sys-fs-binfmt_misc.automount", "proc-sys-fs-binfmt_misc.mount", "podman.socket", "sys-kernel-debug.mount",
          "sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount", "dev-hugepages.mount",
          "systemd-random-seed.service", "systemd-udevd.service", "systemd-udev-trigger.service",
          "systemd-networkd-wait-online.service", "NetworkManager-wait-online.service")


def why_not():
    """Why there is no such machine here; empty if there is."""
    if not shutil.which(SYSTEMD):
        return f"there is no {SYSTEMD}: systemd is not installed"
    return container.why_not()


class Machine:
    def __init__(self, folders):
        self.name = f"pyrunner-test-{uuid.uuid4().hex[:12]}"
        volumes = [word for inside, outside in folders.items() for word in ("--volume", f"{outside}:{inside}:ro")]
        flags = [word.format(files=16384) for word in container.LIMITS]
        tmpfs = [word for path in ("/run", "/run/lock", "/tmp", "/var/tmp")
                 for word in ("--tmpfs", f"{path}:rw,notmpcopyup")]
        self.process = subprocess.Popen(
            ["podman", "--runtime", shutil.which("runc", path="/usr/sbin:/usr/bin") or "runc", "run", "--rm",
             "--name", self.name, "--systemd=false", "--cgroupns=private", "--privileged", "--network", "none",
             *flags, *tmpfs, *volumes, "--env", "container=podman", "--rootfs", "/:O", SYSTEMD,
             "--unit=basic.target", *(f"systemd.mask={unit}" for unit in MASKED)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(self.is_up, 90, "systemd is up")
        except BaseException:
            self.stop()
            raise

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the container ended with {self.process.returncode}")
        return self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def run(self, *words, seconds=120):
        """Runs a command in it; a CompletedProcess with text."""
        return subprocess.run(["podman", "exec", self.name, *words], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=seconds)

    def shell(self, line, **options):
        return self.run("sh", "-c", line, **options)

    def stop(self):
        subprocess.run(["podman", "rm", "--force", "--time", "0", self.name], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
