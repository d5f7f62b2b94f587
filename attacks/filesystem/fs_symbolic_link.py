# id: fs_symbolic_link
# class: filesystem
# goal: Symbolic links in the scratch directory, for a service that follows them when it collects or clears.
# targets: host-data
# walls: landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = None
for index, path in enumerate(("/etc/shadow", TARGETS["file"], "/", "/proc/self/root")):
    name = f"/tmp/pyrunner-attack-{os.getpid()}-{index}"
    try:
        os.symlink(path, name)
        proof = path
        os.unlink(name)
    except OSError:
        pass
verdict(proof and f"a link to {proof}")
