"""Web pages of other sites in the operator's own browser: a page can reach localhost, and must not
get anything run or read there unless its origin is allowed."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import BINARY, Server, ServerTest  # noqa: E402

JSON = {"Content-Type": "application/json"}
RUNS = {"/run": {"code": "print(1)"}, "/pyrunner/run": {"code": "print(1)"},
        "/execute": {"script": "def main(): print(1)"},
        "/nsjail/execute": {"script": "def main(): print(1)"},
        "/code-executor/execute": {"code": "print(1)", "language": "python"}}


class Pages(ServerTest):
    def send(self, method="POST", path="/run", headers=None, host=None):
        body = json.dumps(RUNS[path]) if method == "POST" else None
        fields = {**JSON, **(headers or {})}
        return self.server.request(method, path, body, {
            name: value for name, value in
            {"Host": host or f"localhost:{self.server.port}", **fields}.items()
            if value is not None})

    def is_refused(self, answer):
        self.assertEqual(answer.status, 403, answer)
        self.assertIn("--allowed-origins", answer.json["detail"])
        self.assertNotIn("access-control-allow-origin", answer.headers)


class ByDefault(Pages):
    def test_requests_of_other_sites_run_nothing(self):
        for path in RUNS:
            for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"},
                            {"Origin": "http://localhost:3000"}, {"Sec-Fetch-Site": "cross-site"},
                            {"Sec-Fetch-Site": "same-site"},
                            {"Origin": f"https://localhost:{self.server.port}",
                             "Sec-Fetch-Site": "cross-site"}):
                with self.subTest(path=path, headers=headers):
                    self.is_refused(self.send(path=path, headers=headers))

    def test_nor_are_answers_to_be_had_in_other_ways(self):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = self.send(method, headers={"Origin": "http://evil.example",
                                                "Access-Control-Request-Method": "POST"})
            self.assertEqual(answer.status, 403)
        # An image, a script or a frame of another page's.
        self.is_refused(self.send("GET", headers={"Sec-Fetch-Site": "cross-site",
                                                  "Sec-Fetch-Mode": "no-cors"}))

    def test_what_a_form_can_send_is_not_run(self):
        """An old browser sends neither Origin nor Sec-Fetch-Site with a form; it cannot send JSON's
        content type without asking first."""
        for path, body in RUNS.items():
            for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data",
                         "text/plain; application/json", "TEXT/PLAIN", None):
                with self.subTest(path=path, kind=kind):
                    answer = self.server.request("POST", path, json.dumps(body),
                                                 {"Content-Type": kind} if kind else {})
                    self.assertIn(answer.status, (400, 415, 422), answer)
                    self.assertNotIn("result", answer.json)
                    self.assertEqual(answer.json.get("stdout", ""), "")

    def test_a_name_that_was_bound_to_loopback_is_not_served(self):
        """DNS rebinding: for the browser the page and the service have one origin."""
        for host in ("evil.example", f"evil.example:{self.server.port}", "localhost.evil.example",
                     "127.0.0.1.evil.example", "0.0.0.0", "evil.localhost"):
            with self.subTest(host=host):
                answer = self.send(host=host, headers={"Origin": f"http://{host}",
                                                       "Sec-Fetch-Site": "same-origin"})
                self.assertEqual(answer.status, 421, answer)

    def test_its_own_pages_are_served(self):
        for host in ("localhost", "127.0.0.1"):
            authority = f"{host}:{self.server.port}"
            answer = self.send(host=authority, headers={"Origin": f"http://{authority}",
                                                        "Sec-Fetch-Site": "same-origin"})
            self.assertEqual((answer.status, answer.json.get("stdout")), (200, "1\n"))
            self.assertNotIn("access-control-allow-origin", answer.headers)

    def test_a_link_can_be_followed(self):
        answer = self.server.request("GET", "/", headers={
            "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document"})
        self.assertEqual(answer.status, 200)

    def test_whoever_is_no_browser_notices_nothing(self):
        answer = self.send()
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "1\n"))
        self.assertFalse([name for name in answer.headers if name.startswith("access-control")])


class WithAllowedOrigins(Pages):
    flags = ("--allowed-origins", "https://app.example, http://localhost:3000")

    def test_their_pages_are_served(self):
        for origin in ("https://app.example", "http://localhost:3000"):
            page = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
            with self.subTest(origin=origin):
                asked = self.send("OPTIONS", headers={
                    **page, "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "content-type"})
                self.assertEqual(asked.status, 204)
                self.assertEqual(asked.headers["access-control-allow-origin"], origin)
                self.assertIn("POST", asked.headers["access-control-allow-methods"])
                self.assertEqual(asked.headers["access-control-allow-headers"],
                                 "Authorization, Content-Type, X-Api-Key")
                self.assertGreater(int(asked.headers["access-control-max-age"]), 0)

                answer = self.send(headers=page)
                self.assertEqual((answer.status, answer.json["stdout"]), (200, "1\n"))
                for got in (asked, answer):
                    self.assertEqual(got.headers["access-control-allow-origin"], origin)
                    self.assertEqual(got.headers["vary"], "Origin")
                    self.assertNotIn("access-control-allow-credentials", got.headers)

    def test_they_can_read_what_is_wrong(self):
        answer = self.server.request("POST", "/run", "{", {**JSON, "Origin": "https://app.example"})
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.headers["access-control-allow-origin"], "https://app.example")

    def test_nobody_elses(self):
        for origin in ("http://app.example", "https://app.example.evil.example",
                       "https://evil.example", "https://sub.app.example", "null", "*"):
            with self.subTest(origin=origin):
                self.is_refused(self.send(headers={"Origin": origin}))
        self.is_refused(self.send(headers={"Sec-Fetch-Site": "cross-site"}))


class Settings(unittest.TestCase):
    def test_everybody_is_no_origin(self):
        for value in ("*", "null", "https://app.example/", "app.example"):
            done = subprocess.run([BINARY, "serve", "--port", "0", "--allowed-origins", value],
                                  capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, 64)
            self.assertRegex(done.stderr, r"^.*allowed-origins.*https://app\.example\.com.*\n$")

    def test_by_the_environment(self):
        server = Server(env={"PYRUNNER_ALLOWED_ORIGINS": "https://app.example"})
        self.addCleanup(server.stop)
        answer = server.request("GET", "/health", headers={"Origin": "https://app.example"})
        self.assertEqual(answer.headers["access-control-allow-origin"], "https://app.example")


if __name__ == "__main__":
    unittest.main()
