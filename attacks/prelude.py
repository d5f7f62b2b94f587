# What every attack finds before its own first line. Above this stand three lines that whoever sends
# it writes: ID, the program's name; RUN, which of its runs this is, from 1; TARGETS, what there is
# to reach on this host (see targets.py). The numbers of system calls are those of x86-64.
import ctypes
import errno
import hashlib
import os
import re
import struct
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)

# How a wall answers. Any other error comes from a kernel that looked at the request.
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)


def escaped(how):
    """The one line that says so."""
    print("ESCAPED " + ID + ":", how, flush=True)


def exposed(how):
    """Instead: a wall is open that should not be, but what stands behind it held, and nothing was
    reached. Counts as an escape, except where a wall is missing on purpose."""
    print("EXPOSED " + ID + ":", how, flush=True)


def stopped(why):
    print("stopped:", why, flush=True)


def verdict(proof, why="nothing was reached", exposure=""):
    if proof:
        escaped(proof)
    elif exposure:
        exposed(exposure)
    else:
        stopped(why)


def call(number, *arguments):
    """A raw system call: its result, or the negative errno."""
    ctypes.set_errno(0)
    result = LIBC.syscall(ctypes.c_long(number), *(
        ctypes.c_long(value) if isinstance(value, int) else value for value in arguments))
    return -ctypes.get_errno() if result == -1 else result


def reached(result):
    """Whether the kernel did it, or refused it for a reason of its own."""
    return result >= 0 or -result not in REFUSALS


def try_calls(calls, harmless=()):
    """(name, number, arguments...) each; an escape if any of them succeeds, unless its name is among
    the harmless ones; an exposure if the kernel looked at any of them."""
    results = {name: call(number, *arguments) for name, number, *arguments in calls}
    proof = [f"{name} {result}" for name, result in results.items() if result >= 0 and name not in harmless]
    seen = [f"{name} {result}" for name, result in results.items() if reached(result)]
    verdict(", ".join(proof), "refused: " + ", ".join(
        f"{name} {errno.errorcode.get(-result, result)}" for name, result in results.items()), ", ".join(seen))


def buffer(size, data=b""):
    return ctypes.create_string_buffer(data, size)


def secrets_in(data):
    """Those of this host's secrets that stand in some bytes. The program knows their digests only,
    so that it cannot find what it brought itself."""
    return [word for word in re.findall(rb"canary-[0-9a-f]{24}", data)
            if hashlib.sha256(word).hexdigest() in TARGETS.get("sha256", ())]


def content(path, size=65536):
    """The first bytes of a file; empty where it cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return os.read(descriptor, size)
        finally:
            os.close(descriptor)
    except OSError:
        return b""


def try_to_read(*paths):
    """An escape if one of these has a secret of the host."""
    found = [path for path in paths if secrets_in(content(path))]
    verdict(found and f"read {found[0]}", f"no secret in {len(paths)} paths")


def try_to_open(paths, flags):
    """The first of these that opens."""
    for path in paths:
        try:
            os.close(os.open(path, flags | os.O_NONBLOCK))
            return path
        except OSError:
            pass
    return None


def power(system):
    """What a trick of the language is for: the module os, and with it the host."""
    proof = bool(secrets_in(content(TARGETS.get("file", "/nowhere"))))
    exposure = ""
    try:
        child = system.fork()
        if child == 0:
            system._exit(0)
        system.waitpid(child, 0)
        exposure = "a process through os"
    except OSError:
        pass
    verdict(proof and "the host through os", "os was had, the host was not", exposure)


def talk(data, seconds=5):
    """What the service's port answers to these bytes, until it closes or says no more."""
    import socket
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", TARGETS["service"]), seconds) as peer:
            peer.settimeout(seconds)
            try:
                peer.sendall(data)
            except OSError:
                pass  # It may have answered and closed before it read it all.
            while part := peer.recv(65536):
                answer += part
    except OSError:
        pass
    return answer


