# id: fs_mount
# class: filesystem
# goal: mount and umount: a tmpfs over /tmp, a /proc, the root again, the root away.
# targets: host-data
# walls: capabilities, mount, landlock, seccomp
# danger: none
# runs: 6
# unsandboxed: escapes
os.makedirs("/tmp/pyrunner-attack-mount", exist_ok=True)
where = b"/tmp/pyrunner-attack-mount"
calls = [("mount tmpfs", 165, b"none", where, b"tmpfs", 0, None), ("mount proc", 165, b"proc", where, b"proc", 0, None),
         ("bind /", 165, b"/", where, None, 4096 | 16384, None), ("remount", 165, None, b"/tmp", None, 32, None),
         ("make shared", 165, None, b"/", None, 1 << 20, None), ("umount", 166, where, 2)]
try_calls([calls[RUN - 1]])
