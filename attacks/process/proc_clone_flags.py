# id: proc_clone_flags
# class: process
# goal: Clones that look nearly like a thread: sharing memory, siblings of oneself, untraced, with a pidfd.
# targets: other-process
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
thread = 0x3d0f00
for flags in (0x11 | 0x8000, 0x11 | 0x800000, 0x11 | 0x2000, thread | 0x11, thread | 0x80000000, thread & ~0x10000, thread | 0x1000):
    if flags & 0x100:
        continue  # With the memory shared and the stack the same, the control would fall over itself.
    child = call(56, flags, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        proof.append(hex(flags))
verdict(" ".join(proof))
