# id: proc_process_settings
# class: process
# goal: Settings of the process that its walls rest on: dumpable, tracer, death signal, subreaper, executable memory.
# targets: other-process
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("dumpable", 157, 4, 1, 0, 0, 0), ("tracer", 157, 0x59616d61, -1, 0, 0, 0), ("death signal", 157, 1, 0, 0, 0, 0),
           ("subreaper", 157, 36, 1, 0, 0, 0), ("mdwe", 157, 65, 0, 0, 0, 0), ("mm", 157, 35, 1, 0, 0, 0)],
          # Behind these stand the process namespace, its own user, and the supervisor.
          harmless=("dumpable", "death signal", "subreaper"))
