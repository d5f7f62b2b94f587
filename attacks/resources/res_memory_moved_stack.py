# id: res_memory_moved_stack
# class: resources
# goal: The real stack, moved and made larger: it stays a stack, which the limit on data does not count.
# targets: resources
# walls: cgroup
# danger: limit
# runs: 1
# request: {"memory_limit": 64}
# unsandboxed: cannot: it would take the control's memory
LIBC.mremap.restype = ctypes.c_void_p
LIBC.mremap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int]
LIBC.getauxval.restype = ctypes.c_ulong
# A page below those in use, which touching it has made part of the stack.
page = (LIBC.getauxval(ctypes.c_ulong(25)) & ~4095) - (4 << 20)
ctypes.memset(page, 1, 4096)
size = 200 << 20
address = LIBC.mremap(page, 4096, size, 1)
if address in (None, 2**64 - 1):
    stopped("mremap: " + errno.errorcode.get(ctypes.get_errno(), "?"))
else:
    for offset in range(0, size, 4096):
        ctypes.c_char.from_address(address + offset).value = b"x"
    escaped("200 MB of stack under a limit of 64")
