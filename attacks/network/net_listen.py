# id: net_listen
# class: network
# goal: Listen, so that others can connect.
# targets: host-service
# walls: landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import socket
proof = []
for family, address in ((socket.AF_INET, ("0.0.0.0", 0)), (socket.AF_INET6, ("::", 0)), (socket.AF_UNIX, "\0pyrunner-attack-listen"),
                        (socket.AF_UNIX, "/tmp/pyrunner-attack-listen")):
    try:
        with socket.socket(family) as listener:
            listener.bind(address)
            listener.listen()
            proof.append(f"{family.name} {address}")
    except OSError:
        pass
# An abstract name is its network namespace's; xreq_abstract_sockets looks whether another sandbox finds it.
verdict(" ".join(name for name in proof if "\0" not in name), exposure=" ".join(proof))
