# id: priv_identity
# class: privilege
# goal: Already be somebody: root, a group of the host, any capability in any set.
# targets: self
# walls: own-user, capabilities, user
# danger: none
# runs: 1
# unsandboxed: escapes
header = buffer(8, struct.pack("Ii", 0x20080522, 0))
data = buffer(24)
call(125, header, data)
bounding = [number for number in range(41) if call(157, 23, number, 0, 0, 0) == 1]
proof = []
# Root of a container that has dropped its capabilities can become nobody else, and has none to use.
if 0 in (*os.getresuid(), *os.getresgid()) and TARGETS.get("level") != "container":
    proof.append("root")
if any(data.raw):
    proof.append("capabilities " + data.raw.hex())
if bounding:
    proof.append(f"{len(bounding)} in the bounding set")
verdict(", ".join(proof), f"user {os.getuid()}, no capability")
