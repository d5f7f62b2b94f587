# id: res_memory_writable_later
# class: resources
# goal: Map it unwritable, so that nothing counts it, and make it writable afterwards.
# targets: resources
# walls: cgroup, rlimits
# danger: limit
# runs: 1
# request: {"memory_limit": 64}
# unsandboxed: cannot: it would take the control's memory
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
size = 200 << 20
address = LIBC.mmap(None, size, 0, 0x4022, -1, 0)
result = call(10, address, size, 3)
if result != 0:
    stopped(f"mprotect: {errno.errorcode.get(-result)}")
else:
    for offset in range(0, size, 4096):
        ctypes.c_char.from_address(address + offset).value = b"x"
    escaped("200 MB under a limit of 64")
