"""nginx with deploy/nginx-balance.conf in front of two real services, one of which goes away."""

import concurrent.futures
import json
import signal
import threading
import time
import unittest

import test_nginx
from support.server import PATIENCE, Server, until

FILES = (100, 101)  # that a program may open, by which it tells where it is
WHERE = "import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"


class Balance(test_nginx.ThroughNginx):
    @classmethod
    def setUpClass(cls):
        pass  # Each test has services of its own, as it ends some.

    def setUp(self):
        self.servers = [Server("--policy", "open", "--allowed-hosts", f"{test_nginx.NAME},127.0.0.1", "--max-connections-per-address",
                               "0", "--open-files", str(files), "--drain-time", "30") for files in FILES]
        for server in self.servers:
            self.addCleanup(server.kill)
        self.nginx = test_nginx.Nginx(*(server.port for server in self.servers))
        self.addCleanup(self.nginx.stop)
        self.nginx.start()
        self.tls = test_nginx.ssl.create_default_context(cafile=self.nginx.folder / "runner.crt")

    def log(self):
        """(method, status, addresses, bytes sent to each) of every request so far."""
        for line in (self.nginx.folder / "access.log").read_text().splitlines():
            request, addresses, sent = line.split(" | ")
            yield (*request.split(), addresses.split(", "), sent.split(", "))

    def check_nothing_ran_twice(self):
        """A POST of which one instance got a byte never went to another."""
        requests = list(self.log())
        self.assertTrue(requests)
        for method, _, addresses, sent in requests:
            if method == "POST":
                self.assertEqual(set(sent[:-1]) - {"0", "-"}, set(), (addresses, sent))
        return requests

    def places(self, count):
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            answers = list(pool.map(lambda _: self.run_code(WHERE + "\nimport time\ntime.sleep(2)"), range(count)))
        self.assertEqual({answer.status for answer in answers}, {200})
        return [int(answer.json["stdout"]) for answer in answers]

    def test_the_one_with_fewer_gets_the_next(self):
        places = self.places(8)
        self.assertEqual((places.count(FILES[0]), places.count(FILES[1])), (4, 4))

    def traffic(self, away):
        """Clients that go on while `away` is called after a second; what they got, by method."""
        got = {"GET": [], "POST": []}
        stop = threading.Event()

        def client(number):
            for i in range(10000):
                if stop.is_set():
                    return
                if number % 2:
                    got["GET"].append(self.request("GET", "/health").status)
                else:
                    answer = self.run_code(f"print({i})")
                    got["POST"].append((answer.status, answer.json.get("stdout") == f"{i}\n", answer))
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            clients = [pool.submit(client, number) for number in range(6)]
            time.sleep(1)
            away()
            time.sleep(2)
            stop.set()
            for ended in clients:
                ended.result()
        return got

    def test_one_is_stopped(self):
        """What runs in it is finished, and what comes goes to the other."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            long = [pool.submit(self.run_code, WHERE + "\nimport time\ntime.sleep(4)") for _ in range(4)]
            until(lambda: sum(s.request("GET", "/health").status for s in self.servers) == 400, 20, "both answer")
            got = self.traffic(lambda: self.servers[0].process.send_signal(signal.SIGTERM))
            answers = [one.result() for one in long]
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(sorted({int(answer.json["stdout"]) for answer in answers}), list(FILES))
        self.assertEqual(self.servers[0].stop(), 0)
        self.assertEqual(set(got["GET"]), {200})
        # One that nginx sent while its connection was being closed cannot be told from one that ran.
        lost = [answer for status, right, answer in got["POST"] if (status, right) != (200, True)]
        self.assertLessEqual(len(lost), 2, lost)
        self.assertLessEqual({answer.status for answer in lost}, {502})
        self.assertGreater(len(got["POST"]), 20)
        requests = self.check_nothing_ran_twice()
        passed_on = [addresses for _, _, addresses, _ in requests if len(addresses) > 1]
        self.assertGreater(len(passed_on), 0)

    def test_one_is_killed(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            long = [pool.submit(self.run_code, WHERE + "\nimport time\ntime.sleep(5)") for _ in range(8)]
            time.sleep(2 * PATIENCE)
            got = self.traffic(self.servers[0].kill)
            answers = [one.result() for one in long]
        lost = [answer for answer in answers if answer.status != 200]
        self.assertEqual(len(lost), 4)
        for answer in lost:
            self.assertEqual((answer.status, answer.json),
                             (502, {"detail": "The service does not answer: it is stopped or restarting"}))
        self.assertEqual({answer.json["stdout"] for answer in answers if answer.status == 200}, {f"{FILES[1]}\n"})
        self.assertEqual(set(got["GET"]), {200})
        self.assertLessEqual({status for status, _, _ in got["POST"]}, {200, 502})
        self.assertLess(sum(status == 502 for status, _, _ in got["POST"]), 6)
        self.check_nothing_ran_twice()
        self.assertEqual(self.places(2), [FILES[1]] * 2)

    def test_both_are_away(self):
        for server in self.servers:
            self.assertEqual(server.stop(), 0)
        for _ in range(3):
            answer = self.run_code("print(1)")
            self.assertEqual((answer.status, list(json.loads(answer.body))), (502, ["detail"]))


if __name__ == "__main__":
    unittest.main()
