# id: proc_clone_flags
# class: process
# goal: Clones that look nearly like a thread: sharing memory, siblings of oneself, untraced, with a pidfd.
# targets: other-process
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for flags in (0x11 | 0x8000, 0x11 | 0x800000, 0x11 | 0x2000, 0x11 | 0x600, 0x11 | 0x80000000, 0x11 | 0x1000, 0x11 | 0x40000, 0):
    child = call(56, flags, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        proof.append(hex(flags))
# A child of its own is what proc_fork is about; here it is whose child it would be.
verdict("0x8011" in proof and "a child of the parent", exposure=" ".join(proof))
