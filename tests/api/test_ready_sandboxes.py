"""Sandboxes that are ready before anybody asks: more after a burst, fewer when nobody comes."""

import pathlib
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.crowd import crowd, run_request  # noqa: E402
from support.server import Server, until  # noqa: E402

LEAST = 2
MOST = 40


class ReadySandboxes(unittest.TestCase):
    def start(self, *flags, most=MOST):
        server = Server("--policy", "open", "--ready-sandboxes", str(LEAST),
                        "--max-ready-sandboxes", str(most), "--queue-time", "60", *flags, warm=True)
        self.addCleanup(server.kill)
        return server

    def zygote(self, server, kind="base"):
        answer = server.request("GET", "/v1/sandbox")
        return next(zygote for zygote in answer.json["zygotes"] if zygote["kind"] == kind)

    def burst(self, server, clients=200, imports=""):
        tokens = [uuid.uuid4().hex for _ in range(clients)]
        answers = crowd(server.port, [run_request(f"{imports}print({token!r})")
                                      for token in tokens])
        self.assertEqual([(client.error, client.answer and client.answer.json["stdout"])
                          for client in answers],
                         [(None, token + "\n") for token in tokens], server.log())

    def await_ready(self, server, kind="base"):
        def as_wanted():
            zygote = self.zygote(server, kind)
            return zygote if zygote["ready"] == zygote["ready_wanted"] else None
        return until(as_wanted, 60, "as many ready sandboxes as are wanted")

    def test_a_second_burst_finds_more_sandboxes_ready(self):
        server = self.start("--ready-keep-time", "3600")
        self.assertEqual(self.await_ready(server)["ready"], LEAST)
        self.burst(server)
        self.assertGreater(self.await_ready(server)["ready"], 2 * LEAST)
        self.assertLessEqual(self.zygote(server)["ready"], MOST)
        self.assertEqual(self.zygote(server, "science")["ready_wanted"], LEAST, "nobody came")
        self.burst(server)
        self.assertGreater(self.await_ready(server)["ready"], 2 * LEAST)

    def test_each_zygote_has_its_own(self):
        server = self.start("--ready-keep-time", "3600")
        self.burst(server, 60)
        self.burst(server, 60, "import numpy\n")
        for kind in ("base", "science"):
            self.assertGreater(self.await_ready(server, kind)["ready"], 2 * LEAST, kind)

    def test_those_that_nobody_asks_for_are_given_back(self):
        server = self.start("--ready-keep-time", "2")
        self.burst(server)
        until(lambda: len(kernel.sandboxes(server.pid)) > 4 * LEAST, 20, "more sandboxes")
        until(lambda: len(kernel.sandboxes(server.pid)) == 2 * LEAST, 60, "the least number of both")
        self.burst(server, 5)

    def test_memory_bounds_them(self):
        # An eighth of it, for sandboxes of a megabyte each and more.
        server = self.start("--ready-keep-time", "3600", "--memory-budget-mb", "64",
                            "--memory-overcommit", "0")
        self.burst(server)
        self.assertLessEqual(self.await_ready(server)["ready"], LEAST + 16)

    def test_a_fixed_number_stays_fixed(self):
        server = self.start("--ready-keep-time", "3600", most=0)
        self.burst(server)
        self.assertEqual(self.await_ready(server)["ready"], LEAST)

    def test_a_renewed_zygotes_sandboxes_take_the_places_of_the_old(self):
        server = self.start("--ready-keep-time", "3600", "--zygote-age", "3")
        self.burst(server)
        first = self.await_ready(server)["ready"]
        old = set(kernel.sandboxes(server.pid))
        until(lambda: not old & set(kernel.sandboxes(server.pid)), 60, "none of the old sandboxes")
        self.assertGreaterEqual(first, 2 * LEAST)
        self.burst(server, 20)

    def test_nothing_is_left_of_many_ready_ones(self):
        server = self.start("--ready-keep-time", "3600")
        self.burst(server)
        self.await_ready(server)
        recorded = kernel.processes(server.pid)
        self.assertEqual(server.stop(), 0)
        until(lambda: not kernel.survivors(recorded), 5, "no process left")
        self.assertEqual(kernel.cgroups(server.pid), [])


if __name__ == "__main__":
    unittest.main()
