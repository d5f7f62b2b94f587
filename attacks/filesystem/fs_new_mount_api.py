# id: fs_new_mount_api
# class: filesystem
# goal: The newer calls that mount: open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr.
# targets: kernel
# walls: capabilities, seccomp
# danger: none
# runs: 7
# unsandboxed: escapes
calls = [("open_tree", 428, -100, b"/", 1), ("move_mount", 429, -1, b"", -1, b"", 0x44), ("fsopen", 430, b"tmpfs", 0),
         ("fsconfig", 431, -1, 6, None, None, 0), ("fsmount", 432, -1, 0, 0), ("fspick", 433, -100, b"/", 0),
         ("mount_setattr", 442, -100, b"/", 0, buffer(32), 32)]
try_calls([calls[RUN - 1]])
