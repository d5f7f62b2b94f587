"""Many clients at once, clients that leave, and a server that is told to stop."""

import pathlib
import signal
import socket
import sys
import threading
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.crowd import crowd, run_request  # noqa: E402
from support.server import PATIENCE, Server, ServerTest, until  # noqa: E402


class Crowds(ServerTest):
    flags = ("--policy", "open")

    def check(self, tokens, clients):
        """Each client has its own token or was told to come back. Returns how many were served."""
        self.assertEqual(len(clients), len(tokens))
        served = 0
        for token, client in zip(tokens, clients):
            self.assertIsNone(client.error, f"{token}: {client.error}")
            answer = client.answer
            if answer.status == 200:
                self.assertEqual(answer.json["stdout"], token + "\n")
                served += 1
            else:
                self.assertIn(answer.status, (429, 503), answer)
                self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
                self.assertTrue(answer.json["detail"])
        return served

    def test_512_connections_each_get_their_own_answer(self):
        tokens = [uuid.uuid4().hex for _ in range(512)]
        clients = crowd(self.server.port, [run_request(f"print({token!r})") for token in tokens])
        # All of them fit into the queue, but a slow machine may let some wait too long.
        self.assertGreater(self.check(tokens, clients), 256)

    def test_mixed_programs_do_not_mix(self):
        tokens = [uuid.uuid4().hex for _ in range(200)]
        programs = ["print({!r})", "import sys\nsys.stdout.write({!r} + '\\n')",
                    "import time\ntime.sleep(0.05)\nprint({!r})",
                    "for c in {!r} + '\\n': print(c, end='')"]
        clients = crowd(self.server.port, [
            run_request(programs[i % len(programs)].format(token))
            for i, token in enumerate(tokens)])
        self.assertGreater(self.check(tokens, clients), 100)

    def test_keep_alive_connections(self):
        failures = []

        def work(number):
            connection = self.server.connect()
            for i in range(20):
                token = f"{number}:{i}"
                answer = self.server.post("/run", {"code": f"print({token!r})"},
                                          connection=connection)
                if answer.status != 200 or answer.json["stdout"] != token + "\n":
                    failures.append((token, answer))
            connection.close()
        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_an_idle_connection_can_be_used_again(self):
        connection = self.server.connect()
        for _ in range(2):
            answer = self.server.post("/run", {"code": "print(1)"}, connection=connection)
            self.assertEqual(answer.json["stdout"], "1\n")
            time.sleep(2)
        connection.close()


class Bounds(unittest.TestCase):
    def start(self, *flags, **options):
        server = Server(*flags, **options)
        self.addCleanup(server.stop)
        return server

    def test_the_queue_is_bounded(self):
        server = self.start("--max-running", "1", "--max-queued", "5", "--queue-time", "30")
        clients = crowd(server.port, [run_request("import time\ntime.sleep(0.3)\nprint(1)")
                                      for _ in range(40)])
        answers = [client.answer for client in clients]
        self.assertNotIn(None, answers)
        served = [answer for answer in answers if answer.status == 200]
        refused = [answer for answer in answers if answer.status != 200]
        self.assertTrue(all(answer.json["stdout"] == "1\n" for answer in served))
        self.assertIn(len(served), (6, 7))
        for answer in refused:
            self.assertEqual(answer.status, 503)
            self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
            self.assertIn("queue is full", answer.json["detail"])
            self.assertLess(answer.seconds, 1.5 * PATIENCE)  # at once, not after the others

    def test_waiting_is_bounded(self):
        server = self.start("--max-running", "1", "--queue-time", "0.5")
        clients = crowd(server.port, [run_request("import time\ntime.sleep(2)\nprint(1)")] * 3)
        self.assertEqual(sorted(client.answer.status for client in clients), [200, 503, 503])
        self.assertLess(sorted(client.answer.seconds for client in clients)[0], 1.5 * PATIENCE)

    def test_connections_are_bounded(self):
        server = self.start("--max-connections", "20")
        idle = [socket.create_connection(("127.0.0.1", server.port), 10) for _ in range(20)]
        extra = crowd(server.port, [b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"] * 5)
        for client in extra:
            self.assertIsNone(client.error)
            self.assertEqual(client.answer.status, 503)
            self.assertIn("retry-after", client.answer.headers)
        for connection in idle:
            connection.close()
        until(lambda: server.request("GET", "/health").status == 200, 5, "health again")

    def test_health_answers_at_once_while_all_places_are_taken(self):
        server = self.start("--max-running", "2", "--queue-time", "30")
        busy = threading.Thread(target=crowd, args=(
            server.port, [run_request("while True: pass", timeout=3)] * 2
            + [run_request("print(1)")] * 60))
        busy.start()
        times = []
        end = time.monotonic() + 2
        while time.monotonic() < end:
            answer = server.request("GET", "/health")
            self.assertEqual((answer.status, answer.json), (200, {"status": "healthy"}))
            times.append(answer.seconds)
        busy.join()
        self.assertGreater(len(times), 20)
        self.assertLess(sorted(times)[len(times) // 2], 0.1 * PATIENCE)

    def test_a_client_that_leaves_frees_its_place(self):
        server = self.start("--max-running", "2", "--ready-sandboxes", "2", "--queue-time", "20")
        for _ in range(3):
            sockets = []
            for _ in range(2):
                connection = socket.create_connection(("127.0.0.1", server.port), 10)
                connection.sendall(run_request("import time\nprint('up')\ntime.sleep(60)",
                                               close=False, timeout=100))
                sockets.append(connection)
            time.sleep(0.3)  # let them run; sooner they would only wait, which is tested below
            for connection in sockets:
                connection.close()
            answer = server.run("print('free')")
            self.assertEqual((answer.status, answer.json["stdout"]), (200, "free\n"))
            self.assertLess(answer.seconds, 2 * PATIENCE)

    def test_a_client_that_leaves_the_queue_is_forgotten(self):
        server = self.start("--max-running", "1", "--max-queued", "3", "--queue-time", "30")
        first = socket.create_connection(("127.0.0.1", server.port), 10)
        first.sendall(run_request("import time\ntime.sleep(60)", timeout=100))
        time.sleep(0.2)
        waiting = []
        for _ in range(3):
            connection = socket.create_connection(("127.0.0.1", server.port), 10)
            connection.sendall(run_request("print('nobody reads')"))
            waiting.append(connection)
        until(lambda: server.run("print(1)").status == 503, 5, "a full queue")
        for connection in (*waiting, first):
            connection.close()
        answer = server.run("print('served')")
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "served\n"))

    def test_a_reader_that_does_not_read_holds_up_nobody(self):
        server = self.start()
        slow = []
        for _ in range(8):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", server.port))
            connection.sendall(run_request("print('x' * 1_000_000)"))
            slow.append(connection)
        for i in range(10):
            self.assertEqual(server.result(f"print({i})")["stdout"], f"{i}\n")
        for connection in slow:
            connection.close()


class Shutdown(unittest.TestCase):
    def assert_gone(self, recorded, pid, mounts):
        until(lambda: not kernel.survivors(recorded), 5, "no process left")
        self.assertEqual(kernel.cgroups(pid), [])
        self.assertEqual(kernel.mounts(), mounts)

    def drain(self, number, warm):
        mounts = kernel.mounts()
        server = Server("--policy", "open", warm=warm)
        self.addCleanup(server.kill)
        answers = []
        thread = threading.Thread(target=lambda: answers.append(server.run(
            "import time\nprint('start', flush=True)\ntime.sleep(1.5)\nprint('end')")))
        thread.start()
        time.sleep(0.5)
        recorded = kernel.processes(server.pid)
        self.assertGreater(len(recorded), 5)
        self.assertTrue(kernel.cgroups(server.pid))
        start = time.monotonic()
        server.process.send_signal(number)
        until(lambda: self.is_closed(server.port), 1, "no new connection accepted")
        thread.join()
        self.assertEqual((answers[0].status, answers[0].json["stdout"]), (200, "start\nend\n"))
        self.assertEqual(server.process.wait(10 * PATIENCE), 0, server.log())
        self.assertLess(time.monotonic() - start, 4 * PATIENCE)
        self.assert_gone(recorded, server.pid, mounts)
        self.assertNotRegex(server.log(), r" (error|warning) ")

    @staticmethod
    def is_closed(port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return False
        except ConnectionRefusedError:
            return True
        except ConnectionResetError:  # accepted by the kernel just before the socket closed
            return False

    def test_sigterm_finishes_what_runs(self):
        self.drain(signal.SIGTERM, warm=True)

    def test_sigint_too_while_libraries_are_still_loading(self):
        self.drain(signal.SIGINT, warm=False)

    def test_those_who_wait_are_told(self):
        server = Server("--max-running", "1", "--queue-time", "30")
        self.addCleanup(server.kill)
        clients = []
        thread = threading.Thread(target=lambda: clients.extend(crowd(server.port, [
            run_request("import time\ntime.sleep(1.5)\nprint('ran')") for _ in range(10)])))
        thread.start()
        time.sleep(0.7)
        self.assertEqual(server.stop(), 0)
        thread.join()
        statuses = sorted(client.answer.status for client in clients if client.answer)
        self.assertEqual(statuses, [200] + [503] * 9, [client.error for client in clients])
        self.assertTrue(all("retry-after" in client.answer.headers
                            for client in clients if client.answer.status == 503))

    def test_the_drain_is_bounded(self):
        server = Server("--drain-time", "1")
        self.addCleanup(server.kill)
        thread = threading.Thread(target=crowd, args=(server.port, [
            run_request("while True: pass", timeout=60)]))
        thread.start()
        time.sleep(0.5)
        recorded = kernel.processes(server.pid)
        start = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - start, 5 * PATIENCE)
        thread.join()
        until(lambda: not kernel.survivors(recorded), 5, "no process left")
        self.assertEqual(kernel.cgroups(server.pid), [])

    def test_idle_connections_do_not_hold_it_up(self):
        server = Server()
        self.addCleanup(server.kill)
        idle = [socket.create_connection(("127.0.0.1", server.port), 10) for _ in range(10)]
        idle[0].sendall(b"POST /run HTTP/1.1\r\nHost: loc")
        start = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - start, 15 * PATIENCE)
        for connection in idle:
            connection.close()

    def test_again_and_again(self):
        for _ in range(3):
            server = Server()
            recorded = kernel.processes(server.pid)
            start = time.monotonic()
            self.assertEqual(server.stop(10), 0)
            self.assertLess(time.monotonic() - start, 1 * PATIENCE)
            until(lambda: not kernel.survivors(recorded), 5, "no process left")
            self.assertEqual(kernel.cgroups(server.pid), [])


if __name__ == "__main__":
    unittest.main()
