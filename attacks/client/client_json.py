# id: client_json
# class: client
# goal: JSON so deep, so wide or so long that its reader falls.
# targets: host-service
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
proof = []
for body in (b"[" * 1000000, b'{"code":' * 100000, b'{"code":"print(1)","x":' + b"[" * 100000 + b"]" * 100000 + b"}", b"1" * 3000000,
             b'{"code":"x","timeout":' + b"9" * 100000 + b"}", b"{" + b'"a":1,' * 300000 + b'"b":1}', b'"' + b"\\u0000" * 200000 + b'"'):
    answer = talk(b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    if not re.match(rb"HTTP/1.1 4\d\d ", answer):
        proof.append(f"{body[:30]!r}: {answer[:30]!r}")
verdict(" ".join(proof))
