# id: kern_memory_files
# class: kernel
# goal: Files in memory and secret memory.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("memfd_create", 319, b"x", 0), ("memfd_create executable", 319, b"x", 0x10), ("memfd_secret", 447, 0)])
