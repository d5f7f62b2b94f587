# id: net_names
# class: network
# goal: Resolve names, by the library and by hand.
# targets: host-service
# walls: network, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
proof = []
for name in ("localhost", TARGETS["hostname"], "metadata.google.internal", "example.com"):
    try:
        if any(address[4][0] not in ("127.0.0.1", "::1") or name != "localhost"
               for address in socket.getaddrinfo(name, 80)):
            proof.append(name)
    except OSError:
        pass
try:
    query = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\x07example\x03com\0\0\x01\0\x01"
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(query, ("127.0.0.1", 53))
    proof.append("a query was sent")
except OSError:
    pass
verdict(" ".join(proof))
