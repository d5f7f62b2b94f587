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


def reach_peer():
    """Through a descriptor of the process at the other end."""
    peer = channel.getsockopt(socket.SOL_SOCKET, 77)
    if call(424, peer, 0, None, 0) == 0 or call(438, peer, 0, 0) >= 0:
        proof.append("the peer's process")


proof, exposure = [], []
for name, act in (("connect", lambda: (channel.connect(TARGETS["unix"]), proof.append("connect"))), ("shutdown", lambda: channel.shutdown(socket.SHUT_RDWR)),
                  ("peer", lambda: channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)), ("peer's pidfd", reach_peer),
                  ("buffer", lambda: channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)), ("listen", lambda: channel.listen())):
    try:
        act()
        exposure.append(name)
    except OSError:
        pass
channel.detach()
# What it does to its own end is its own loss.
verdict(" ".join(proof), exposure=" ".join(exposure))
