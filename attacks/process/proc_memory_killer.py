# id: proc_memory_killer
# class: process
# goal: Tell the out-of-memory killer to take somebody else.
# targets: resources
# walls: mount, landlock, capabilities
# danger: none
# runs: 1
# unsandboxed: escapes
proof = None
for path, score in (("/proc/self/oom_score_adj", b"-500"), ("/proc/self/oom_score_adj", b"0"), ("/proc/self/oom_adj", b"-8")):
    try:
        file = os.open(path, os.O_WRONLY)
        os.write(file, score)
        proof = f"{path} took {score.decode()}"
    except OSError:
        pass
verdict(proof)
