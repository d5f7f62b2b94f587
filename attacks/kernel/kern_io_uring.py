# id: kern_io_uring
# class: kernel
# goal: io_uring, which does what filters refuse.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 3
# unsandboxed: escapes
calls = [("setup", 425, 4, buffer(120)), ("enter", 426, -1, 0, 0, 0, None, 0), ("register", 427, -1, 0, None, 0)]
try_calls([calls[RUN - 1]])
