# id: proc_trace
# class: process
# goal: Trace others: attach, seize, ask to be traced.
# targets: other-process
# walls: pid, seccomp, own-user
# danger: none
# runs: 3
# unsandboxed: escapes
pid = TARGETS["pid"] or 1
calls = [("attach", 101, 16, pid, 0, 0), ("seize", 101, 0x4206, pid, 0, 0), ("traceme", 101, 0, 0, 0, 0)]
if call(101, 17, pid, 0, 0) == -errno.ENOSYS:
    stopped("no ptrace")
else:
    # Nobody outside takes up the offer to be its tracer.
    try_calls([calls[RUN - 1]], harmless=("traceme",))
