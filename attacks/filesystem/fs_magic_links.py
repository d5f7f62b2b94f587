# id: fs_magic_links
# class: filesystem
# goal: openat2 and O_PATH on links that lead out of a root.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
target = TARGETS["file"].encode()
how = buffer(24, struct.pack("QQQ", os.O_RDONLY, 0, 0))
proof, seen = [], []
for path in (target, b"/proc/self/root" + target, b"/proc/1/root" + target):
    descriptor = call(437, -100, path, how, 24)
    if descriptor >= 0 and secrets_in(os.read(descriptor, 4096)):
        proof.append("openat2 " + path.decode())
    descriptor = call(257, -100, path, os.O_PATH)
    if descriptor >= 0:
        # That it exists is all that such a descriptor tells, unless it can be opened in earnest.
        seen.append("O_PATH " + path.decode())
        if secrets_in(content(f"/proc/self/fd/{descriptor}")):
            proof.append("reopened " + path.decode())
verdict(", ".join(proof[:3]), exposure=", ".join(seen[:3]))
