# id: proc_clone_namespaces
# class: process
# goal: New namespaces by the flags of clone and clone3.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for flag in (0x10000000, 0x20000000, 0x40000000 | 0x10000000, 0x20000 | 0x10000000):
    for name, number, arguments in (("clone", 56, (flag | 17, 0, 0, 0, 0)),
                                    ("clone3", 435, (buffer(64, struct.pack("8Q", flag, 0, 0, 0, 17, 0, 0, 0)), 64))):
        child = call(number, *arguments)
        if child == 0:
            os._exit(0)
        if child > 0:
            os.waitpid(child, 0)
            proof.append(f"{name} {flag:#x}")
verdict(" ".join(proof))
