# id: fs_hard_link
# class: filesystem
# goal: A hard link to a file of the host, whose owner a careless service then changes.
# targets: host-data
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = None
for path in ("/usr/bin/env", "/etc/passwd", TARGETS["file"]):
    for folder in ("/tmp", os.getcwd(), os.path.dirname(path)):
        name = f"{folder}/pyrunner-attack-link-{os.getpid()}"
        try:
            os.link(path, name)
            os.unlink(name)
            proof = path
        except OSError:
            pass
verdict(proof)
