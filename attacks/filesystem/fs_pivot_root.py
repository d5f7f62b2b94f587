# id: fs_pivot_root
# class: filesystem
# goal: Another root: pivot_root and chroot, with a descriptor of the old one kept.
# targets: host-data
# walls: capabilities, seccomp
# danger: none
# runs: 2
# unsandboxed: escapes
calls = [("chroot", 161, b"/tmp"), ("pivot_root", 155, b"/nowhere", b"/nowhere")]
try_calls([calls[RUN - 1]])
