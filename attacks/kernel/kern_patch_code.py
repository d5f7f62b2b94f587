# id: kern_patch_code
# class: kernel
# goal: Make the interpreter's own code writable.
# targets: self
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
address = ctypes.cast(LIBC.getpid, ctypes.c_void_p).value & ~4095
try_calls([("mprotect write and execute", 10, address, 4096, 7)])
