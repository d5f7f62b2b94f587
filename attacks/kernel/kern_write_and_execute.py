# id: kern_write_and_execute
# class: kernel
# goal: Machine code of its own, in memory that can be written and executed.
# targets: self
# walls: mdwe, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
address = LIBC.mmap(None, 4096, 7, 0x22, -1, 0)
if address in (None, 2**64 - 1):
    stopped("mmap: " + errno.errorcode.get(ctypes.get_errno(), "?"))
else:
    ctypes.memmove(address, bytes.fromhex("b82a000000c3"), 6)
    verdict(ctypes.CFUNCTYPE(ctypes.c_int)(address)() == 42 and "own code ran")
