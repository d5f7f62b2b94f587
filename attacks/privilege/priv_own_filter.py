# id: priv_own_filter
# class: privilege
# goal: Ask for another system call filter, a listener, strict mode: what a supervisor of system calls could do.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
program = buffer(8, struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
filter = buffer(16, struct.pack("HxxxxxxQ", 1, ctypes.addressof(program)))
try_calls([("filter", 317, 1, 0, filter), ("listener", 317, 1, 8, filter), ("prctl filter", 157, 22, 2, ctypes.addressof(filter), 0, 0),
           ("actions", 317, 2, 0, buffer(4, struct.pack("I", 0x7fff0000))), ("sizes", 317, 3, 0, buffer(6))])
