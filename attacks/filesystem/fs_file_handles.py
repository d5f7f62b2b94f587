# id: fs_file_handles
# class: filesystem
# goal: Open inodes of the host by their numbers: name_to_handle_at, open_by_handle_at.
# targets: host-data
# walls: capabilities, seccomp
# danger: none
# runs: 2
# unsandboxed: escapes
handle = buffer(136, struct.pack("II", 128, 1))
mount_id = buffer(8)
if RUN == 1:
    try_calls([("name_to_handle_at", 303, -100, b"/", handle, mount_id, 0)])
else:
    root = os.open("/", os.O_RDONLY)
    try_calls([("open_by_handle_at", 304, root, buffer(24, struct.pack("IiQ", 8, 1, 2)), 0)])
