# id: proc_setns
# class: process
# goal: setns itself, on whatever descriptor there is.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("setns", 308, 0, 0)])
