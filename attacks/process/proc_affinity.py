# id: proc_affinity
# class: process
# goal: Choose processors, to crowd out a neighbour.
# targets: resources
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("sched_setaffinity", 203, 0, 8, buffer(8, b"\1")), ("affinity of others", 203, TARGETS["pid"] or 2, 8, buffer(8, b"\1"))])
