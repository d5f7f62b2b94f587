# id: net_tcp
# class: network
# goal: Connect to a TCP port of the host.
# targets: host-service
# walls: network, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
try:
    with socket.create_connection(("127.0.0.1", TARGETS["port"]), 2) as peer:
        verdict(secrets_in(peer.recv(100)) and "the host answered")
except OSError as error:
    stopped(error)
