# id: net_unix_socket
# class: network
# goal: Connect to a UNIX socket of the host by its path.
# targets: host-service
# walls: mount, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
try:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(TARGETS["unix"])
        verdict(secrets_in(peer.recv(100)) and "the host answered")
except OSError as error:
    stopped(error)
