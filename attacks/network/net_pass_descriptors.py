# id: net_pass_descriptors
# class: network
# goal: Pass descriptors over a socket pair, as whoever collects them from others would.
# targets: other-process
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import array
import socket
one, other = socket.socketpair()
try:
    one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
    _, ancillary, _, _ = other.recvmsg(1, 64)
    # From itself to itself: it takes somebody else at the other end to be worth anything.
    verdict("", exposure=ancillary and "a descriptor came through")
except OSError as error:
    stopped(error)
