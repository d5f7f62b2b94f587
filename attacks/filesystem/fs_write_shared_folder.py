# id: fs_write_shared_folder
# class: filesystem
# goal: Write where on the host everybody may.
# targets: host-data
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
proof = None
for folder in (TARGETS["drop"], "/var/tmp", "/dev/shm", "/run/lock", "/var/lock", "/dev/mqueue", "/var/crash"):
    path = f"{folder}/pyrunner-attack-{os.getpid()}"
    try:
        open(path, "w").close()
        proof = path
        os.unlink(path)
    except OSError:
        pass
verdict(proof)
