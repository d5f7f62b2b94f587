# id: client_heads
# class: client
# goal: Heads without end.
# targets: resources
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
proof = []
start = time.monotonic()
for head in (b"X: " + b"y" * 1000000, b"\r\n".join(b"X%d: y" % index for index in range(20000)), b"Cookie: " + b"a=b;" * 50000):
    answer = talk(b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n\r\n")
    if answer.startswith(b"HTTP/1.1 2"):
        proof.append(repr(head[:10]))
if talk(b"GET /" + b"x" * 1000000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 2"):
    proof.append("a path of a megabyte")
verdict(" ".join(proof) or (time.monotonic() - start > 15 and "it took too long"))
