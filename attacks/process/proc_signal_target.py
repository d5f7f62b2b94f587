# id: proc_signal_target
# class: process
# goal: Signal somebody else's process, by every call that can (signal 0: only whether it could).
# targets: other-process
# walls: pid, seccomp, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
pid = TARGETS["pid"]
information = buffer(128)
try_calls([("kill", 62, pid, 0), ("tgkill", 234, pid, pid, 0), ("tkill", 200, pid, 0),
           ("sigqueue", 129, pid, 0, information), ("tgsigqueue", 297, pid, pid, 0, information)]) if pid else stopped("no target")
