# id: net_udp
# class: network
# goal: Ask a UDP service of the host.
# targets: host-service
# walls: network, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(2)
        peer.sendto(b"hello", ("127.0.0.1", TARGETS["udp"]))
        verdict(secrets_in(peer.recv(100)) and "the host answered")
except OSError as error:
    stopped(error)
