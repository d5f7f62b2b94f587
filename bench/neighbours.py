"""The neighbours benchmark: an honest hello beside hostile programs that run without end.

Quiet and hostile windows take turns, so that whatever else the machine does hits both. What counts
is the ratio of their medians.
"""

import json
import socket
import statistics
import threading
import time

from figures import quantile

ROUNDS = 5
REQUESTS = 50  # of each window, one every PACE_MS
PACE_MS = 10
CROWDS = (2, 8)  # hostile programs at once
MOST_TIMES_SLOWER = 3.0

# By what they attack. Each has a main() that does not come back; one that is stopped for what it
# does is sent again at once. They run with the policy `open`, which refuses nothing.
HOSTILE = {
    "CPU in 8 threads": """
import hashlib, threading
def spin():
    data = bytes(1 << 20)
    while True:
        hashlib.sha256(data).digest()  # without Python's lock: really at once
def main():
    for _ in range(7):
        threading.Thread(target=spin, daemon=True).start()
    spin()
""",
    "attempts to fork": """
import os
def main():
    while True:
        try:
            os.fork()
        except OSError:
            pass
""",
    "threads without end": """
import threading
def main():
    while True:
        try:
            threading.Thread(target=int).start()
        except RuntimeError:
            pass
""",
    "memory close to the limit": """
def main():
    block, chunk = memoryview(bytearray(900 << 20)), bytes(1 << 20)
    while True:
        for at in range(0, len(block), len(chunk)):
            block[at:at + len(chunk)] = chunk
""",
    "memory, had and given back": """
def main():
    while True:
        b"x" * (256 << 20)
""",
    "beyond the memory limit": """
def main():
    kept = []
    while True:
        kept.append(b"x" * (1 << 20))
""",
    "output without end": """
import os
def main():
    while True:
        os.write(1, bytes(65536))
""",
    "/tmp, filled and emptied": """
import os
def main():
    chunk = bytes(1 << 20)
    while True:
        try:
            with open("full", "wb", buffering=0) as file:
                while True:
                    file.write(chunk)
        except OSError:
            os.remove("full")
""",
    "page cache": """
import os
def main():
    while True:
        for folder, _, names in os.walk("/usr"):
            for name in names:
                try:
                    with open(os.path.join(folder, name), "rb", buffering=0) as file:
                        while file.read(1 << 20):
                            pass
                except OSError:
                    pass
""",
    "pipes and sockets": """
import os, socket
def fill(fd):
    os.set_blocking(fd, False)
    try:
        while True:
            os.write(fd, bytes(65536))
    except OSError:
        pass
def main():
    while True:
        held = []
        try:
            while True:
                ends = os.pipe()
                held += ends
                fill(ends[1])
        except OSError:
            pass
        try:
            pair = socket.socketpair()
            fill(pair[0].fileno())
        except OSError:
            pass
        for fd in held:
            os.close(fd)
""",
    "signals to itself": """
import os, signal
def main():
    signal.signal(signal.SIGUSR1, lambda *_: None)
    me = os.getpid()
    while True:
        os.kill(me, signal.SIGUSR1)
""",
    "system calls": """
import os
def main():
    while True:
        try:
            os.stat("/nowhere")
        except OSError:
            pass
""",
    "mmap and munmap": """
import mmap
def main():
    while True:
        with mmap.mmap(-1, 16 << 20) as area:
            for at in range(0, 16 << 20, 4096):
                area[at] = 1
""",
    "exceptions": """
def fall(depth):
    if depth == 0:
        raise ValueError
    fall(depth - 1)
def main():
    while True:
        try:
            fall(500)
        except ValueError:
            pass
""",
}


class Crowd:
    """So many clients, each with a hostile program under way, from `with` to its end."""

    def __init__(self, port, script, count):
        self.port = port
        body = json.dumps({"script": script}).encode()
        self.request = (
            b"POST /cloudrun/execute HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        ) + body
        self.answers = []  # of programs that were stopped while it lasted
        self.leaving = threading.Event()
        self.connections = [None] * count
        self.threads = [
            threading.Thread(target=self.send_again_and_again, args=(index,))
            for index in range(count)
        ]

    def send_again_and_again(self, index):
        while not self.leaving.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port)) as connection:
                    self.connections[index] = connection
                    connection.sendall(self.request)
                    answer = b""
                    while data := connection.recv(1 << 20):
                        answer += data
            except OSError:
                continue  # it was closed, to leave
            if not self.leaving.is_set():
                self.answers.append(answer[:12].decode())

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        # A client that goes ends its program.
        self.leaving.set()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except (AttributeError, OSError):
                pass
        for thread in self.threads:
            thread.join()


def window(bench, port):
    """Milliseconds of each honest answer."""
    # The client would be on another machine: that it gets a processor late is not the service's.
    _, samples = bench.load(port, "hello", nice=-19, paced_ms=PACE_MS, requests=REQUESTS, warmup=5)
    return [sample[0] for sample in samples]


def bench_neighbours(bench, service):
    worst = 0
    for kind, script in HOSTILE.items():
        for count in CROWDS:
            quiet, beside, ratios, stopped = [], [], [], 0
            for _ in range(bench.rounds(ROUNDS)):
                service.await_full()
                alone = window(bench, service.port)
                with Crowd(service.port, script, count) as crowd:
                    time.sleep(0.5)
                    together = window(bench, service.port)
                    stopped += len(crowd.answers)
                quiet += alone
                beside += together
                ratios.append(statistics.median(together) / statistics.median(alone))
            ratio = statistics.median(ratios)
            worst = max(worst, ratio)
            bench.add(
                f"hello beside {count} x {kind}", ratio, "x", MOST_TIMES_SLOWER,
                note=f"p50 {statistics.median(quiet):.2f} -> {statistics.median(beside):.2f}, p99"
                f" {quantile(quiet, 0.99):.1f} -> {quantile(beside, 0.99):.1f} ms"
                + (f"; {stopped} stopped meanwhile" if stopped else ""))
    bench.add("hello beside the worst neighbours", worst, "x", MOST_TIMES_SLOWER)
