# id: fs_file_handles
# class: filesystem
# goal: Open inodes of the host by their numbers: name_to_handle_at, open_by_handle_at.
# targets: host-data
# walls: capabilities, seccomp
# danger: none
# runs: 2
# unsandboxed: escapes
# The number of an inode is nothing yet: what counts is to open it.
handle = buffer(136, struct.pack("II", 128, 1))
mount_id = buffer(8)
root = os.open("/tmp" if RUN == 1 else "/usr", os.O_RDONLY)
if RUN == 1:
    named = call(303, -100, b"/usr", handle, mount_id, 0)
    opened = call(304, root, handle, 0) if named >= 0 else -errno.EPERM
    verdict(opened >= 0 and "opened by its number", f"name_to_handle_at {named}",
            named >= 0 and f"name_to_handle_at {named}, open_by_handle_at {opened}")
else:
    try_calls([("open_by_handle_at", 304, root, buffer(24, struct.pack("IiQ", 8, 1, 2)), 0)])
