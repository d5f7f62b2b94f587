# id: kern_lock_memory
# class: kernel
# goal: Pin memory, so that the machine cannot take it back.
# targets: resources
# walls: rlimits, capabilities, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
block = buffer(1 << 20)
try_calls([("mlock", 149, block, 1 << 20), ("mlockall", 151, 1), ("mlock2", 325, block, 4096, 0)])
