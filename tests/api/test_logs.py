"""The log: JSON or text, of the asked level; nothing of requests or programs in it; bounded, whatever
clients and programs do."""

import json
import os
import pathlib
import signal
import socket
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import Server  # noqa: E402

SECRET = "xyzzy-of-a-client"


class Logs(unittest.TestCase):
    def start(self, *flags, env=None):
        server = Server("--policy", "open", *flags, env=env)
        self.addCleanup(server.kill)
        return server

    def misbehave(self, server, times):
        """Requests of every broken kind, and programs that end badly."""
        for i in range(times):
            for data in [f"GET /{SECRET} HTTP/1.1\r\nHost: {SECRET}\r\n\r\n",
                         f"{SECRET} / HTTP/1.1\r\n\r\n", f"GET / {SECRET}\r\n\r\n", "\r\n" * 20,
                         f"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: -{i}\r\n\r\n",
                         f"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{SECRET}"]:
                with socket.create_connection(("127.0.0.1", server.port)) as client:
                    client.sendall(data.encode())
                    if i % 2:
                        client.recv(100)
            server.request("GET", f"/{SECRET}?{SECRET}", headers={"traceparent": SECRET})
            server.request("POST", "/run", f'{{"code": "{SECRET}", "x": [[{SECRET}',
                           {"Content-Type": "application/json"})
            server.run(f"raise SystemError('{SECRET}')")
            server.run(f"import os\nos.write(2, b'{SECRET}')\nimport ctypes\nctypes.string_at(0)")
            server.run(f"def main({SECRET}")

    def test_bad_clients_and_programs_write_nothing(self):
        server = self.start()
        before = len(server.log().splitlines())
        self.misbehave(server, 20)
        lines = server.log().splitlines()[before:]
        self.assertLessEqual(len([line for line in lines if "zygote" not in line]), 2, lines)
        self.assertEqual(server.stop(), 0)
        self.assertNotIn(SECRET, server.log())

    def test_with_debug_a_request_has_one_line_without_its_own_words(self):
        server = self.start("--log-level", "debug", "--log-format", "json")
        before = len(server.log().splitlines())
        self.misbehave(server, 3)
        requests = [entry for entry in map(json.loads, server.log().splitlines()[before:])
                    if entry["message"] == "request"]
        self.assertGreaterEqual(len(requests), 3 * 5)
        self.assertNotIn(SECRET, server.log())
        known = {"/run", "-"}
        for entry in requests:
            self.assertEqual(list(entry), ["time", "level", "message", "method", "route", "status",
                                           "time_ms", "key", "trace_id"])
            self.assertIn(entry["route"], known)
            self.assertIn(entry["method"], ("POST", "other"))
            self.assertIsInstance(entry["status"], int)
            self.assertRegex(entry["trace_id"], "^[0-9a-f]{32}$")
            self.assertEqual(entry["level"], "debug")
        self.assertEqual({entry["status"] for entry in requests}, {200, 404, 422})
        self.assertEqual(server.stop(), 0)

    def test_debug_can_be_switched_on_meanwhile(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
            os.chmod(config.name, 0o644)
            server = self.start("--config", config.name)
            self.assertEqual(server.request("GET", "/livez").status, 200)
            self.assertNotIn("debug", server.log())
            config.write("log_level = 'debug'\n")
            config.flush()
            server.process.send_signal(signal.SIGHUP)
            server.await_log("log-level: debug instead of info")
            self.assertEqual(server.request("GET", "/livez").status, 200)
            server.await_log("debug request method=GET route=/livez status=200")

    def test_debug_is_bounded_too(self):
        server = self.start("--log-level", "debug")
        connection = server.connect()
        for _ in range(4000):
            server.request("GET", "/livez", connection=connection)
        connection.close()
        server.run("1")
        self.assertEqual(server.stop(), 0)
        lines = [line for line in server.log().splitlines() if "route=/livez" in line]
        self.assertGreaterEqual(len(lines), 1000)
        if len(lines) < 4000:  # not so if the machine was too slow to reach the bound
            self.assertIn("more lines like this were left out: request method=GET", server.log())

    def test_faults_that_come_again_and_again_are_told_some_times(self):
        server = self.start("--audit-log", "/dev/full", "--log-format", "json")
        start = time.monotonic()
        for _ in range(300):  # each has something to complain of
            server.run("1")
        seconds = time.monotonic() - start
        self.assertEqual(server.stop(), 0)
        messages = [json.loads(line)["message"] for line in server.log().splitlines()]
        told = [text for text in messages if text.startswith("audit log: write")]
        self.assertGreaterEqual(len(told), 50)
        self.assertLessEqual(len(told), 51 + seconds / 5)
        left_out = [int(text.split()[0]) for text in messages
                    if "more lines like this were left out: audit log: write" in text]
        self.assertEqual(len(told) + sum(left_out), 300)

    def test_the_level_and_its_bare_name(self):
        server = Server(env={"LOG_LEVEL": "DEBUG"})
        self.addCleanup(server.kill)
        server.request("GET", "/livez")
        server.await_log("debug request method=GET route=/livez status=200")

    def test_every_line_of_json_is_one_object(self):
        server = self.start("--log-format", "json")
        server.run("print(1)")
        self.assertEqual(server.stop(), 0)
        for line in server.log().splitlines():
            entry = json.loads(line)
            self.assertEqual(list(entry), ["time", "level", "message"])
            self.assertRegex(entry["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(entry["level"], ("info", "warning", "error"))


if __name__ == "__main__":
    unittest.main()
