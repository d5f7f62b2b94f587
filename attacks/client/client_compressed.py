# id: client_compressed
# class: client
# goal: A body of a few bytes that says it is compressed and becomes a gigabyte.
# targets: resources
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
import gzip
body = gzip.compress(b'{"code":"' + b" " * (64 << 20) + b'"}')
start = time.monotonic()
answer = talk(b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
              b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
verdict((not answer.startswith(b"HTTP/1.1 4") or time.monotonic() - start > 2) and repr(answer[:60]), answer[:40])
