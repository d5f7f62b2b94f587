# id: kern_own_pidfd
# class: kernel
# goal: What pidfds are for, on itself.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("pidfd_open", 434, os.getpid(), 0), ("process_mrelease", 448, -1, 0)])
