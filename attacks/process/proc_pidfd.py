# id: proc_pidfd
# class: process
# goal: A descriptor of another process, and what can be done with it.
# targets: other-process
# walls: pid, seccomp, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for pid in {TARGETS["pid"], os.getppid(), 1} - {os.getpid()}:
    descriptor = call(434, pid, 0)
    if descriptor >= 0:
        if call(424, descriptor, 0, None, 0) == 0:
            proof.append(f"signal {pid}")
        if call(438, descriptor, 0, 0) >= 0:
            proof.append(f"descriptor of {pid}")
        proof.append(f"pidfd {pid}")
verdict(", ".join(proof))
