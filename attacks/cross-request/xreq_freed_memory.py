# id: xreq_freed_memory
# class: cross-request
# goal: New memory must come empty: neither the neighbour's nor the zygote's.
# targets: other-request
# walls: pid
# danger: none
# runs: 1
# unsandboxed: cannot: the kernel empties pages for everybody
import mmap
proof = None
for size in (1 << 16, 1 << 20, 4 << 20):
    block = (ctypes.c_char * size)()
    raw = LIBC.malloc
    raw.restype = ctypes.c_void_p
    address = raw(ctypes.c_size_t(size))
    if address and secrets_in(ctypes.string_at(address, size)):
        proof = f"malloc of {size}"
    if secrets_in(mmap.mmap(-1, size)[:]):
        proof = f"mmap of {size}"
verdict(proof, "empty, or the program's own")
