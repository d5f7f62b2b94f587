"""Containers for tests: podman with runc. Their root is this machine's own, as an overlay that is
thrown away, so that they need no image; their network has nothing but a loopback.

    done = container.run(["python3", "-c", "print(1)"], *container.DOCKER, user=1000)
    done.returncode, done.stdout
"""

import atexit
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import uuid

from .server import BINARY, ROOT

PROFILE = pathlib.Path("/usr/share/containers/seccomp.json")  # podman's default
# Open files for many clients; files of other tests, which come and go below the overlay, do not show.
LIMITS = ("--ulimit", "nofile={files}:{files}", "--ulimit", "nproc=4000:4000")
TEMPORARY = ("--tmpfs", "/tmp:rw,nosuid,nodev,noexec,mode=1777,size=1g,notmpcopyup",
             "--tmpfs", "/var/tmp:rw,nosuid,nodev,noexec,mode=1777,size=1g,notmpcopyup")
NO_CAPABILITIES = ("--cap-drop", "all")

# What Docker's profile allows to nobody without CAP_SYS_ADMIN, and podman's to everybody.
OF_NAMESPACES = {"unshare", "setns", "mount", "umount", "umount2", "pivot_root", "fsopen", "fsconfig", "fsmount",
                 "fspick", "move_mount", "open_tree", "mount_setattr", "clone", "clone3"}
NEW_NAMESPACES = 0x7E020000  # CLONE_NEW*
PR_SET_SECCOMP = 22
ENOSYS, EPERM = 38, 1


def profile(without=OF_NAMESPACES, error=EPERM):
    """podman's profile without these calls, which answer with `error`."""
    value = json.loads(PROFILE.read_text())
    for rule in value["syscalls"]:
        rule["names"] = [name for name in rule["names"] if name not in without]
    value["syscalls"] = [rule for rule in value["syscalls"] if rule["names"]]
    others = sorted(set(without) - {"clone", "clone3", "prctl"})
    if others:
        value["syscalls"].append({"names": others, "action": "SCMP_ACT_ERRNO", "errnoRet": error})
    if "prctl" in without:  # The older way to a filter of one's own; all else that it does stays.
        value["syscalls"].append({"names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [
            {"index": 0, "value": PR_SET_SECCOMP, "valueTwo": 0, "op": "SCMP_CMP_NE"}]})
    if "clone" in without:
        value["syscalls"] += [
            {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [
                {"index": 0, "value": NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]},
            # So that the C library falls back to clone, whose flags can be looked at.
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS}]
    return value


@functools.cache
def profile_file(without=frozenset(OF_NAMESPACES), error=EPERM):
    handle, path = tempfile.mkstemp(prefix="pyrunner-test-profile-", suffix=".json")
    with os.fdopen(handle, "w") as file:
        json.dump(profile(without, error), file)
    atexit.register(os.unlink, path)
    return path


def under(without=frozenset(OF_NAMESPACES), error=EPERM):
    """Flags for podman: a profile without these calls; as Docker has it by default."""
    return ("--security-opt", f"seccomp={profile_file(frozenset(without), error)}")


@functools.cache
def why_not():
    """Why there are no containers here; empty if there are."""
    if os.geteuid() != 0:
        return "podman needs root for an overlay of this machine's root"
    for program in ("podman", "runc"):
        if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"):
            return f"{program} is not installed"
    try:
        done = run(["true"], seconds=60)
    except subprocess.TimeoutExpired:
        return "podman does not come to an end"
    return "" if done.returncode == 0 else f"podman: {done.stderr.strip()[-300:]}"


def command(words, *flags, user=0, name=None, files=16384, temporary=TEMPORARY):
    volumes = []
    for folder in {ROOT, pathlib.Path(BINARY).resolve().parent}:
        # Where these are of another file system, or below what is covered, the overlay does not have them.
        covered = str(folder).startswith(("/tmp/", "/var/tmp/"))
        if covered or folder.stat().st_dev != pathlib.Path("/").stat().st_dev:
            volumes += ["--volume", f"{folder}:{folder}:ro"]
    return ["podman", "--runtime", shutil.which("runc", path="/usr/sbin:/usr/bin") or "runc", "run", "--rm",
            "--name", name or f"pyrunner-test-{uuid.uuid4().hex[:12]}", "--network", "none",
            *(word.format(files=files) for word in LIMITS), *temporary, *flags,
            "--user", f"{user}:{user}", *volumes, "--workdir", str(ROOT), "--env", f"TESTED_BINARY={BINARY}",
            "--env", "PYTHONDONTWRITEBYTECODE=1", "--rootfs", "/:O", *words]


def run(words, *flags, user=0, seconds=120, **options):
    """Runs a command in a container of its own; a CompletedProcess with text."""
    name = f"pyrunner-test-{uuid.uuid4().hex[:12]}"
    process = subprocess.Popen(command(words, *flags, user=user, name=name, **options), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    try:
        out, err = process.communicate(timeout=seconds)
    except BaseException:
        subprocess.run(["podman", "rm", "--force", "--time", "0", name], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        raise
    return subprocess.CompletedProcess(words, process.returncode, out, err)
