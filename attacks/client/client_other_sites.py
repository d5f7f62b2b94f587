# id: client_other_sites
# class: client
# goal: A page of another site, in a browser of somebody who reaches the service.
# targets: host-service
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
proof = []
body = b'{"code":"print(1)"}'
for lines in (b"OPTIONS /run HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n",
              b"POST /run HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Type: application/json\r\nContent-Length: 19\r\n",
              b"POST /run HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nContent-Type: application/json\r\nContent-Length: 19\r\n"):
    answer = talk(lines + b"Connection: close\r\n\r\n" + (body if lines.startswith(b"POST") else b"")).lower()
    if b"access-control-allow" in answer:
        proof.append(repr(lines[:60]))
simple = talk(b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 19\r\nConnection: close\r\n\r\n" + body)
if simple.startswith(b"HTTP/1.1 200"):
    proof.append("text/plain, which no browser asks about first")
rebound = talk(b"POST /run HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: 19\r\nConnection: close\r\n\r\n" + body)
if rebound.startswith(b"HTTP/1.1 200"):
    proof.append("another host's name")
verdict(", ".join(proof))
