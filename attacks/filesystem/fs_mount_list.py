# id: fs_mount_list
# class: filesystem
# goal: Learn the host's mounts by statmount and listmount, without /proc.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
request = buffer(32, struct.pack("IIQQQ", 32, 0, 0xffffffffffffffff, 0, 0))
try_calls([("listmount", 458, request, buffer(4096), 512, 0), ("statmount", 457, request, buffer(4096), 4096, 0)])
