# id: proc_signal_all
# class: process
# goal: Signal every process that there is.
# targets: other-process
# walls: pid, seccomp, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("kill everybody", 62, -1, 0), ("kill the group", 62, 0, 0)], harmless=("kill the group",))
