# id: net_service_port
# class: network
# goal: Send the service itself a program, from inside of it.
# targets: host-service
# walls: network, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
try:
    with socket.create_connection(("127.0.0.1", TARGETS["service"]), 2) as peer:
        peer.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        verdict("connected to the service's port")
except OSError as error:
    stopped(error)
