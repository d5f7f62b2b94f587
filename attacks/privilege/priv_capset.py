# id: priv_capset
# class: privilege
# goal: Take capabilities: capset, the ambient set, the secure bits, keeping them over a change of user.
# targets: self
# walls: capabilities, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
header = buffer(8, struct.pack("Ii", 0x20080522, 0))
everything = buffer(24, struct.pack("6I", *(0xffffffff,) * 6))
one = buffer(24, struct.pack("6I", 1 << 7, 1 << 7, 1 << 7, 0, 0, 0))
proof = []
for name, number, arguments in (("all", 126, (header, everything)), ("one", 126, (header, one)), ("ambient", 157, (47, 2, 7, 0, 0)),
                                ("secure bits", 157, (28, 0x2f, 0, 0, 0)), ("keep", 157, (8, 1, 0, 0, 0))):
    if call(number, *arguments) == 0:
        proof.append(name)
verdict(" ".join(proof))
