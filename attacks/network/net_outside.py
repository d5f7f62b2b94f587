# id: net_outside
# class: network
# goal: Leave the machine by TCP. A route is enough of a proof.
# targets: host-service
# walls: network, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: the control has no route
import socket
proof = None
for host in ("192.0.2.1", "198.51.100.1", "2001:db8::1"):
    try:
        socket.create_connection((host, 443), 0.5).close()
        proof = host
    except TimeoutError:
        proof = host + " has a route"
    except OSError:
        pass
verdict(proof)
