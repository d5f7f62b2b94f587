# id: fs_attributes
# class: filesystem
# goal: Extended attributes, among them capabilities of files.
# targets: self
# walls: capabilities, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
path = f"/tmp/pyrunner-attack-attributes-{os.getpid()}"
open(path, "w").close()
proof = []
for name, value in (("user.x", b"1"), ("trusted.x", b"1"), ("security.x", b"1"),
                    ("security.capability", struct.pack("<5I", 0x02000001, 1 << 21, 0, 0, 0))):
    try:
        os.setxattr(path, name, value)
        proof.append(name)
    except OSError:
        pass
os.unlink(path)
# A word about its own file is nothing to anybody.
verdict(" ".join(name for name in proof if name != "user.x"), exposure=" ".join(proof))
