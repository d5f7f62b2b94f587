# id: chan_reconnect
# class: protocol
# goal: Connect the channel to something else; ask who is at its other end.
# targets: host-service
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: there is no channel
import socket
channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=3)
proof = []
for name, act in (("connect", lambda: channel.connect(TARGETS["unix"])), ("shutdown", lambda: channel.shutdown(socket.SHUT_RDWR)),
                  ("peer", lambda: channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)), ("peer's pidfd", lambda: channel.getsockopt(socket.SOL_SOCKET, 77, 4)),
                  ("buffer", lambda: channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)), ("listen", lambda: channel.listen())):
    try:
        act()
        proof.append(name)
    except OSError:
        pass
channel.detach()
verdict(" ".join(proof))
