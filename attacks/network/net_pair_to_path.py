# id: net_pair_to_path
# class: network
# goal: A socket pair is allowed: send from it to a socket of the host, or connect it anew.
# targets: host-service
# walls: mount, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
proof = []
for name in (TARGETS["datagram"], TARGETS["abstract"]):
    for what, act in (("sendto", lambda: one.sendto(b"hello", name)), ("connect", lambda: one.connect(name)),
                      ("sendmsg", lambda: one.sendmsg([b"hello"], [], 0, name)), ("bind", lambda: one.bind("\0pyrunner-attack-pair"))):
        try:
            act()
            proof.append(what)
        except OSError:
            pass
# To give its own socket a name reaches nobody.
verdict(" ".join(what for what in proof if what != "bind"), exposure=" ".join(proof))
