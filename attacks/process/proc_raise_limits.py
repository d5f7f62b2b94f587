# id: proc_raise_limits
# class: process
# goal: Raise hard limits, by setrlimit and prlimit.
# targets: resources
# walls: capabilities, rlimits
# danger: none
# runs: 1
# unsandboxed: escapes
import resource
proof, none = [], []
for name in ("CORE", "NOFILE", "NPROC", "FSIZE", "MEMLOCK", "MSGQUEUE", "NICE", "RTPRIO", "SIGPENDING"):
    number = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(number)
    if hard == resource.RLIM_INFINITY:
        none.append(name + " has none")
        continue
    try:
        resource.setrlimit(number, (soft, hard + 1))
        proof.append(name)
    except (OSError, ValueError):
        pass
verdict(" ".join(proof), exposure=" ".join(none))
