"""The container image of deploy/Dockerfile, really built and run: podman with storage of its own, which
is thrown away, on a base that debootstrap makes. `docker` on the PATH of `bash` is that podman.

    engine = image.Engine()
    engine.build()                                     # docker build -t pyrunner .
    engine.bash("docker run -d -p 8000:8000 pyrunner") # a line as a page has it
    engine.remove()
"""

import atexit
import functools
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import uuid

from .server import PATIENCE, ROOT, Answer

SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
BUILD = "docker build -t pyrunner ."
BASE = "docker.io/library/debian:bookworm-slim"
ARCHIVE = ROOT / "build" / "image-base.tar"  # kept for the next time, as the compiler's cache is
CACHE = ROOT / "build" / "image-ccache"
DAY = 24 * 3600
GVISOR = "gvisor"  # a runtime of the engine, as Cloud Run and Kubernetes have it

# As much as this machine's own limit allows to pass on.
CONFIGURATION = """
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=4000:4000"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
[engine.runtimes]
runc = ["{runc}"]
gvisor = ["{folder}/gvisor"]
[network]
network_config_dir = "{folder}/networks"
"""
STORAGE = """
[storage]
driver = "{driver}"
graphroot = "{folder}/images"
runroot = "{folder}/run"
"""
# The only change to a command: the network, and what was compiled before, if anything.
DOCKER = """#!/bin/sh
command=$1
shift
case $command in
  build) exec podman build --network host --volume {cache}:/root/.cache/ccache "$@" ;;
  compose) exec podman-compose --podman-path "$0" "$@" ;;
  *) exec podman "$command" "$@" ;;
esac
"""
# Its own network needs what nested machines do not have: it takes the container's.
RUNSC = """#!/bin/sh
exec {runsc} --platform=ptrace --network=host --ignore-cgroups "$@"
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def which(program):
    return shutil.which(program, path=SYSTEM)


@functools.cache
def why_not():
    """Why no image can be built here; empty if it can."""
    if os.geteuid() != 0:
        return "building an image needs root"
    for program in ("podman", "runc", "debootstrap"):
        if not which(program):
            return f"{program} is not installed"
    return ""


def mirrors():
    """(address, suite) of this machine's Debian; that of everybody if apt knows none."""
    done = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(SUITE) $(CODENAME) $(COMPONENT)",
                           "Created-By: Packages"], capture_output=True, text=True)
    found = []
    for line in done.stdout.splitlines():
        address, _, codename, component = (line.split() + [""] * 4)[:4]
        if re.fullmatch(r"bookworm(-updates|-security)?", codename) and component == "main":
            found.append((address.rstrip("/"), codename))
    if not any(suite == "bookworm" for _, suite in found):
        found.append(("http://deb.debian.org/debian", "bookworm"))
    return sorted(set(found), key=lambda entry: entry[1])


def proxy():
    """This machine's way to its mirror, as variables; the build gets them too."""
    variables = {name: os.environ[name] for name in ("http_proxy", "https_proxy", "no_proxy") if name in os.environ}
    done = subprocess.run(["apt-config", "shell", "proxy", "Acquire::http::Proxy"], capture_output=True, text=True)
    found = re.search(r"proxy='(.+)'", done.stdout)
    if found and found[1] != "DIRECT":
        variables.setdefault("http_proxy", found[1])
    return variables


def make_base():
    """A root of Debian's minimum as a tar file, without what the image of the registry leaves out."""
    if ARCHIVE.exists() and time.time() - ARCHIVE.stat().st_mtime < 7 * DAY:
        return ARCHIVE
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pyrunner-base-", dir="/var/tmp"))
    try:
        sources = mirrors()
        first = next(address for address, suite in sources if suite == "bookworm")
        done = subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(folder), first],
                              env={**os.environ, "PATH": SYSTEM, **proxy()}, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"debootstrap: {(done.stdout + done.stderr)[-2000:]}")
        lists = folder / "etc" / "apt"
        (lists / "sources.list").write_text("".join(f"deb {address} {suite} main\n" for address, suite in sources))
        (lists / "apt.conf.d" / "90test").write_text(
            'Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n')  # an old copy of a mirror will do
        for name in ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "var/lib/apt/lists",
                     "var/cache/apt", "var/log"):
            for path in (folder / name).iterdir():
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (folder / "var/lib/apt/lists/partial").mkdir()
        ARCHIVE.parent.mkdir(exist_ok=True)
        half = ARCHIVE.with_suffix(".half")
        subprocess.run(["tar", "-C", str(folder), "--exclude=./dev/*", "-cf", str(half), "."], check=True)
        half.rename(ARCHIVE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return ARCHIVE


class Engine:
    """podman with images, containers and settings of its own. `remove` leaves nothing."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pyrunner-engine-", dir="/var/tmp"))
        self.bridges = self.links()
        programs = self.folder / "bin"
        programs.mkdir()
        (self.folder / "networks").mkdir(exist_ok=True)
        driver = "overlay" if "\toverlay\n" in pathlib.Path("/proc/filesystems").read_text() else "vfs"
        self.write("containers.conf", CONFIGURATION.format(runc=which("runc"), folder=self.folder))
        self.write("storage.conf", STORAGE.format(driver=driver, folder=self.folder))
        self.write("gvisor", RUNSC.format(runsc=which("runsc")), 0o755)
        self.write("bin/docker", DOCKER.format(cache=CACHE), 0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYRUNNER_")},
            "PATH": f"{programs}:{SYSTEM}", "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"), "TMPDIR": str(self.folder),
            "BUILDAH_FORMAT": "docker"}  # the format with health checks

    def write(self, name, text, mode=0o644):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    @staticmethod
    def links():
        return set(os.listdir("/sys/class/net"))

    def bash(self, line, seconds=300, cwd=ROOT):
        """Runs a line of a page; its output."""
        done = subprocess.run(["bash", "-c", line], cwd=cwd, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                              timeout=seconds * PATIENCE)
        return done

    def podman(self, *words, seconds=300, check=True):
        done = subprocess.run(["podman", *words], env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                              timeout=seconds * PATIENCE)
        if check and done.returncode != 0:
            raise AssertionError(f"podman {' '.join(words)}: {(done.stdout + done.stderr)[-3000:]}")
        return done

    def import_base(self):
        self.podman("import", str(make_base()), BASE)

    def build(self, line=BUILD):
        """What a page says, on the base of this machine's mirror."""
        CACHE.mkdir(parents=True, exist_ok=True)
        self.environment.update(proxy())
        done = self.bash(line, seconds=1300)
        if done.returncode != 0:
            raise AssertionError((done.stdout + done.stderr)[-6000:])
        return done.stdout

    def inspect(self, name="pyrunner"):
        return json.loads(self.podman("inspect", name).stdout)[0]

    def doctor(self, *flags, words=("doctor",), seconds=240, network="none"):
        """`pyrunner doctor` in a container with these flags."""
        return self.podman("run", "--rm", "--network", network, *flags, "pyrunner", "pyrunner", *words,
                           seconds=seconds, check=False)

    def start(self, *flags, words=(), image="pyrunner", port=8000, network=None, options=()):
        name = f"pyrunner-test-{uuid.uuid4().hex[:12]}"
        outside = free_port()
        way = ("--network", network) if network else ("-p", f"127.0.0.1:{outside}:{port}")
        if network == "host":
            way += ("-e", f"PORT={outside}")
        self.podman(*options, "run", "-d", "--name", name, *way, *flags, image, *words)
        return Container(self, name, outside)

    def remove(self):
        for words in (("rm", "--all", "--force", "--time", "0"), ("rmi", "--all", "--force")):
            self.podman(*words, check=False)
        for line in reversed(pathlib.Path("/proc/self/mounts").read_text().splitlines()):
            if line.split()[1].startswith(str(self.folder)):
                subprocess.run(["umount", "-l", line.split()[1]], stderr=subprocess.DEVNULL)
        for link in self.links() - self.bridges:
            if link.startswith("cni-podman"):
                subprocess.run(["ip", "link", "delete", link], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


class Container:
    """A service in a container."""

    def __init__(self, engine, name, port):
        self.engine, self.name, self.port = engine, name, port

    def state(self):
        return self.engine.inspect(self.name)["State"]

    def log(self):
        done = self.engine.podman("logs", self.name, check=False)
        return done.stdout + done.stderr

    def await_answer(self, seconds=90):
        """Until it serves; its first answer of /health."""
        deadline = time.monotonic() + seconds * PATIENCE
        while True:
            try:
                return self.request("GET", "/health", timeout=10)
            except (OSError, http.client.HTTPException):
                pass
            if not self.state()["Running"] or time.monotonic() > deadline:
                raise AssertionError(f"{self.state()['Status']} and no answer: {self.log()[-3000:]}")
            time.sleep(0.2)

    def request(self, method, path, body=None, headers=None, timeout=90):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout * PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def post(self, path, value, headers=None):
        return self.request("POST", path, json.dumps(value), {"Content-Type": "application/json", **(headers or {})})

    def run(self, code, path="/run", **fields):
        return self.post(path, {"code": code, **fields})

    def execute(self, *words, check=True):
        return self.engine.podman("exec", self.name, *words, check=check)

    def stop(self):
        """As `docker stop` does it; the exit code."""
        self.engine.podman("stop", "--time", "60", self.name)
        return self.state()["ExitCode"]

    def remove(self):
        self.engine.podman("rm", "--force", "--time", "0", self.name, check=False)


@functools.cache
def shared():
    """An engine with the image, for all suites of this process; gone when it ends."""
    engine = Engine()
    atexit.register(engine.remove)
    engine.import_base()
    engine.build()
    return engine
