# id: xreq_abstract_sockets
# class: cross-request
# goal: Two programs meet at an abstract socket: their network is the same empty one.
# targets: other-request
# walls: seccomp, landlock
# danger: none
# runs: 2-parallel
# unsandboxed: escapes
import socket
name = "\0pyrunner-attack-meeting"
proof = None
deadline = time.monotonic() + 3
try:
    while not proof and time.monotonic() < deadline:
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(0.5)
        try:
            peer.connect(name)
            proof = "connected to a neighbour"
        except ConnectionRefusedError:
            try:
                peer.bind(name)
                peer.listen()
                peer.accept()
                proof = "a neighbour connected"
            except TimeoutError:
                pass
        except TimeoutError:
            pass
    verdict(proof)
except OSError as error:
    stopped(error)
