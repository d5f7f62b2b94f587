# id: net_abstract_socket
# class: network
# goal: Connect to an abstract UNIX socket of the host, which no file system hides.
# targets: host-service
# walls: network, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
try:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(TARGETS["abstract"])
        verdict(secrets_in(peer.recv(100)) and "the host answered")
except OSError as error:
    stopped(error)
