"""Programs run at once only as far as the sum of their memory limits allows."""

import concurrent.futures
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import Server, ServerTest  # noqa: E402

SLEEP = "import time\ntime.sleep(0.5)"


class ByMemory(ServerTest):
    flags = ("--policy", "open", "--memory-budget-mb", "512", "--memory-overcommit", "2",
             "--max-running", "16")

    def at_once(self, *limits):
        """Seconds that programs with these limits take, sent at the same time."""
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(len(limits)) as pool:
            for answer in pool.map(
                    lambda limit: self.server.run(SLEEP, memory_limit=limit), limits):
                self.assertEqual((answer.status, answer.json["status"]), (200, "success"), answer)
        return time.monotonic() - start

    def test_as_many_run_as_fit(self):
        self.assertLess(self.at_once(*[256] * 4), 1.0)
        self.assertGreater(self.at_once(*[256] * 5), 1.0)

    def test_small_ones_run_when_large_ones_could_not(self):
        self.assertLess(self.at_once(*[64] * 16), 1.0)

    def test_what_can_never_fit_is_refused_at_once(self):
        for path, body, field in (
                ("/run", {"code": "print(1)", "memory_limit": 1025}, "memory_limit"),
                ("/code-executor/execute",
                 {"code": "print(1)", "language": "python", "max_memory_mb": 4096},
                 "max_memory_mb")):
            with self.subTest(path=path):
                answer = self.server.post(path, body)
                self.assertEqual(answer.status, 422, answer)
                self.assertLess(answer.seconds, 1)
                (detail,) = answer.json["detail"]
                self.assertEqual((detail["type"], detail["loc"]),
                                 ("less_than_equal", ["body", field]))
                self.assertEqual(detail["msg"], "Input should be less than or equal to 1024")

    def test_those_that_ask_for_nothing_always_run(self):
        """The defaults of all APIs, the code executor's 4 GB among them, are more than there is."""
        answer = self.server.post("/code-executor/execute",
                                  {"code": "print(1)", "language": "python"})
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "1\n"), answer)
        for prefix in ("/cloudrun", "/nsjail"):
            answer = self.server.post(prefix + "/execute", {"script": "def main():\n    return 1"})
            self.assertEqual((answer.status, answer.json["result"]), (200, 1), answer)

    def test_nobody_gets_more_than_the_budget(self):
        """A limit between the budget and its multiple is granted as the budget."""
        fits = "x = bytearray(%d << 20)\nprint(len(x) >> 20)"
        self.assertEqual(self.prints(fits % 400, memory_limit=1024), "400\n")
        self.assertEqual(self.server.result(fits % 600, memory_limit=1024)["status"],
                         "memory_exceeded")
        self.assertLess(self.at_once(1024, 1024), 1.0)

    def test_a_program_that_waits_for_memory_gives_up_in_time(self):
        server = Server("--policy", "open", "--memory-budget-mb", "128", "--memory-overcommit", "1",
                        "--queue-time", "0.3")
        self.addCleanup(server.stop)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            running = pool.submit(server.run, "import time\ntime.sleep(1.5)", memory_limit=128)
            time.sleep(0.3)
            answer = server.run("print(1)", memory_limit=64)
            self.assertEqual(answer.status, 503, answer)
            self.assertIn("busy", answer.json["detail"])
            self.assertEqual(running.result().json["status"], "success")


class WithoutBound(ServerTest):
    flags = ("--policy", "open", "--memory-budget-mb", "64", "--memory-overcommit", "0")

    def test_the_budget_does_not_matter(self):
        self.assertEqual(self.prints("print(len(bytearray(100 << 20)) >> 20)", memory_limit=2048),
                         "100\n")


if __name__ == "__main__":
    unittest.main()
