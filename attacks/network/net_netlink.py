# id: net_netlink
# class: network
# goal: Routes, events and the audit trail by netlink.
# targets: kernel
# walls: network, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
opened, theirs = [], []
for protocol in (0, 2, 9, 12, 15, 16):
    descriptor = call(41, 16, 3, protocol)
    if reached(descriptor):
        opened.append(f"netlink {protocol}")
    if protocol == 0 and descriptor >= 0:
        # All network cards: RTM_GETLINK as a dump. Every network namespace has a loopback of its own.
        os.write(descriptor, struct.pack("IHHII", 32, 18, 0x301, 1, 0) + bytes(16))
        theirs = [name.decode() for name in re.findall(rb"\x03\0([a-z][a-z0-9._-]+)\0", os.read(descriptor, 65536)) if name != b"lo"]
verdict(" ".join(theirs), exposure=", ".join(opened))
