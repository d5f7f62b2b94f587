# id: fs_touch_device
# class: filesystem
# goal: Change the times of a device node that the host shares with every sandbox.
# targets: host-data
# walls: mount
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for name in ("null", "zero", "full", "random", "urandom"):
    before = os.stat("/dev/" + name).st_mtime_ns
    try:
        os.utime("/dev/" + name)
    except OSError:
        continue
    if os.stat("/dev/" + name).st_mtime_ns != before:
        proof.append(name)
verdict(" ".join(proof), "no device took a new time")
