# id: leak_disk
# class: leak
# goal: What the disk holds: sizes and numbers of the host's own file systems.
# targets: host-facts
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: cannot: everybody may ask for the size of what he can name
found = [path for path in ("/", "/tmp", "/etc") if os.statvfs(path).f_blocks * os.statvfs(path).f_frsize > 1 << 32]
verdict(" ".join(found), "only sizes of its own, and of the read-only /usr")
