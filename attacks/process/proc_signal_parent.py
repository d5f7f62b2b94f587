# id: proc_signal_parent
# class: process
# goal: Signal the zygote or the gateway: the parent, the group, the session.
# targets: host-service
# walls: pid, seccomp, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for pid in {os.getppid(), -os.getpgrp() if os.getpgrp() > 1 else 0, os.getsid(0)}:
    if pid in (0, os.getpid(), -os.getpid()):
        continue
    if call(62, pid, 0) == 0:
        proof.append(str(pid))
verdict(" ".join(proof))
