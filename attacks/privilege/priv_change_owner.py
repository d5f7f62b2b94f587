# id: priv_change_owner
# class: privilege
# goal: Give a file away, or take somebody's.
# targets: host-data
# walls: capabilities, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
path = f"/tmp/pyrunner-attack-owner-{os.getpid()}"
open(path, "w").close()
proof = []
for owner in ((0, 0), (65534, 65534), (os.getuid() + 1, -1)):
    try:
        os.chown(path, *owner)
        if os.stat(path).st_uid == owner[0]:
            proof.append(str(owner))
    except OSError:
        pass
os.unlink(path)
verdict(" ".join(proof))
