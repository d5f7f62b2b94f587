# id: res_memory_other_files
# class: resources
# goal: Files in memory elsewhere: memfd, /dev/shm, System V.
# targets: resources
# walls: mount, seccomp, ipc
# danger: none
# runs: 1
# unsandboxed: escapes
proof = [name for name, result in (("memfd", call(319, b"x", 0)), ("system v", call(29, 0, 1 << 20, 0o1600))) if result >= 0]
path = f"/dev/shm/pyrunner-attack-{os.getpid()}"
if try_to_open([path], os.O_WRONLY | os.O_CREAT):
    proof.append("/dev/shm")
    os.unlink(path)
verdict(" ".join(proof))
