# id: res_memory_tables
# class: resources
# goal: Page tables: read one byte in each 2 MB of a reservation that needs no memory itself.
# targets: resources
# walls: cgroup
# danger: limit
# runs: 1
# request: {"memory_limit": 64}
# unsandboxed: cannot: it would take the control's memory
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
pages = 40000  # of tables: 160 MB
address = LIBC.mmap(None, pages << 21, 1, 0x4022, -1, 0)
if address in (None, 2**64 - 1):
    stopped("no such reservation")
else:
    for index in range(pages):
        ctypes.c_char.from_address(address + (index << 21)).value
    escaped("160 MB of page tables under a limit of 64")
