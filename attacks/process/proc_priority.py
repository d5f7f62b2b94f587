# id: proc_priority
# class: process
# goal: More of the processor: a real-time or deadline class, a negative nice value, input and output first.
# targets: resources
# walls: seccomp, capabilities, rlimits
# danger: none
# runs: 1
# unsandboxed: escapes
parameter = buffer(4, struct.pack("i", 1))
deadline = buffer(48, struct.pack("IIQiIQQQ", 48, 6, 0, 0, 0, 10000000, 20000000, 20000000))
proof = []
for name, number, arguments in (("nice", 141, (0, 0, -5)), ("fifo", 144, (0, 1, parameter)), ("round robin", 144, (0, 2, parameter)),
                                ("deadline", 314, (0, deadline, 0)), ("parameter", 142, (0, parameter)),
                                ("io", 251, (1, 0, 1 << 13 | 0))):
    if call(number, *arguments) == 0:
        proof.append(name)
verdict(" ".join(proof))
