# id: fs_devices
# class: filesystem
# goal: Any device beyond null, zero, full and the random ones.
# targets: host-data
# walls: mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
import stat
proof = []
for folder, _, names in os.walk("/dev"):
    for name in names:
        path = os.path.join(folder, name)
        if path in ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"):
            continue
        if try_to_open([path], os.O_RDONLY):
            proof.append(path)
verdict(" ".join(proof[:5]), "no other device")
