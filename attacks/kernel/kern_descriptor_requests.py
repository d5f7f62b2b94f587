# id: kern_descriptor_requests
# class: kernel
# goal: Locks, leases, owners of signals and sizes of pipes by fcntl.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
reader, writer = os.pipe()
file = os.open("/tmp", os.O_TMPFILE | os.O_RDWR)
lock = buffer(32, struct.pack("hhqqi", 1, 0, 0, 0, 0))
try_calls([("pipe size", 72, writer, 1031, 1 << 20), ("lock", 72, file, 6, lock), ("open file lock", 72, file, 37, lock), ("lease", 72, file, 1024, 1),
           ("owner", 72, reader, 8, 1), ("signal", 72, reader, 10, 9), ("seals", 72, file, 1033, 1), ("async", 72, reader, 4, 0o20000), ("flock", 73, file, 2)])
