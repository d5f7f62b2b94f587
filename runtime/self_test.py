"""Tries forbidden acts from inside a sandbox, one or more for each property, as a program would.

Run as a program, with the scratch quota in bytes, the memory limit in MiB and the most processes as its
arguments.
Prints one JSON line for each act: {"property": ..., "act": ..., "refused": ..., "answer": ...}.
"""

import ctypes
import json
import os
import signal
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
# In two parts: naming the module of that name whole would ask for the larger zygote.
MAKE_SOCKET = LIBC["sock" "et"]


def call(function, *arguments):
    result = function(*arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def fork_without_end():
    children = []
    try:
        for _ in range(int(sys.argv[3]) + 1):
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def reach_loopback():
    inet, datagram, port = 2, 2, 9
    address = inet.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + bytes((127, 0, 0, 1)) + bytes(8)
    call(LIBC.connect, call(MAKE_SOCKET, inet, datagram, 0), address, len(address))


def new_code():
    size, read_write_execute, private_anonymous = 4096, 7, 0x22
    LIBC.mmap.restype = ctypes.c_void_p
    LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + 3 * [ctypes.c_int] + [ctypes.c_long]
    address = LIBC.mmap(None, size, read_write_execute, private_anonymous, -1, 0)
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def fill_scratch():
    quota = int(sys.argv[1])
    with open("fill", "wb") as file:
        os.unlink("fill")
        os.posix_fallocate(file.fileno(), 0, quota + 1)


def take_memory():
    return bytearray((int(sys.argv[2]) + 16) << 20)


ACTS = [
    ("filesystem", "read /etc/shadow", lambda: open("/etc/shadow").close()),
    ("filesystem", "list /root", lambda: os.listdir("/root")),
    ("filesystem", "read /proc/self/environ", lambda: open("/proc/self/environ").close()),
    ("filesystem", "write into /usr", lambda: open("/usr/.self-test", "w").close()),
    ("network", "open a way to the network", reach_loopback),
    ("process", "signal every process", lambda: os.kill(-1, 0)),
    ("process", "signal the parent", lambda: os.kill(os.getppid() or 2, signal.SIGTERM)),
    ("process_limit", "fork without end", fork_without_end),
    ("syscall_filter", "execute a program", lambda: os.execv("/usr/bin/true", ["true"])),
    ("ipc", "make shared memory", lambda: call(LIBC.shmget, 0, 4096, 0o1600)),
    ("privileges", "become root", lambda: os.setresuid(0, 0, 0)),
    ("privileges", "change the root", lambda: os.chroot("/usr")),
    ("syscall_filter", "change the personality", lambda: call(LIBC.personality, 0xFFFFFFFF)),
    ("syscall_filter", "make memory executable", new_code),
    ("scratch_quota", "write more than the quota", fill_scratch),
    ("memory_limit", "take more memory than allowed", take_memory),
]

for owed, act, attempt in ACTS:
    try:
        attempt()
        refused, answer = False, "it succeeded"
    except (OSError, MemoryError) as error:
        refused, answer = True, f"{type(error).__name__}: {error}".rstrip(": ")
    print(json.dumps({"property": owed, "act": act, "refused": refused, "answer": answer}), flush=True)
