#!/usr/bin/python3
"""The positive control: do the attacks notice an escape where no wall is?

    python3 attacks/control.py [--json FILE] [NAME]

As root, each attack that says `unsandboxed: escapes` is run by plain Python, in namespaces that are
thrown away: its root is an overlay of the host's whose upper half is in memory, its network is
empty, its processes are its own, and it lacks the capabilities that would reach the machine itself
(its clock, its modules, its restart, its ports). Attacks on resources are never run here. Exits
with 1 if one of the attacks did not escape, with 3 if such a place cannot be made here.
"""

import argparse
import concurrent.futures
import ctypes
import fcntl
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import run  # noqa: E402
from targets import Targets  # noqa: E402

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWUTS = 0x20000, 0x4000000
MS_NOSUID, MS_BIND, MS_REC, MS_PRIVATE = 2, 4096, 16384, 1 << 18
MNT_DETACH = 2
PIVOT_ROOT = 155
PR_CAPBSET_DROP = 24
MACHINE = {"sys_module": 16, "sys_rawio": 17, "sys_boot": 22, "sys_time": 25}
IMPOSSIBLE = 3
SECONDS = 40


def checked(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), what)


def mount(source, target, kind=None, flags=0, options=None):
    encode = [None if word is None else str(word).encode() for word in (source, target, kind, options)]
    checked(LIBC.mount(encode[0], encode[1], encode[2], ctypes.c_ulong(flags), encode[3]), target)


def enter_throw_away_root(staging):
    """Called as process 1 of new namespaces. From here on nothing that is written stays."""
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", staging, "tmpfs")
    for name in ("upper", "work", "root"):
        os.mkdir(f"{staging}/{name}")
    root = f"{staging}/root"
    mount("overlay", root, "overlay", 0, f"lowerdir=/,upperdir={staging}/upper,workdir={staging}/work")
    for folder in ("proc", "sys", "dev", "tmp", "run", "var/tmp"):
        os.makedirs(f"{root}/{folder}", exist_ok=True)
    mount("proc", f"{root}/proc", "proc")
    mount("/sys", f"{root}/sys", None, MS_BIND | MS_REC)
    for folder in ("dev", "tmp", "run", "var/tmp"):
        mount("tmpfs", f"{root}/{folder}", "tmpfs")
    for name, number in (("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9), ("kmsg", 11)):
        os.mknod(f"{root}/dev/{name}", 0o666 | 0o020000, os.makedev(1, number))
        os.chmod(f"{root}/dev/{name}", 0o666)
    for folder, kind in (("shm", "tmpfs"), ("mqueue", "mqueue")):
        os.mkdir(f"{root}/dev/{folder}")
        mount(kind, f"{root}/dev/{folder}", kind)
    os.chdir(root)
    checked(LIBC.syscall(PIVOT_ROOT, b".", b"."), "pivot_root")
    checked(LIBC.umount2(b".", MNT_DETACH), "the old root")
    os.chdir("/tmp")
    for number in MACHINE.values():
        checked(LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0), "capabilities")


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # SIOCSIFFLAGS: up, running


def own_mounts():
    """What an attack does to mounts and to the host's name does not outlive it."""
    if LIBC.unshare(CLONE_NEWNS | CLONE_NEWUTS) != 0:
        os._exit(120)


def execute(attack, targets, number):
    """One run by plain Python: what it wrote."""
    folder = tempfile.mkdtemp(dir="/tmp", prefix="control-")
    path = f"{folder}/main.py"
    pathlib.Path(path).write_text(attack.program(targets, number))
    try:
        return subprocess.run(["/usr/bin/python3", "-B", path], cwd="/tmp", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, errors="replace",
                              start_new_session=True, preexec_fn=own_mounts).stdout
    except subprocess.TimeoutExpired as error:
        return f"it takes too long: {error.stdout!r}"


def attempt(attack, targets):
    """(whether it escaped in one of its runs, what it said)."""
    count, _, way = attack.runs.partition("-")
    numbers = range(1, int(count) + 1)
    with concurrent.futures.ThreadPoolExecutor(len(numbers) if way == "parallel" else 1) as threads:
        outputs = list(threads.map(lambda number: execute(attack, targets, number), numbers))
    proofs = [proof for output in outputs if (proof := attack.proof(output) or attack.exposure(output))]
    return bool(proofs), proofs[0] if proofs else outputs[0][-300:]


def inside(staging, attacks):
    try:
        enter_throw_away_root(staging)
        loopback_up()
    except OSError as error:
        print(json.dumps({"impossible": str(error)}))
        return
    with Targets() as targets, socket.create_server(("127.0.0.1", 0)) as service:
        os.environ.update(targets.environment)
        description = {**targets.description, "service": service.getsockname()[1]}
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            results = threads.map(lambda attack: attempt(attack, description), attacks)
            print(json.dumps({attack.id: result for attack, result in zip(attacks, results)}))


def control(name=""):
    """{id: [escaped, what it said]} of each attack that should escape. OSError: impossible here."""
    if os.geteuid() != 0:
        raise OSError("the control needs root")
    if not shutil.which("unshare"):
        raise OSError("the control needs unshare(1)")
    staging = tempfile.mkdtemp(prefix="pyrunner-control-")
    try:
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--net",
             sys.executable, "-B", __file__, "--inside", staging, name],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    finally:
        os.rmdir(staging)
    if done.returncode != 0:
        raise OSError(f"the control ended with {done.returncode}: {done.stderr[-500:]}")
    results = json.loads(done.stdout.splitlines()[-1])
    if "impossible" in results:
        raise OSError(f"no throw-away root here: {results['impossible']}")
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--inside", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    attacks = [attack for attack in run.load(name=options.name) if attack.control and attack.danger == "none"]
    if options.inside:
        return inside(options.inside, attacks)
    try:
        results = control(options.name)
    except OSError as error:
        print(error, file=sys.stderr)
        return IMPOSSIBLE
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
    silent = {name: said for name, (escaped, said) in results.items() if not escaped}
    for name, said in silent.items():
        print(f"did not escape: {name}: {re.sub(chr(10), ' / ', said.strip())}")
    print(f"{len(results) - len(silent)} of {len(results)} attacks escape without a sandbox")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
