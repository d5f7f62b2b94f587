# id: kern_membarrier
# class: kernel
# goal: Interrupt every processor of the machine.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("query", 324, 0, 0, 0), ("global", 324, 1, 0, 0)])
