# id: kern_aio
# class: kernel
# goal: The old asynchronous input and output.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
try_calls([("io_setup", 206, 1, buffer(8)), ("io_submit", 209, 0, 0, None), ("io_getevents", 208, 0, 0, 0, None, None)])
