# id: proc_wait_others
# class: process
# goal: Wait for the children of others, and take their exit from the gateway.
# targets: host-service
# walls: pid
# danger: none
# runs: 1
# unsandboxed: cannot: nobody has children here
proof = []
for number, arguments in ((61, (-1, buffer(4), 1 | 0x40000000, None)), (61, (-1, buffer(4), 1 | 0x20000000, None)), (247, (0, 0, buffer(128), 4 | 1, None))):
    if call(number, *arguments) > 0:
        proof.append(str(number))
verdict(" ".join(proof))
