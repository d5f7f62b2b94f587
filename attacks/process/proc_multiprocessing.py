# id: proc_multiprocessing
# class: process
# goal: A worker of multiprocessing, forked or spawned.
# targets: self
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import multiprocessing
proof = []
for method in ("fork", "spawn", "forkserver"):
    try:
        worker = multiprocessing.get_context(method).Process(target=os.getpid)
        worker.start()
        worker.join(5)
        proof.append(method)
    except OSError:
        pass
    if method == "fork" and proof:
        break
verdict(" ".join(proof))
