# id: xreq_signal
# class: cross-request
# goal: See and signal the neighbour that runs now.
# targets: other-request
# walls: pid, seccomp
# danger: none
# runs: 2-parallel
# unsandboxed: escapes
proof = 0
deadline = time.monotonic() + 1
while not proof and time.monotonic() < deadline:
    proof = sum(call(62, pid, 0) == 0 for pid in range(1, 40000) if pid != os.getpid())
verdict(proof and f"{proof} processes")
