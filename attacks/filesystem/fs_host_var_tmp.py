# id: fs_host_var_tmp
# class: filesystem
# goal: Read a file of the host's /var/tmp, which every user may read.
# targets: host-data
# walls: mount, landlock
# danger: none
# runs: 1
# unsandboxed: escapes
try_to_read(TARGETS["elsewhere"])
