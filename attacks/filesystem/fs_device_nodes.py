# id: fs_device_nodes
# class: filesystem
# goal: Make device nodes for the kernel's log and the disks, and open them.
# targets: host-data
# walls: capabilities, own-user, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import stat
proof = None
for kind, major, minor in ((stat.S_IFCHR, 1, 11), (stat.S_IFCHR, 1, 1), (stat.S_IFBLK, 254, 0), (stat.S_IFBLK, 8, 0)):
    name = f"/tmp/pyrunner-attack-node-{os.getpid()}"
    try:
        os.mknod(name, kind | 0o600, os.makedev(major, minor))
        proof = f"made {major}:{minor}"
    except OSError:
        continue
    try:
        os.close(os.open(name, os.O_RDONLY | os.O_NONBLOCK))
        proof = f"opened {major}:{minor}"
    except OSError:
        pass
    os.unlink(name)
verdict(proof)
