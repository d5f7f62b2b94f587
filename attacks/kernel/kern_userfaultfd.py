# id: kern_userfaultfd
# class: kernel
# goal: userfaultfd, with which exploits stop the kernel where they want it.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("userfaultfd", 323, 1)])
