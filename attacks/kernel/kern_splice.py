# id: kern_splice
# class: kernel
# goal: Pipes that hold pages of files: splice, tee, vmsplice, sendfile, copy_file_range.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("splice", 275, -1, None, -1, None, 1, 0), ("tee", 276, -1, -1, 1, 0), ("vmsplice", 278, -1, None, 0, 0),
           ("sendfile", 40, -1, -1, None, 1), ("copy_file_range", 326, -1, None, -1, None, 1, 0)])
