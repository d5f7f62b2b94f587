"""Processes die, limits run out, the service is renewed under load: what a client notices of it."""

import collections
import concurrent.futures
import os
import pathlib
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.crowd import crowd, run_request  # noqa: E402
from support.server import PATIENCE, Server, until  # noqa: E402


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Faults(unittest.TestCase):
    def start(self, *flags, **options):
        server = Server("--policy", "open", *flags, **options)
        self.addCleanup(server.kill)
        return server

    def assert_serves(self, server, program="print('serves')"):
        answer = server.run(program)
        self.assertEqual((answer.status, answer.json.get("stdout")), (200, "serves\n"), answer)

    def gone(self, pid, recorded, mounts, seconds):
        until(lambda: not kernel.survivors(recorded), seconds, "no process left")
        until(lambda: not kernel.cgroups(pid), seconds, "no cgroup left")
        self.assertEqual(kernel.mounts(), mounts)


class DeadProcesses(Faults):
    def load(self, server, seconds, lost=0):
        """Runs programs, eight at a time, while the caller's loop body runs.

        All must succeed, but for `lost` that may have been hit while they ran.
        """
        end = time.monotonic() + seconds
        failures = []
        numbers = iter(range(10**9))
        lock = threading.Lock()
        sent = []

        def work():
            while time.monotonic() < end:
                with lock:
                    number = next(numbers)
                sent.append(number)
                try:
                    answer = server.run(f"print({number})")
                except OSError as error:
                    failures.append(repr(error))
                    continue
                if answer.status != 200 or answer.json["stdout"] != f"{number}\n":
                    failures.append(repr(answer))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in range(8):
                pool.submit(work)
            yield
        self.assertGreater(len(sent), 20)
        inexplicable = [failure for failure in failures if "Crashed with SIGKILL" not in failure]
        self.assertEqual(inexplicable, [], server.log())
        self.assertLessEqual(len(failures), lost, failures)

    def test_killed_zygotes_lose_no_request(self):
        server = self.start(warm=True)
        for _ in self.load(server, 5):
            for _ in range(3):
                time.sleep(1)
                old = kernel.zygotes(server.pid)
                kill(old)
                until(lambda: {"base"} <= {kernel.zygote_kind(pid) for pid in
                                           kernel.zygotes(server.pid) if pid not in old}, 20,
                      "a new base zygote")
        self.assert_serves(server)

    def test_killed_zygotes_while_programs_wait_for_a_place(self):
        server = self.start("--max-running", "1", "--queue-time", "60")
        result = []
        # So that ready sandboxes of the dead zygote and of its successor take turns.
        programs = [f"import time\ntime.sleep(0.03)\nprint({i})" for i in range(80)]
        thread = threading.Thread(target=lambda: result.extend(crowd(
            server.port, [run_request(program) for program in programs])))
        thread.start()
        while thread.is_alive():
            thread.join(0.5)
            kill([pid for pid in kernel.zygotes(server.pid)
                  if kernel.zygote_kind(pid) == "base"])
        for i, client in enumerate(result):
            self.assertEqual((client.answer.status, client.answer.json["stdout"]),
                             (200, f"{i}\n"), server.log())
        self.assertEqual(len(result), 80)

    def test_a_killed_science_zygote_costs_time_only(self):
        server = self.start(warm=True)
        kill([pid for pid in kernel.zygotes(server.pid) if kernel.zygote_kind(pid) == "science"])
        kill(kernel.sandboxes(server.pid))
        self.assert_serves(server, "import numpy as np\nprint('serves' if np.ones(2).sum() else 0)")

    def test_killed_sandboxes_cost_at_most_their_own_program(self):
        server = self.start("--ready-sandboxes", "4")
        for _ in self.load(server, 3, lost=20):
            for _ in range(20):
                time.sleep(0.1)
                kill(kernel.sandboxes(server.pid)[-1:])
        self.assert_serves(server)

    def test_all_ready_sandboxes_killed_at_once(self):
        server = self.start()
        for _ in range(3):
            until(lambda: kernel.sandboxes(server.pid), 10, "ready sandboxes")
            kill(kernel.sandboxes(server.pid))
            clients = crowd(server.port, [run_request("print('serves')")] * 12)
            self.assertEqual([(c.error, c.answer and c.answer.status) for c in clients],
                             [(None, 200)] * 12, server.log())

    def test_a_killed_running_sandbox_is_its_own_loss(self):
        server = self.start("--ready-sandboxes", "2")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            victim = pool.submit(server.run, "import time\nprint('up')\nx = 1\n"
                                 "end = time.monotonic() + 30\nwhile time.monotonic() < end: pass")

            def busy():
                return [pid for pid in kernel.sandboxes(server.pid)
                        if (seen := kernel.stat(pid)) and seen[2] > 0.4]
            pids = until(busy, 10, "a sandbox that computes")
            neighbour = pool.submit(server.run, "import time\ntime.sleep(1)\nprint('serves')")
            time.sleep(0.3)
            kill(pids)
            answer = victim.result()
            self.assertLess(answer.seconds, 10)
            self.assertEqual((answer.status, answer.json["status"], answer.json["stdout"]),
                             (200, "error", "up\n"))
            self.assertEqual(answer.json["error"], "Crashed with SIGKILL (killed)")
            self.assertEqual(neighbour.result().json["stdout"], "serves\n")
        self.assert_serves(server)

    def test_a_killed_gateway_takes_everything_with_it(self):
        mounts = kernel.mounts()
        for warm in (True, False):
            with self.subTest(warm=warm):
                server = self.start(warm=warm)
                thread = threading.Thread(target=crowd, args=(server.port, [
                    run_request("while True: pass", timeout=60)] * 3))
                thread.start()
                time.sleep(0.5)
                recorded = kernel.processes(server.pid)
                self.assertTrue(kernel.cgroups(server.pid))
                server.kill()
                self.gone(server.pid, recorded, mounts, 2)
                thread.join()

    def test_what_nobody_could_clean_up_goes_at_the_next_start(self):
        mounts = kernel.mounts()
        server = self.start()
        recorded = kernel.processes(server.pid)
        for pid in kernel.supervisor(server.pid):
            os.kill(pid, signal.SIGSTOP)  # so that it cannot clean up when the gateway ends
        kill([server.pid])
        kill(pid for pid in recorded if kernel.outer_uid(pid) == 0)
        server.kill()
        until(lambda: not kernel.survivors(recorded), 5, "no process left")
        self.assertTrue(kernel.cgroups(server.pid))
        second = self.start()
        self.gone(server.pid, recorded, mounts, 2)
        self.assert_serves(second)

    def test_a_server_does_not_sweep_what_its_neighbour_uses(self):
        first = self.start()
        trees = kernel.cgroups(first.pid)
        self.assertTrue(trees)
        second = self.start()
        self.assertEqual(kernel.cgroups(first.pid), trees)
        for server in (first, second, first):
            self.assert_serves(server)

    def test_a_killed_supervisor_ends_the_service_in_order(self):
        mounts = kernel.mounts()
        server = self.start()
        recorded = kernel.processes(server.pid)
        kill(kernel.supervisor(server.pid))
        self.assertNotEqual(server.process.wait(10 * PATIENCE), 0)
        self.assertIn("supervisor", server.log())
        until(lambda: not kernel.survivors(recorded), 5, "no process left")
        self.assertEqual(kernel.mounts(), mounts)
        self.assert_serves(self.start())  # and sweeps


class Renewal(Faults):
    def test_renewal_under_load_loses_nothing(self):
        server = self.start("--zygote-runs", "20", "--ready-sandboxes", "3")
        first = {pid for pid in kernel.zygotes(server.pid) if kernel.zygote_kind(pid) == "base"}
        layouts = collections.Counter()
        seen = set(first)
        # A zygote lives at least fifty times as long as it took to warm up: a second on a busy machine.
        end = time.monotonic() + 240 * PATIENCE
        while len(seen) < 4 and time.monotonic() < end:
            clients = crowd(server.port, [run_request("print(hex(id(object())))")] * 20)
            for client in clients:
                self.assertIsNone(client.error)
                self.assertEqual((client.answer.status, client.answer.json["status"]),
                                 (200, "success"))
                layouts[client.answer.json["stdout"][:-4]] += 1
            seen |= {pid for pid in kernel.zygotes(server.pid)
                     if kernel.zygote_kind(pid) == "base"}
        self.assertGreaterEqual(len(seen), 4, f"{sum(layouts.values())} runs\n{server.log()}")
        self.assertGreaterEqual(len({address[:8] for address in layouts}), 3, layouts)
        until(lambda: sorted(map(kernel.zygote_kind, kernel.zygotes(server.pid)))
              == ["base", "science"], 20, "one zygote of each kind in the end")

    def test_renewal_by_age(self):
        server = self.start("--zygote-age", "1")
        first = set(kernel.zygotes(server.pid))
        until(lambda: not first & set(kernel.zygotes(server.pid)), 20, "other zygotes")
        self.assert_serves(server)


class Exhaustion(Faults):
    def test_a_full_scratch_directory(self):
        server = self.start("--scratch-mb", "4")
        for _ in range(30):
            result = server.result("try:\n    open('f', 'wb').write(bytes(10 << 20))\n"
                                   "except OSError as e:\n    print(e.strerror)")
            self.assertEqual(result["status"], "success")
            self.assertIn(result["stdout"], ("No space left on device\n", "File too large\n"))
        self.assert_serves(server)

    def test_threads_up_to_the_limit_in_every_sandbox(self):
        server = self.start("--processes", "32")
        program = ("import threading, time\nn = 0\ntry:\n    while True:\n"
                   "        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()\n"
                   "        n += 1\nexcept RuntimeError:\n    print(n > 25)")
        clients = crowd(server.port, [run_request(program)] * 12)
        self.assertEqual([client.answer.json["stdout"] for client in clients], ["True\n"] * 12)
        self.assert_serves(server)

    def test_few_descriptors(self):
        # Not enough for all clients: whoever cannot be served is told, or waits, and nobody hangs.
        server = self.start("--max-running", "8", "--ready-sandboxes", "2", "--queue-time", "3",
                            prefix=("prlimit", "--nofile=300:300"))
        for _ in range(2):
            clients = crowd(server.port, [run_request("print('serves')")] * 400, seconds=60)
            served = [c for c in clients if c.answer and c.answer.status == 200]
            for client in clients:
                if client.answer and client.answer.status != 200:
                    self.assertIn(client.answer.status, (429, 503))
                    self.assertIn("retry-after", client.answer.headers)
            self.assertTrue(all(c.answer.json["stdout"] == "serves\n" for c in served))
            # What the sandboxes leave is room for a few connections at a time, not for none.
            self.assertTrue(served)
            self.assertFalse([c.error for c in clients if c.error and "no answer" in c.error])
        self.assert_serves(server)

    def test_too_few_descriptors_to_start(self):
        with self.assertRaisesRegex(AssertionError, r"ended with [1-9].*open files"):
            Server(prefix=("prlimit", "--nofile=40:40"))


if __name__ == "__main__":
    unittest.main()
