# id: net_raw
# class: network
# goal: Raw and ping sockets.
# targets: host-service
# walls: network, capabilities, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
proof = []
for family, kind, protocol in ((2, 3, 1), (2, 2, 1), (2, 3, 255), (10, 3, 58), (2, 10, 0)):
    try:
        socket.socket(family, kind, protocol).close()
        proof.append(f"{family}/{kind}/{protocol}")
    except OSError:
        pass
verdict(" ".join(proof))
