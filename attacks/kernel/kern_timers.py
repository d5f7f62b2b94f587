# id: kern_timers
# class: kernel
# goal: Timers and signals as files.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("timer_create", 222, 1, None, buffer(8)), ("timerfd_create", 283, 1, 0), ("signalfd", 289, -1, buffer(8), 8, 0)])
