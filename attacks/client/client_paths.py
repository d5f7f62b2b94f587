# id: client_paths
# class: client
# goal: Files of the host by paths that climb.
# targets: host-data
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
proof = []
for path in ("/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/run/../../etc/passwd", "/static/..;/etc/passwd",
             "file:///etc/passwd", "http://localhost/etc/passwd", "/%00", "/docs/../../etc/passwd", "/health/..%c0%af..%c0%afetc/passwd"):
    answer = talk(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    if not answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")) or b"root:" in answer:
        proof.append(path)
verdict(" ".join(proof))
