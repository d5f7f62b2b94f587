# id: kern_perf
# class: kernel
# goal: Performance counters: surface, and a precise clock.
# targets: kernel
# walls: seccomp, capabilities
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("perf_event_open", 298, buffer(128, struct.pack("IIQ", 1, 128, 0)), 0, -1, -1, 0)])
