"""/livez and /readyz, from the start to the end of a service; trace ids on the way through."""

import http.client
import os
import pathlib
import re
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support import kernel  # noqa: E402
from tests.support.server import Server, ServerTest, until  # noqa: E402

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


class Probes(unittest.TestCase):
    def start(self, *flags):
        server = Server("--policy", "open", *flags)
        self.addCleanup(server.kill)
        return server

    def test_a_service_that_serves_is_alive_and_ready(self):
        server = self.start()
        for path in ("/livez", "/readyz"):
            answer = server.request("GET", path)
            self.assertEqual((answer.status, answer.json), (200, {"status": "ok"}))
            self.assertEqual(server.request("HEAD", path).status, 200)

    def test_while_it_drains_it_is_alive_and_not_ready(self):
        server = self.start("--drain-delay", "60")
        kept = server.connect()
        server.request("GET", "/livez", connection=kept)
        server.process.send_signal(signal.SIGTERM)
        server.await_log("not ready any more; still serving for 60 s")
        for connection in (None, kept):
            answer = server.request("GET", "/readyz", connection=connection)
            self.assertEqual((answer.status, answer.json["reason"]), (503, "draining"))
            self.assertEqual(server.request("GET", "/livez", connection=connection).status, 200)
            self.assertEqual(server.result("print(1)")["stdout"], "1\n")
        server.process.send_signal(signal.SIGTERM)  # the second one is not patient
        self.assertEqual(server.process.wait(30), 0)

    def test_the_delay_ends_by_itself(self):
        server = self.start("--drain-delay", "1")
        start = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertGreaterEqual(time.monotonic() - start, 1)

    def test_without_a_delay_no_probe_reaches_it(self):
        server = self.start()
        kept = server.connect()
        server.request("GET", "/livez", connection=kept)
        with server.busy():
            server.process.send_signal(signal.SIGTERM)
            server.await_log("SIGTERM: finishing what runs")
            for connection in (None, kept):  # its port is closed, and so are idle connections
                with self.assertRaises((ConnectionError, http.client.HTTPException)):
                    server.request("GET", "/readyz", connection=connection)
        self.assertEqual(server.process.wait(30), 0)

    def test_without_any_zygote_it_is_not_ready(self):
        server = self.start("--ready-sandboxes", "1")
        # Stopped, not ended: no successor comes, and what is forked does not arrive.
        zygotes = kernel.zygotes(server.pid)
        supervisor = kernel.supervisor(server.pid)[0]
        os.kill(supervisor, signal.SIGSTOP)
        self.addCleanup(os.kill, supervisor, signal.SIGCONT)
        for pid in zygotes:
            os.kill(pid, signal.SIGKILL)

        def reason():
            server.run("1")  # takes what is ready
            answer = server.request("GET", "/readyz")
            return answer.status == 503 and answer.json["reason"]
        try:
            self.assertEqual(until(reason, 60, "it is not ready"), "no_sandbox")
        finally:
            os.kill(supervisor, signal.SIGCONT)
        self.assertEqual(server.request("GET", "/livez").status, 200)
        until(lambda: server.request("GET", "/readyz").status == 200, 60, "it is ready again")


class Traces(ServerTest):
    flags = ("--policy", "open", "--max-running", "1", "--max-queued", "0", "--log-level", "debug")

    def get(self, **headers):
        return self.server.request("GET", "/livez", headers=headers).headers

    def test_a_trace_is_continued_by_a_span_of_its_own(self):
        headers = self.get(traceparent=f"00-{TRACE}-{PARENT}-01")
        self.assertRegex(headers["traceresponse"], rf"^00-{TRACE}-[0-9a-f]{{16}}-01$")
        self.assertNotIn(PARENT, headers["traceresponse"])
        self.assertEqual(headers["traceparent"], headers["traceresponse"])
        self.server.await_log(f"request method=GET route=/livez status=200 .* trace_id={TRACE}")

    def test_without_one_it_begins_here(self):
        ids = {self.get(**headers)["traceresponse"] for headers in [
            {}, {"traceparent": "nonsense"}, {"traceparent": f"00-{TRACE.upper()}-{PARENT}-01"}]}
        self.assertEqual(len(ids), 3)
        for value in ids:
            self.assertRegex(value, r"^00-[0-9a-f]{32}-[0-9a-f]{16}-02$")
            self.assertNotIn(TRACE, value)

    def test_two_that_contradict_each_other_are_none(self):
        connection = self.server.connect()
        connection.putrequest("GET", "/livez")
        for last in "67":
            connection.putheader("traceparent", f"00-{TRACE[:-1]}{last}-{PARENT}-01")
        connection.endheaders()
        response = connection.getresponse()
        self.assertNotIn(TRACE[:-1], response.getheader("traceresponse"))
        connection.close()

    def test_no_program_sees_it(self):
        answer = self.server.request(
            "POST", "/run", '{"code": "import os, sys\\nprint(dict(os.environ), sys.argv)"}',
            {"Content-Type": "application/json", "traceparent": f"00-{TRACE}-{PARENT}-01"})
        self.assertNotIn(TRACE, answer.body.decode())
        self.assertIn(TRACE, answer.headers["traceresponse"])

    def test_every_answer_of_a_run_has_its_times(self):
        names = ["queue", "fork", "isolate", "compile", "run", "collect"]
        answers = [self.server.run("print(1)"), self.server.run("1 / 0"),
                   self.server.run("while True: pass", timeout=1),
                   self.server.post("/nsjail/execute", {"script": "x = 1"}),
                   self.server.post("/code-executor/execute",
                                    {"code": "print(1)", "language": "python"}),
                   self.server.post("/cloudrun/execute", {"script": "def main(): return 1"})]
        with self.server.busy():
            answers.append(self.server.run("1"))
        self.assertEqual(answers[-1].status, 503)
        for answer in answers:
            with self.subTest(answer=answer):
                entries = re.findall(r"(\w+);dur=(\d+\.\d{3})(?:, |$)", answer.headers["server-timing"])
                self.assertEqual([name for name, _ in entries], names)


if __name__ == "__main__":
    unittest.main()
