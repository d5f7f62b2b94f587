# id: xreq_futex
# class: cross-request
# goal: Wake a neighbour by a futex in a page of a file that both map: a channel without any object of its own.
# targets: other-request
# walls: seccomp
# danger: none
# runs: 2-parallel
# accepted: two programs that want to can wake each other; nothing of a third is touched, and C++ needs the call
# unsandboxed: escapes
import mmap
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
page = LIBC.mmap(None, 4096, 1, 1, os.open("/usr/bin/env", os.O_RDONLY), 0)
value = ctypes.c_uint32.from_address(page).value
proof = None
deadline = time.monotonic() + 3
while not proof and time.monotonic() < deadline:
    if RUN == 1:
        if call(202, ctypes.c_void_p(page), 0, value, buffer(16, struct.pack("qq", 1, 0))) == 0:
            proof = "woken by a neighbour"
    else:
        woken = call(202, ctypes.c_void_p(page), 1, 100)
        if woken < 0:
            break
        if woken > 0:
            proof = f"woke {woken} neighbours"
        time.sleep(0.02)
verdict(proof)
