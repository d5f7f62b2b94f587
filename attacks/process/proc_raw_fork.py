# id: proc_raw_fork
# class: process
# goal: fork, vfork, clone and clone3, each as a raw call.
# targets: self
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for name, number, arguments in (("fork", 57, ()), ("clone", 56, (17, 0, 0, 0, 0)),
                                ("clone3", 435, (buffer(64, struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0)), 64))):
    child = call(number, *arguments)
    if child == 0:
        os._exit(0)
    if child > 0:
        os.waitpid(child, 0)
        proof.append(name)
verdict(" ".join(proof))
