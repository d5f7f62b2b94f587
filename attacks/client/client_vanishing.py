# id: client_vanishing
# class: client
# goal: Clients that ask for long programs and go away, in every state.
# targets: resources
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
import socket
body = b'{"code":"import time; time.sleep(20)","timeout":30}'
request = b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
for size in (1, 20, 100, len(request) - 1, len(request), len(request)):
    for _ in range(10):
        peer = socket.create_connection(("127.0.0.1", TARGETS["service"]), 5)
        peer.sendall(request[:size])
        if size % 2:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
body = b'{"code":"print(6 * 7)"}'
start = time.monotonic()
answer = talk(b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body, seconds=15)
verdict((b"42" not in answer or time.monotonic() - start > 10) and f"{time.monotonic() - start:.1f} s: {answer[:60]!r}")
