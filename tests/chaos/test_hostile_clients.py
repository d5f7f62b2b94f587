"""Clients that attack the service itself: whatever they hold, send or leave out, an honest client
is served meanwhile, and all that they held is given back."""

import contextlib
import pathlib
import resource
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.crowd import parse_answer, run_request  # noqa: E402
from support.server import PATIENCE, Server, until  # noqa: E402

POST = b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
MIB = 1 << 20
TCP_REPAIR = 19


def held_by(server):
    """The connections that the server's process has, of whatever state."""
    own = f"0100007F:{server.port:04X}"  # a client of another 127... may have the port as well
    peers = set()  # a row may be there twice, for one that came while the table was read
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        listens, inode = fields[3] == "0A", fields[9]
        if fields[1] == own and not listens and inode != "0":
            peers.add(fields[2])
    return len(peers)


def memory(pid):
    """Bytes of memory that the gateway has of its own."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return 1024 * sum(int(line.split()[1]) for line in text.splitlines()
                      if line.startswith("RssAnon"))


def connect(port, source=0, seconds=10):
    """A connection from an address of its own: 127.0.1.<source>."""
    return socket.create_connection(("127.0.0.1", port), seconds * PATIENCE,
                                    (f"127.0.1.{source}", 0) if source else None)


def vanish(connection):
    """Ends the client's side without a word to the server, as a broken line does."""
    try:
        connection.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    except PermissionError:
        print("not allowed to leave a connection half open: silent clients instead",
              file=sys.stderr)
        return connection
    connection.close()
    return None


class Hostile(unittest.TestCase):
    def start(self, *flags, **options):
        server = Server("--policy", "open", "--max-running", "4", "--ready-sandboxes", "2",
                        *flags, warm=True, **options)
        self.addCleanup(server.kill)
        self.server = server
        self.memory_at_rest = memory(server.pid)
        return server

    @contextlib.contextmanager
    def served_meanwhile(self, seconds=3.0, source=200):
        """An honest client runs programs again and again while the block attacks."""
        stop = threading.Event()
        times, failures = [], []

        def work():
            while not stop.is_set() or not times:
                start = time.monotonic()
                try:
                    with connect(self.server.port, source, 30) as honest:
                        honest.sendall(run_request("print('honest')"))
                        data = b""
                        while piece := honest.recv(65536):
                            data += piece
                    answer = parse_answer(data)
                    if not answer or answer.status != 200 or answer.json["stdout"] != "honest\n":
                        failures.append(data[:300])
                except OSError as error:
                    failures.append(repr(error))
                times.append(time.monotonic() - start)
                time.sleep(0.02)
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        self.assertEqual(failures, [])
        self.assertLess(max(times), seconds * PATIENCE)

    def gives_back(self, seconds=15, mib=64):
        """No connection is left, and little of the memory."""
        until(lambda: held_by(self.server) == 0, seconds, "no connection left")
        self.assertLess(memory(self.server.pid) - self.memory_at_rest, mib * MIB)
        answer = self.server.run("print('after')")
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "after\n"))
        self.assertEqual(self.server.stop(), 0)

    def tells(self, connection, *statuses):
        """The status of the one answer before the server closes; 0 if there is none."""
        data = b""
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while piece := connection.recv(65536):
                data += piece
        answer = parse_answer(data)
        status = answer.status if answer else 0
        self.assertIn(status, statuses, data[:300])
        return status


class Slow(Hostile):
    def test_slow_and_half_open_connections_end(self):
        """Of each kind some drip on and some vanish; all are ended within 10 s and a bit."""
        server = self.start()
        starts = {
            "nothing": (b"", b"", (0, 408)),
            "head": (b"POST /run HTTP/1.1\r\nHost: loc", b"a", (408,)),
            "fields": (POST, b"X-Slow: 1\r\n", (408, 431)),
            "body": (POST + b"Content-Length: 100000\r\n\r\n{", b" ", (408,)),
            "chunks": (CHUNKED, b"1\r\n \r\n", (408,)),
            "chunk_size": (CHUNKED, b"0", (400, 408)),
            "trailers": (CHUNKED + b"0\r\n", b"X: 1\r\n", (400, 408)),
        }
        dripping, lost = [], []
        for kind, (first, _, _) in starts.items():
            for i in range(20):
                dripping.append((kind, connect(server.port)))
                dripping[-1][1].sendall(first)
                lost.append(connect(server.port))
                lost[-1].sendall(first)
        lost = [silent for silent in map(vanish, lost) if silent]
        start = time.monotonic()
        with self.served_meanwhile():
            open_ones = dict(enumerate(dripping))
            while open_ones:
                self.assertLess(time.monotonic() - start, 14 * PATIENCE, list(open_ones.values()))
                time.sleep(0.5)
                for i, (kind, connection) in list(open_ones.items()):
                    try:
                        connection.sendall(starts[kind][1])
                        connection.settimeout(0.001)
                        connection.recv(1, socket.MSG_PEEK)
                    except TimeoutError:
                        connection.settimeout(10)
                        continue
                    except OSError:
                        pass
                    del open_ones[i]
        for kind, connection in dripping:
            with self.subTest(kind=kind):
                connection.settimeout(10)
                # One that drips on after the answer may find it reset.
                self.tells(connection, *starts[kind][2], 0)
            connection.close()
        for connection in lost:
            connection.close()
        self.gives_back()

    def test_a_slow_bodys_client_is_told(self):
        server = self.start()
        connections = {}
        for name, data in {"body": POST + b"Content-Length: 100\r\n\r\n{",
                           "chunks": CHUNKED + b"1\r\n{\r\n"}.items():
            connections[name] = connect(server.port, seconds=20)
            connections[name].sendall(data)
        start = time.monotonic()
        for name, connection in connections.items():
            with self.subTest(kind=name), connection:
                self.tells(connection, 408)
        self.assertLess(time.monotonic() - start, 13 * PATIENCE)
        self.gives_back()

    def test_one_that_vanishes_while_its_program_runs(self):
        server = self.start()
        for _ in range(4):
            connection = connect(server.port)
            connection.sendall(run_request("import time\ntime.sleep(3)\nprint('x' * 100_000)"))
            time.sleep(0.2)
            silent = vanish(connection)
            self.addCleanup(lambda silent=silent: silent and silent.close())
        # All places are taken by programs whose clients are gone, until these have ended.
        answer = server.run("print('next')")
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "next\n"))
        self.assertLess(answer.seconds, 6 * PATIENCE)
        self.gives_back()

    def test_one_that_sends_all_and_half_closes_is_no_danger(self):
        server = self.start()
        with self.served_meanwhile():
            for data in (HEALTH, HEALTH[:20], POST + b"Content-Length: 9\r\n\r\n{"):
                for _ in range(50):
                    with connect(server.port) as connection:
                        connection.sendall(data)
                        connection.shutdown(socket.SHUT_WR)
                        self.tells(connection, 0, 200)
        self.gives_back()


class Floods(Hostile):
    def flood(self, port, data, repeat, connections=16):
        """Each connection sends `data` again and again and reads nothing, until the server ends it.
        Returns what came back on each."""
        answers = [b""] * connections

        def work(number):
            with connect(port, seconds=30) as connection:
                with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                    for piece in data[:-1]:
                        connection.sendall(piece)
                    for _ in range(repeat):
                        connection.sendall(data[-1])
                with contextlib.suppress(ConnectionResetError):
                    while piece := connection.recv(65536):
                        answers[number] += piece
        threads = [threading.Thread(target=work, args=(n,)) for n in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def peak(self):
        return memory(self.server.pid) - self.memory_at_rest

    def test_floods_of_header_fields(self):
        server = self.start()
        for name, data in {
                "fields": (b"GET / HTTP/1.1\r\n", b"X-Flood: a\r\n" * 1000),
                "hosts": (b"GET / HTTP/1.1\r\n", b"Host: localhost\r\n" * 1000),
                "one_value": (b"GET / HTTP/1.1\r\nX: ", b"a" * 10_000),
                "one_name": (b"GET / HTTP/1.1\r\n", b"a" * 10_000),
                "target": (b"GET /", b"a" * 10_000)}.items():
            with self.subTest(flood=name), self.served_meanwhile():
                for received in self.flood(server.port, data, repeat=500):
                    # Sent into a closed connection, it can reset it before the answer is read.
                    if received:
                        self.assertIn(parse_answer(received).status, (414, 431))
                        self.assertEqual(received.count(b"HTTP/1.1 "), 1)
        self.gives_back()

    def test_floods_of_body(self):
        server = self.start("--max-body-kb", "1024")
        long = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
        for name, data in {"length": (POST + b"Content-Length: 1048576\r\n\r\n", b"a" * 65536),
                           "too_long": (POST + b"Content-Length: 99999999\r\n\r\n", b"a" * 65536),
                           "chunks": (CHUNKED, long),
                           "tiny_chunks": (CHUNKED, b"1\r\na\r\n" * 10_000),
                           "extensions": (CHUNKED, b"1;" + b"a" * 65536),
                           "trailers": (CHUNKED + b"0\r\n", b"X: a\r\n" * 1000)}.items():
            with self.subTest(flood=name), self.served_meanwhile():
                for received in self.flood(server.port, data, repeat=200, connections=8):
                    if received:  # the next "request" after a whole body is the flood's rest
                        self.assertIn(parse_answer(received).status, (400, 413, 422, 431))
        self.gives_back(mib=96)

    def test_bodies_together_are_bounded(self):
        server = self.start()
        half = POST + b"Content-Length: 13000000\r\n\r\n" + b" " * 12_900_000
        held = []
        with self.served_meanwhile():
            for i in range(40):
                connection = connect(server.port)
                connection.settimeout(2 * PATIENCE)
                with contextlib.suppress(OSError):
                    connection.sendall(half)
                held.append(connection)
            self.assertLess(self.peak(), 400 * MIB)  # 256 MiB of bodies, and the rest
        refused = 0
        for connection in held:
            connection.setblocking(False)
            with contextlib.suppress(OSError):
                refused += b" 503 " in connection.recv(65536)
            connection.close()
        self.assertGreater(refused, 5)
        self.gives_back()

    def test_floods_of_pipelined_requests(self):
        server = self.start()
        short = run_request("print('x' * 1000)", close=False)
        for name, data, connections in (("health", HEALTH * 200, 16), ("runs", short * 20, 8),
                                        ("preflights", b"OPTIONS * HTTP/1.1\r\nHost: localhost"
                                                       b"\r\n\r\n" * 200, 16)):
            with self.subTest(flood=name), self.served_meanwhile():
                held = [connect(server.port) for _ in range(connections)]
                for connection in held:
                    connection.setblocking(False)
                end = time.monotonic() + 2
                sent = 0
                while time.monotonic() < end:
                    for connection in held:  # never reads: what cannot be sent is left
                        with contextlib.suppress(BlockingIOError):
                            sent += connection.send(data)
                    time.sleep(0.001)
                # One request at a time, and only as many as answers fit into the sockets.
                self.assertLess(self.peak(), 64 * MIB)
                self.assertGreater(sent, len(data) * connections)
                for connection in held:
                    connection.close()
        self.gives_back()

    def test_a_flood_of_connections_that_end_at_once(self):
        server = self.start()
        end = time.monotonic() + 3
        count = 0
        with self.served_meanwhile():
            while time.monotonic() < end:
                connections = [connect(server.port) for _ in range(50)]
                for connection in connections:
                    # A reset, so that no port of ours waits for its turn.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    connection.close()
                count += len(connections)
        self.assertGreater(count, 500)
        self.gives_back()


class Crowd(Hostile):
    """10,000 idle connections, from ten addresses; fewer where the limit on open files is lower."""

    wanted = 10_000
    fewest = 3_000  # clearly more than the 2048 that are allowed by default
    others = 1_000  # descriptors, at either end: of sandboxes, and of those who are being turned away

    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < self.fewest + self.others:
            self.skipTest(f"at most {hard} open files: raise `ulimit -Hn` to {self.fewest + self.others} or more")
        self.number = min(self.wanted, hard - self.others)
        if self.number < self.wanted:
            print(f"\nat most {hard} open files: {self.number} connections instead of {self.wanted}",
                  file=sys.stderr)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.connections = []
        self.addCleanup(lambda: [connection.close() for connection in self.connections])

    def crowd(self, first=b""):
        """All connect, and may send something; returns them. A server may have closed some."""
        for connection in self.connections:
            connection.close()
        self.connections = []
        for i in range(self.number):
            connection = connect(self.server.port, 1 + i % 10)
            self.connections.append(connection)
            if first:
                with contextlib.suppress(OSError):
                    connection.sendall(first)
        return self.connections

    def test_more_than_are_allowed_keep_nobody_out(self):
        """By default 2048 are allowed. Those who only hold one make room for those who use one."""
        server = self.start()
        for first in (b"", POST + b"Content-Length: 100\r\n\r\n{"):
            with self.subTest(first=first):
                connections = self.crowd(first)
                self.assertLess(held_by(server), 2048 + 300)  # some are being turned away
                with self.served_meanwhile():
                    # They come again as soon as they are ended, so none of them is late for long.
                    for i in range(self.number * 2 // 5):
                        connections[i].close()
                        connections[i] = connect(server.port, 1 + i % 10)
                    time.sleep(1)
                for connection in connections:
                    connection.close()
        self.gives_back()

    def test_all_of_them_held(self):
        server = self.start("--max-connections", str(self.number + 500))
        held = []
        for _ in range(2):
            # One that was used may be idle for 30 s, one that was not for 10 s.
            connections = self.crowd(HEALTH)
            until(lambda: held_by(server) == self.number, 15, f"{self.number} connections")
            held.append(memory(server.pid))
            with self.served_meanwhile():
                time.sleep(2)
            for connection in connections:
                connection.close()
            until(lambda: held_by(server) == 0, 15, "all given back")
        each = (held[0] - self.memory_at_rest) // self.number
        print(f"an idle connection takes {each} bytes of the gateway", file=sys.stderr)
        self.assertLess(each, 12 * 1024)
        self.assertLess(held[1] - held[0], 16 * MIB)  # what was given back is used again
        self.gives_back(mib=200)


if __name__ == "__main__":
    unittest.main()
