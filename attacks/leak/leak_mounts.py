# id: leak_mounts
# class: leak
# goal: The host's paths in tables of mounts.
# targets: host-data
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
found = [path for path in ("/proc/self/mountinfo", "/proc/mounts", "/etc/mtab", "/proc/1/mounts") if content(path)]
verdict(" ".join(found))
