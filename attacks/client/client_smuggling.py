# id: client_smuggling
# class: client
# goal: Requests that end in two places, with another request between them.
# targets: other-request
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
inner = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
heads = {
    "both lengths": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % (len(inner) + 5),
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n" % (len(inner) + 5),
    "a list of lengths": b"Content-Length: 0, 5\r\n",
    "a signed length": b"Content-Length: +5\r\n",
    "a length in hexadecimal": b"Content-Length: 0x5\r\n",
    "space before the colon": b"Transfer-Encoding : chunked\r\n",
    "another coding": b"Transfer-Encoding: xchunked\r\n",
    "two codings": b"Transfer-Encoding: chunked, identity\r\n",
    "a folded line": b"X: y\r\n Transfer-Encoding: chunked\r\n",
    "a bare line feed": b"X: y\nTransfer-Encoding: chunked\r\n",
    "a bare carriage return": b"X: y\rTransfer-Encoding: chunked\r\n",
    "a null": b"X: y\0\r\nTransfer-Encoding: chunked\r\n",
    "two hosts": b"Host: elsewhere\r\n",
}
proof = []
for name, head in heads.items():
    answer = talk(b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + head + b"\r\n0\r\n\r\n" + inner, seconds=1)
    if answer.count(b"HTTP/1.1 ") != 1 or not answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")):
        proof.append(f"{name}: {answer[:40]!r}")
verdict(", ".join(proof), f"{len(heads)} shapes are refused, once each")
