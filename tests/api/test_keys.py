"""API keys: who gets in, what a key may have, and that one key's programs leave room for another's."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.keys import Keys  # noqa: E402
from support.server import BINARY, PATIENCE, Server, until  # noqa: E402

HELLO = {"code": "print('hello')"}
APIS = {  # path: body and what answers look like
    "/pyrunner/run": {"code": "print('hello')"},
    "/run": {"code": "print('hello')"},
    "/code-executor/execute": {"code": "print('hello')", "language": "python"},
    "/nsjail/execute": {"script": "def main():\n  return 1"},
    "/cloudrun/execute": {"script": "def main():\n  return 1"},
    "/execute": {"script": "def main():\n  return 1"},
}


class WithKeys(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.keys = Keys(self)

    def serve(self, *flags, **options):
        server = Server("--keys-file", self.keys.path, *flags, **options)

        def end():
            code = server.stop()
            if code != 0:
                raise AssertionError(f"the server ended with {code}: {server.log()}")
        self.addCleanup(end)
        return server

    def reloaded(self, server, pattern, action, *arguments):
        """Does something, and waits for one more line like this in the log."""
        before = server.log().count(pattern)
        action(*arguments)
        until(lambda: server.log().count(pattern) > before, 20, f"{pattern} in {server.log()}")


class Commands(WithKeys):
    def test_the_key_is_printed_once_and_stored_nowhere(self):
        done = self.keys.run("add", "ada", "--rate", "5", "--policies", "scientific,open")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^pyr_[0-9A-Za-z]{10}_[0-9A-Za-z]{43}\n$")
        self.assertIn(self.keys.path, done.stderr)
        self.assertIn("Authorization: Bearer", done.stderr)
        key = done.stdout.strip()
        self.assertNotIn(key, done.stderr)
        self.assertNotIn(key.split("_")[2], self.keys.text())
        self.assertEqual([(entry["name"], entry["rate"], entry["policies"], entry["max_running"])
                          for entry in self.keys.list()],
                         [("ada", 5, ["scientific", "open"], None)])
        self.assertIn("5 per second", self.keys.run("list").stdout)

    def test_wrong_ones_say_what_to_do(self):
        self.keys.add("ada")
        before = self.keys.text()
        for words, code, said in (
                (("add", "ada"), 1, "revoke it first"), (("add", "a b"), 64, "letters"),
                (("add", "../x"), 64, "letters"), (("add", "-x"), 64, "--help"),
                (("add", "bob", "--rate", "0"), 64, "rate"),
                (("add", "bob", "--rate", "1e9"), 64, "rate"),
                (("add", "bob", "--max-running", "-1"), 64, "max-running"),
                (("add", "bob", "--max-memory-mb", "1"), 64, "max_memory_mb"),
                (("add",), 64, "NAME"), (("revoke", "bob"), 1, "key list"),
                (("add", "bob", "--no-such"), 64, "no-such")):
            with self.subTest(words=words):
                done = self.keys.run(*words)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertIn(said, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertEqual(self.keys.text(), before)

    def test_many_at_once_lose_nothing(self):
        threads = [threading.Thread(target=self.keys.add, args=(f"k{i}",)) for i in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.keys.list()), 12)
        self.assertEqual(os.listdir(self.keys.folder), ["keys.toml"])

    def test_a_broken_file_is_left_alone(self):
        pathlib.Path(self.keys.path).write_text("[keys.ada]\nid = 1\n")
        for words in (("add", "bob"), ("list",), ("revoke", "ada")):
            done = self.keys.run(*words)
            self.assertEqual(done.returncode, 1)
            self.assertIn("line 1: keys.ada", done.stderr)
        self.assertEqual(self.keys.text(), "[keys.ada]\nid = 1\n")


class Doors(WithKeys):
    def raw(self, server, data, linger=20):
        with socket.create_connection(("127.0.0.1", server.port), timeout=linger * PATIENCE) as peer:
            peer.sendall(data)
            received = b""
            while chunk := peer.recv(65536):
                received += chunk
            return received

    def test_on_loopback_without_keys_nobody_is_asked(self):
        server = self.serve()
        self.assertEqual(server.run("print(1)").status, 200)
        self.assertEqual(server.post("/run", HELLO, key="whatever").status, 200)
        access = server.request("GET", "/v1/sandbox").json["access"]
        self.assertFalse(access["keys_needed"])
        # The first key closes the door, and the last one to go does not open it.
        self.reloaded(server, "keys: 1 from", self.keys.add, "ada")
        self.assertEqual(server.run("print(1)").status, 401)
        self.reloaded(server, "keys: 0 from", self.keys.revoke, "ada")
        self.assertEqual(server.run("print(1)").status, 401)
        self.assertIn("nobody is let in", server.log())

    def test_everywhere_a_key_is_needed_and_does(self):
        key = self.keys.add("ada")
        server = self.serve("--host", "0.0.0.0")
        bearer, own = {"Authorization": f"Bearer {key}"}, {"X-Api-Key": key}
        for path, body in APIS.items():
            with self.subTest(path=path):
                content = {"Content-Type": "application/json"}
                text = json.dumps(body)
                refused = server.request("POST", path, text, content)
                self.assertEqual(refused.status, 401)
                self.assertEqual(list(refused.json), ["detail"])
                self.assertEqual(refused.headers["www-authenticate"], "Bearer")
                self.assertNotIn("server-timing", refused.headers)
                for headers in (bearer, own, {**bearer, **own}):
                    answer = server.request("POST", path, text, {**content, **headers})
                    self.assertEqual(answer.status, 200, answer)
                    self.assertNotIn("ratelimit", answer.headers)
        # What is not there is not told to strangers.
        for path in ("/v1/sandbox", "/health?verbose=1", "/nowhere", "/pyrunner/health?verbose"):
            with self.subTest(path=path):
                self.assertEqual(server.request("GET", path).status, 401)
                self.assertIn(server.request("GET", path, headers=own).status, (200, 404))
        self.assertEqual(server.request("DELETE", "/health").status, 401)
        for path in ("/", "/health", "/pyrunner", "/pyrunner/health", "/nsjail/health",
                     "/cloudrun/health", "/code-executor/health", "/health?x=1"):
            for headers in ({}, own, {"X-Api-Key": "wrong"}):
                with self.subTest(path=path, headers=headers):
                    self.assertEqual(server.request("GET", path, headers=headers).status, 200)
        self.assertTrue(server.request("GET", "/v1/sandbox", headers=own).json["access"]["keys_needed"])
        self.assertNotIn(key, server.log())

    def test_wrong_keys_look_alike(self):
        key, other = self.keys.add("ada"), self.keys.add("bob")
        server = self.serve()
        wrong = key[:-1] + ("x" if key[-1] != "x" else "y")
        mixed = key[:15] + other[15:]
        self.keys.add("elsewhere", path=str(self.keys.folder / "other.toml"))
        unknown = self.keys.add("foreign", path=str(self.keys.folder / "other.toml"))
        answers = {server.post("/run", HELLO, key=presented).body
                   for presented in (wrong, mixed, unknown, "x", key + "x", key[:-1], key.upper())}
        self.assertEqual(answers, {b'{"detail":"The API key is not valid"}'})
        both = server.request("POST", "/run", json.dumps(HELLO), {
            "Content-Type": "application/json", "Authorization": f"Bearer {key}",
            "X-Api-Key": other})
        self.assertEqual(both.status, 400)
        self.assertNotIn(key, both.body.decode())
        for presented in (key, other, wrong, unknown):
            self.assertNotIn(presented, server.log())

    def test_a_thousand_wrong_keys_are_no_burden(self):
        key = self.keys.add("ada")
        server = self.serve()
        wrong = key[:-1] + ("x" if key[-1] != "x" else "y")
        for _ in range(1000):
            self.assertEqual(server.post("/run", HELLO, key=wrong).status, 401)
        self.assertEqual(server.post("/run", HELLO, key=key).status, 200)

    def test_a_strangers_body_is_never_read(self):
        self.keys.add("ada")
        server = self.serve()
        received = self.raw(server, b"POST /run HTTP/1.1\r\nHost: localhost\r\n"
                            b"Content-Type: application/json\r\nContent-Length: 5000000\r\n"
                            b"Expect: 100-continue\r\n\r\n")
        self.assertTrue(received.startswith(b"HTTP/1.1 401 "), received[:200])
        self.assertNotIn(b"100 Continue", received)

    def test_each_pipelined_request_is_asked(self):
        key = self.keys.add("ada")
        server = self.serve()
        body = json.dumps(HELLO).encode()
        def request(headers):
            return (b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n%s\r\n" % (len(body), headers)) + body
        known = b"X-Api-Key: " + key.encode() + b"\r\n"
        received = self.raw(server, request(known) + request(known) + request(b"") + request(known))
        self.assertEqual(received.count(b"HTTP/1.1 200 OK"), 2)
        self.assertEqual(received.count(b"HTTP/1.1 401 "), 1)
        self.assertEqual(received.count(b"HTTP/1.1 "), 3, "nothing after a refusal")

    def test_programs_and_pages_see_no_key(self):
        key = self.keys.add("ada")
        server = self.serve("--policy", "open", "--allowed-origins", "https://app.example")
        answer = server.post("/run", {"code": "import os, sys\nprint(os.environ, sys.argv)"}, key=key)
        self.assertNotIn(key, answer.body.decode())
        preflight = server.request("OPTIONS", "/run", headers={
            "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization"})
        self.assertEqual(preflight.status, 204)
        self.assertIn("Authorization", preflight.headers["access-control-allow-headers"])
        self.assertIn("X-Api-Key", preflight.headers["access-control-allow-headers"])
        page = {"Origin": "https://app.example", "Content-Type": "application/json"}
        refused = server.request("POST", "/run", json.dumps(HELLO), page)
        self.assertEqual(refused.status, 401)
        self.assertEqual(refused.headers["access-control-allow-origin"], "https://app.example")
        allowed = server.request("POST", "/run", json.dumps(HELLO), {**page, "X-Api-Key": key})
        self.assertEqual(allowed.status, 200)
        self.assertIn("RateLimit", allowed.headers["access-control-expose-headers"])

    def test_without_authentication_if_the_operator_says_so(self):
        self.keys.add("ada")
        for how in ({"flags": ("--insecure-no-auth",)}, {"flags": ("--insecure-no-auth", "true")},
                    {"env": {"PYRUNNER_INSECURE_NO_AUTH": "true"}}):
            with self.subTest(how=how):
                server = Server("--keys-file", self.keys.path, *how.get("flags", ()),
                                "--host", "0.0.0.0", env=how.get("env"))
                self.addCleanup(server.kill)
                self.assertEqual(server.run("print(1)").status, 200)
                self.assertIn("warning keys: none needed", server.log())
                self.assertEqual(server.stop(), 0)


class Reloads(WithKeys):
    def test_adding_and_revoking_while_it_serves(self):
        ada = self.keys.add("ada")
        server = self.serve("--host", "0.0.0.0")
        running = []
        thread = threading.Thread(target=lambda: running.append(server.post(
            "/run", {"code": "import time\ntime.sleep(6)\nprint('done')"}, key=ada)))
        thread.start()
        until(lambda: server.request("GET", "/health?verbose=1", headers={"X-Api-Key": ada}).json[
            "running"] == 1, 20, "the program runs")
        bob = None

        def add():
            nonlocal bob
            bob = self.keys.add("bob")
        self.reloaded(server, "1 added, 0 changed, 0 revoked", add)
        self.assertEqual(server.post("/run", HELLO, key=bob).status, 200)
        self.reloaded(server, "0 added, 0 changed, 1 revoked", self.keys.revoke, "ada")
        self.assertEqual(server.post("/run", HELLO, key=ada).status, 401)
        thread.join()
        self.assertEqual(running[0].json["stdout"], "done\n", "what ran may finish")

    def test_a_kept_connection_is_asked_again(self):
        key = self.keys.add("ada")
        server = self.serve()
        connection = server.connect()
        self.addCleanup(connection.close)
        self.assertEqual(server.post("/run", HELLO, key=key, connection=connection).status, 200)
        self.reloaded(server, "keys: 0 from", self.keys.revoke, "ada")
        self.assertEqual(server.post("/run", HELLO, key=key, connection=connection).status, 401)

    def test_a_broken_or_missing_file_keeps_the_old_keys(self):
        key = self.keys.add("ada")
        server = self.serve()
        good = self.keys.text()
        broken = pathlib.Path(self.keys.path)
        for content in ("[keys.ada\n", "keys = 1\n", good + "rate = 'x'\n", "\0\xff" * 1000):
            self.reloaded(server, "stay valid", broken.write_text, content)
            self.assertEqual(server.post("/run", HELLO, key=key).status, 200)
        self.reloaded(server, "stay valid", broken.unlink)
        self.assertEqual(server.post("/run", HELLO, key=key).status, 200)
        self.assertEqual(server.run("print(1)").status, 401)
        self.reloaded(server, "keys: 1 from", broken.write_text, good)
        self.assertIn("error keys: the 1 of ", server.log())

    def test_a_swapped_link_is_noticed(self):
        """As Kubernetes changes a secret: a link to a folder's file, the folder behind a link."""
        folder = self.keys.folder
        for version in ("v1", "v2"):
            (folder / version).mkdir()
        ada = self.keys.add("ada", path=str(folder / "v1" / "keys.toml"))
        bob = self.keys.add("bob", path=str(folder / "v2" / "keys.toml"))
        os.symlink("v1", folder / "..data")
        os.symlink("..data/keys.toml", self.keys.path)
        server = self.serve()
        self.assertEqual(server.post("/run", HELLO, key=ada).status, 200)

        def swap():
            os.symlink("v2", folder / "new")
            os.rename(folder / "new", folder / "..data")
        self.reloaded(server, "1 added, 0 changed, 1 revoked", swap)
        self.assertEqual(server.post("/run", HELLO, key=ada).status, 401)
        self.assertEqual(server.post("/run", HELLO, key=bob).status, 200)

    def test_sighup_reads_keys_and_settings_again(self):
        self.keys.add("ada")
        config = self.keys.folder / "pyrunner.toml"
        config.write_text("max_running = 4\nqueue_time = 5\nport = 1\n")
        server = self.serve("--config", str(config), "--max-queued", "7")

        def hang_up():
            server.process.send_signal(signal.SIGHUP)
        self.reloaded(server, "nothing to take over", hang_up)
        config.write_text("max_running = 2\nqueue_time = 6\nport = 2\nmax_queued = 9\nscratch_mb = 32\n"
                          "log_format = 'json'\n")
        self.reloaded(server, "max-running: 2 instead of 4", hang_up)
        log = server.log()
        self.assertIn("queue-time: 6 instead of 5", log)
        self.assertNotIn("max-queued", log, "the flag wins as it did before")
        self.assertIn("scratch-mb: the change from '64' to '32' waits for a restart", log)
        self.assertIn("log-format: the change", log)
        config.write_text("max_running = 100\n")
        self.reloaded(server, "100 is for after a restart", hang_up)
        config.write_text("max_running = many\n")
        self.reloaded(server, "the old ones stay in force", hang_up)
        config.write_text("log_level = 'error'\n")
        server.process.send_signal(signal.SIGHUP)

        def quiet():  # nothing is logged any more
            size = len(server.log())
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.5)
            return len(server.log()) == size
        until(quiet, 20, "log level error")

    def test_an_ordinary_users_service_reads_it_too(self):
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, to become somebody else")
        self.keys.add("ada")
        self.assertEqual(os.stat(self.keys.path).st_mode & 0o777, 0o644)
        server = self.serve()
        self.assertNotIn("cannot be read again", server.log())
        os.chmod(self.keys.folder, 0o700)
        closed = self.serve()
        closed.await_log("cannot be read again")


class Quotas(WithKeys):
    def test_ceilings_in_every_apis_own_form(self):
        key = self.keys.add("ada", "--max-timeout", "2", "--max-memory-mb", "128")
        server = self.serve("--policy", "open")
        for path, fields in (("/run", {"memory": "memory_limit"}),
                             ("/code-executor/execute", {"memory": "max_memory_mb"})):
            body = APIS[path]
            self.assertEqual(server.post(path, {**body, "timeout": 2, fields["memory"]: 128},
                                         key=key).status, 200)
            for field, value, most in (("timeout", 3, 2), (fields["memory"], 129, 128)):
                with self.subTest(path=path, field=field):
                    answer = server.post(path, {**body, field: value}, key=key)
                    self.assertEqual(answer.status, 422)
                    error = answer.json["detail"][0]
                    self.assertEqual(error["loc"], ["body", field])
                    self.assertIn(str(most), error["msg"])
        # What is not asked for is lowered.
        loop = "while True: pass"
        self.assertEqual(server.post("/run", {"code": loop}, key=key).json["stderr"],
                         "Execution timed out after 2 seconds")
        answer = server.post("/code-executor/execute", {"code": loop, "language": "python"}, key=key)
        self.assertIn("timed out after 2 seconds", answer.json["stderr"])
        for path in ("/nsjail/execute", "/cloudrun/execute"):
            with self.subTest(path=path):
                answer = server.post(path, {"script": f"def main():\n  {loop}"}, key=key)
                self.assertRegex(answer.json["error"], r"\b2 seconds")
        large = "x = bytearray(200 << 20)"
        self.assertEqual(server.post("/run", {"code": large}, key=key).json["status"],
                         "memory_exceeded")
        answer = server.post("/cloudrun/execute", {"script": f"def main():\n  {large}"}, key=key)
        self.assertIn("128 MB", answer.json["error"])

    def test_a_ceiling_below_an_apis_least_is_its_least(self):
        key = self.keys.add("ada", "--max-memory-mb", "32")
        server = self.serve()
        self.assertEqual(server.post("/run", HELLO, key=key).status, 200)
        self.assertEqual(server.post("/run", {**HELLO, "memory_limit": 32}, key=key).status, 200)
        self.assertEqual(server.post("/run", {**HELLO, "memory_limit": 64}, key=key).status, 422)

    def test_policies(self):
        science = self.keys.add("science", "--policies", "scientific")
        calls = self.keys.add("calls", "--policies", "unsafe-calls,open")
        server = self.serve()
        allowed = {science: {"/run", "/pyrunner/run"},
                   calls: {"/code-executor/execute", "/cloudrun/execute", "/execute"}}
        for key, paths in allowed.items():
            for path, body in APIS.items():
                with self.subTest(path=path, paths=paths):
                    answer = server.post(path, body, key=key)
                    self.assertEqual(answer.status, 200 if path in paths else 403, answer)
        answer = server.post("/run", HELLO, key=calls)
        self.assertIn("unsafe-calls, open", answer.json["detail"])
        answer = server.post("/nsjail/execute", {"script": ""}, key=science)
        self.assertEqual(sorted(answer.json), ["error", "stdout"], "in that API's own form")

    def test_the_rate_is_told_and_held(self):
        key = self.keys.add("ada", "--rate", "0.02")
        other = self.keys.add("bob")
        server = self.serve()
        wrong = server.post("/run", {"code": ""}, key=key)
        self.assertEqual(wrong.status, 422)
        self.assertEqual(wrong.headers["ratelimit-policy"], '"programs";q=1;w=50')
        self.assertEqual(wrong.headers["ratelimit"], '"programs";r=1;t=0', "nothing ran")
        first = server.post("/run", HELLO, key=key)
        self.assertEqual(first.status, 200)
        self.assertRegex(first.headers["ratelimit"], r'^"programs";r=0;t=(4\d|50)$')
        self.assertEqual(server.request("GET", "/v1/sandbox", headers={"X-Api-Key": key}).status, 200)
        for path, body in APIS.items():
            with self.subTest(path=path):
                answer = server.post(path, body, key=key)
                self.assertEqual(answer.status, 429)
                self.assertIn(int(answer.headers["retry-after"]), range(10, 51))
                self.assertIn("ratelimit", answer.headers)
                self.assertIn("0.02 programs per second",
                              answer.json.get("detail") or answer.json["error"])
        self.assertEqual(server.post("/run", HELLO, key=other).status, 200)
        # Neither a signal nor another quota is a way around it.
        self.reloaded(server, "nothing to take over", server.process.send_signal, signal.SIGHUP)
        self.assertEqual(server.post("/run", HELLO, key=key).status, 429)

    def test_programs_at_once(self):
        ada = self.keys.add("ada", "--max-running", "1")
        bob = self.keys.add("bob")
        server = self.serve()
        program = {"code": "import time\nprint(time.monotonic())\ntime.sleep(1)\nprint(time.monotonic())"}
        spans = []

        def run():
            answer = server.post("/run", program, key=ada)
            spans.append(tuple(map(float, answer.json["stdout"].split())))
        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        health = {"X-Api-Key": bob}
        until(lambda: server.request("GET", "/health?verbose=1", headers=health).json["queued"] == 2,
              20, "two wait")
        self.assertEqual(server.post("/run", HELLO, key=bob).status, 200)
        for thread in threads:
            thread.join()
        spans.sort()
        for (_, end), (start, _) in zip(spans, spans[1:]):
            self.assertGreaterEqual(start, end, "one after the other")


class Fairness(WithKeys):
    def test_a_quiet_key_passes_a_noisy_ones_queue(self):
        """200 clients of one key without pause, one client of another: what the quiet one waits for
        is a place, told by how many of the noisy one's programs begin meanwhile."""
        noisy, quiet = self.keys.add("noisy"), self.keys.add("quiet")
        server = self.serve("--max-running", "2", "--max-queued", "300", "--queue-time", "300")
        body = json.dumps({"code": "import time\ntime.sleep(0.03)"})
        stop = threading.Event()
        finished = []

        def client():
            connection = server.connect(timeout=300)
            while not stop.is_set():
                connection.request("POST", "/run", body, {
                    "Content-Type": "application/json", "X-Api-Key": noisy})
                response = connection.getresponse()
                response.read()
                if response.status == 200:
                    finished.append(1)
            connection.close()
        threads = [threading.Thread(target=client, daemon=True) for _ in range(200)]
        for thread in threads:
            thread.start()
        try:
            health = {"X-Api-Key": quiet}
            until(lambda: server.request("GET", "/health?verbose=1", headers=health).json[
                "queued"] > 150, 60, "a long queue")
            passed = []
            for _ in range(20):
                before = len(finished)
                answer = server.post("/run", HELLO, key=quiet)
                self.assertEqual(answer.status, 200)
                passed.append(len(finished) - before)
        finally:
            stop.set()
            for thread in threads:
                thread.join(300)
        passed.sort()
        # In order of arrival it would be the whole queue each time.
        self.assertLess(passed[len(passed) // 2], 20, passed)
        self.assertLess(passed[-1], 60, passed)

    def test_a_full_queue_is_open_to_another_key(self):
        noisy, quiet = self.keys.add("noisy"), self.keys.add("quiet")
        server = self.serve("--max-running", "1", "--max-queued", "8", "--queue-time", "60")
        statuses = []

        def client():
            statuses.append(server.post("/run", {"code": "import time\ntime.sleep(1)"},
                                        key=noisy).status)
        threads = [threading.Thread(target=client) for _ in range(12)]
        for thread in threads:
            thread.start()
        health = {"X-Api-Key": quiet}
        until(lambda: server.request("GET", "/health?verbose=1", headers=health).json["queued"] == 8,
              20, "the queue is full")
        self.assertEqual(server.post("/run", HELLO, key=quiet).status, 200)
        self.assertEqual(server.post("/run", HELLO, key=quiet).status, 200)
        for thread in threads:
            thread.join()
        self.assertEqual(set(statuses), {200, 503})


if __name__ == "__main__":
    unittest.main()
