# id: client_overload
# class: client
# goal: Many more programs at once than there is room for.
# targets: resources
# walls: gateway
# danger: none
# runs: client
# unsandboxed: cannot: a client's
import threading
answers = []
body = b'{"code":"import time; time.sleep(1)","timeout":5}'
request = b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
threads = [threading.Thread(target=lambda: answers.append(talk(request, seconds=40)[9:12])) for _ in range(200)]
[thread.start() for thread in threads]
time.sleep(0.7)
start = time.monotonic()
health = talk(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
waited = time.monotonic() - start
[thread.join() for thread in threads]
strange = [answer for answer in answers if answer not in (b"200", b"503")]
verdict(strange and f"answers {strange[:5]}" or (not health.startswith(b"HTTP/1.1 200") or waited > 1.5) and f"health after {waited:.1f} s: {health[:20]!r}",
        f"{answers.count(b'200')} ran, {answers.count(b'503')} were told to wait")
