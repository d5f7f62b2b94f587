# id: proc_memory_killer
# class: process
# goal: Tell the out-of-memory killer to take somebody else.
# targets: resources
# walls: mount, landlock, capabilities
# danger: none
# runs: 1
# unsandboxed: escapes
proof = None
for path in ("/proc/self/oom_score_adj", "/proc/self/oom_adj"):
    try:
        file = os.open(path, os.O_WRONLY)
        os.write(file, b"-500" if path.endswith("score_adj") else b"-8")
        proof = path
    except OSError:
        pass
verdict(proof)
