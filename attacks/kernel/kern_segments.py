# id: kern_segments
# class: kernel
# goal: Segments and ports of the processor: modify_ldt, arch_prctl, iopl, ioperm.
# targets: kernel
# walls: seccomp, capabilities
# danger: none
# runs: 4
# unsandboxed: escapes
calls = [("modify_ldt", 154, 0, buffer(16), 16), ("arch_prctl", 158, 0x1003, buffer(8)), ("iopl", 172, 0), ("ioperm", 173, 0, 1, 0)]
try_calls([calls[RUN - 1]])
