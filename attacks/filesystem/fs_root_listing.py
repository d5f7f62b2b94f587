# id: fs_root_listing
# class: filesystem
# goal: Find the host's marks anywhere below the root.
# targets: host-data
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
proof = None
for folder, names, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/usr")) or folder.count("/") > 5:
        names.clear()
    found = [name for name in names + files if name == os.path.basename(TARGETS["folder"])]
    if found:
        proof = os.path.join(folder, found[0])
        break
verdict(proof)
