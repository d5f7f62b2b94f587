# id: kern_stack_execute
# class: kernel
# goal: An executable stack, by loading a library that asks for one.
# targets: self
# walls: mdwe, seccomp, landlock
# danger: none
# runs: 1
# unsandboxed: cannot: glibc alone would do it, for a library that the host lacks
LIBC.mmap.restype = ctypes.c_void_p
proof = []
for flags in (0x22 | 0x20000, 0x22 | 0x100, 0x21):
    address = LIBC.mmap(None, ctypes.c_size_t(4096), 4 | 2 | 1, flags, -1, ctypes.c_long(0))
    if address not in (None, 2**64 - 1):
        proof.append(hex(flags))
verdict(" ".join(proof))
