# id: kern_make_executable
# class: kernel
# goal: Write first, then make it executable: mprotect, pkey_mprotect, mremap, personality.
# targets: self
# walls: mdwe, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import mmap
memory = mmap.mmap(-1, 8192, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory[:6] = bytes.fromhex("b82a000000c3")
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
try_calls([("mprotect", 10, address, 4096, 5), ("pkey_mprotect", 329, address, 4096, 5, -1), ("pkey_alloc", 330, 0, 0)])
