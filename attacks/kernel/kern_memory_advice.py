# id: kern_memory_advice
# class: kernel
# goal: Poison pages, merge them with a neighbour's, take those of others back.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import mmap
memory = mmap.mmap(-1, 8192, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
proof = [name for name, advice in (("merge", 12), ("cold", 20), ("page out", 21), ("keep on fork", 19), ("populate", 22), ("collapse", 25), ("no dump", 16))
         if call(28, address, 4096, advice) == 0]
if reached(call(440, -1, None, 0, 0, 0)):
    proof.append("process_madvise")
verdict(" ".join(proof))
