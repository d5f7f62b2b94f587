# id: proc_compare
# class: process
# goal: Compare kernel objects with those of another process.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("itself", 312, os.getpid(), os.getpid(), 0, 0, 0), ("another", 312, os.getpid(), TARGETS["pid"] or 2, 0, 0, 0)], harmless=("itself",))
