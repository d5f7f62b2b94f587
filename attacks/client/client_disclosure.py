# id: client_disclosure
# class: client
# goal: Errors that tell what the service is made of.
# targets: host-service
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
proof = []
for body in (b"", b"{", b"[" * 50, b'{"code": 5}', b'{"code": "\\ud800"}', b'{"code": "x", "timeout": 1e999}', b"\xff\xfe", b'{"code": null, "timeout": "x"}', b'{"code":"' + b"x" * 2000000 + b'"}'):
    answer = talk(b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    found = re.search(rb"(/usr/|/home/|/root/|\.cpp|\.h:|Traceback|nlohmann|boost|terminate called|std::|Beast)", answer)
    if found or not answer.startswith(b"HTTP/1.1 4"):
        proof.append(f"{body[:20]!r}: {found[0] if found else answer[:20]!r}")
verdict(" ".join(proof))
