# id: fs_write_system
# class: filesystem
# goal: Make a file in any directory outside of the scratch one.
# targets: host-data
# walls: mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: escapes
proof = None
for folder, names, _ in os.walk("/"):
    if folder.startswith(("/tmp", "/proc", "/sys")) or folder.count("/") > 3:
        names.clear()
        continue
    path = os.path.join(folder, "pyrunner-attack-file")
    try:
        open(path, "x").close()
        os.unlink(path)
        proof = folder
        break
    except OSError:
        pass
verdict(proof, "no directory takes a file")
