# id: kern_bpf
# class: kernel
# goal: Load a program into the kernel.
# targets: kernel
# walls: seccomp, capabilities
# danger: none
# runs: 1
# unsandboxed: escapes
code = buffer(16, bytes.fromhex("b700000000000000" "9500000000000000"))
text = buffer(4, b"GPL")
attributes = buffer(128, struct.pack("IIQQIIQI", 1, 2, ctypes.addressof(code), ctypes.addressof(text), 0, 0, 0, 0))
try_calls([("bpf", 321, 5, attributes, 128)])
