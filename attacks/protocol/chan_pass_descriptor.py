# id: chan_pass_descriptor
# class: protocol
# goal: Send the gateway descriptors that it would keep.
# targets: host-service
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: there is no channel
import array
import socket
channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=3)
try:
    channel.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
    exposed("the gateway was sent three descriptors, and reads without room for them")
except OSError as error:
    stopped(error)
channel.detach()
