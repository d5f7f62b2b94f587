# id: proc_enter_namespaces
# class: process
# goal: Enter the namespaces of another process.
# targets: host-data
# walls: mount, seccomp, capabilities
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for pid in (1, os.getppid(), TARGETS["pid"], "self"):
    for kind in ("mnt", "net", "pid", "ipc", "user", "uts", "cgroup"):
        try:
            descriptor = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
        except OSError:
            continue
        proof.append(f"{pid}/{kind}")
        if reached(call(308, descriptor, 0)):
            proof.append(f"entered {kind}")
verdict(" ".join(proof[:5]), "no namespace to be had")
