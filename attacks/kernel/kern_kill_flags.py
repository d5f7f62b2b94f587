# id: kern_kill_flags
# class: kernel
# goal: Wide values in arguments that a filter compares by their lower half.
# targets: other-process
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
# The kernel takes 32 bits of a pid and of a flag; a filter must not look at more, nor at less.
wide = 1 << 32
proof, exposure = [], []
child = call(56, wide | 17, 0, 0, 0, 0)
if child == 0:
    os._exit(0)
if child > 0:
    exposure.append("clone")
if call(62, wide | (TARGETS["pid"] or 2), 0) == 0:
    proof.append("kill")
if call(41, wide | 2, 1, 0) >= 0:
    exposure.append("socket")
if call(302, wide | (TARGETS["pid"] or 2), 7, None, buffer(16)) == 0:
    proof.append("prlimit")
verdict(" ".join(proof), exposure=" ".join(exposure))
