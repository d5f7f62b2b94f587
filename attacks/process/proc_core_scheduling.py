# id: proc_core_scheduling
# class: process
# goal: Cookies of core scheduling, speculation and timer settings of the processor.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("core scheduling", 157, 62, 0, os.getpid(), 0, 0), ("speculation", 157, 53, 0, 1 << 2, 0, 0), ("timestamp counter", 157, 26, 1, 0, 0, 0),
           ("slack", 157, 29, 1, 0, 0, 0)])
