# id: kern_int80
# class: kernel
# goal: The system calls of 32 bits, through whatever int 0x80 the mapped libraries hold.
# targets: kernel
# walls: seccomp, mdwe
# danger: none
# runs: 1
# unsandboxed: cannot: needs executable memory of its own, which kern_write_and_execute tries
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
address = LIBC.mmap(None, 4096, 7, 0x22, -1, 0)
if address in (None, 2**64 - 1):
    stopped("no executable memory")
else:
    ctypes.memmove(address, bytes.fromhex("b814000000cd80c3"), 8)  # mov eax, 20 (getpid); int 0x80
    verdict(ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0 and "int 0x80 answers")
