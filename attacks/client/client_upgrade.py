# id: client_upgrade
# class: client
# goal: Talk the service into another protocol.
# targets: host-service
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
proof = []
for lines in (b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
              b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"):
    if b" 101 " in talk(b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n", seconds=1)[:20]:
        proof.append(lines.decode())
for text in (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22\r\n\r\n", b"GET /\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00" * 20,
             b"TRACE / HTTP/1.1\r\nHost: localhost\r\nX-Secret: told\r\n\r\n"):
    answer = talk(text, seconds=1)
    if answer.startswith(b"HTTP/1.1 2") or b"told" in answer:
        proof.append(repr(text[:20]))
verdict(" ".join(proof))
