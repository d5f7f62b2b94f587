# id: net_all_addresses
# class: network
# goal: Reach a TCP port of the host by other names of it.
# targets: host-service
# walls: network, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
proof = None
for host in ("localhost", "0.0.0.0", "127.1", "::1", "::ffff:127.0.0.1", "10.0.2.2", "172.17.0.1", "169.254.1.1"):
    try:
        with socket.create_connection((host, TARGETS["port"]), 0.3):
            proof = host
    except OSError:
        pass
verdict(proof)
