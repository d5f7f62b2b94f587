# id: fs_host_tmp
# class: filesystem
# goal: Read a file of the host's /tmp, by its name.
# targets: host-data
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
try_to_read(TARGETS["file"])
