"""GET /metrics: every kind of end is counted, names are those of the golden file, and what is built on
them (dashboard, alerts, the page) names nothing else."""

import json
import os
import pathlib
import re
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support import exposition, kernel  # noqa: E402
from tests.support.server import ROOT, Server, ServerTest, until  # noqa: E402

GOLDEN = pathlib.Path(__file__).with_name("metrics.golden")
FOREVER = "while True: pass"


def golden():
    """Labels by name."""
    lines = [line.split(" ") for line in GOLDEN.read_text().splitlines()]
    return {line[0]: line[2].split(",") if len(line) > 2 else [] for line in lines}


class Metrics(ServerTest):
    flags = ("--policy", "open", "--max-running", "1", "--max-queued", "0")
    warm = True

    def metrics(self):
        answer = self.server.request("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"],
                         "text/plain; version=0.0.4; charset=utf-8")
        return exposition.read(answer.body.decode())

    def value(self, name, **labels):
        family = self.metrics()[re.sub(r"_(bucket|sum|count)$", "", name)
                                if name.startswith("pyrunner_program_") else name]
        return family.samples[name, tuple(labels.items())]

    def check_grows(self, act, *wanted):
        """Each of the series (name, labels) grows by one; act() is done before they are looked at."""
        before = [self.value(name, **labels) for name, labels in wanted]
        act()
        for (name, labels), was in zip(wanted, before):
            until(lambda: self.value(name, **labels) == was + 1, 10,
                  f"{name} {labels} is {was + 1}: {self.value(name, **labels)}")

    def ends(self, outcome, api="pyrunner"):
        return "pyrunner_programs_total", {"api": api, "outcome": outcome}

    def test_each_way_to_end_is_counted(self):
        kill = "pyrunner_kills_total"
        for code, fields, outcome, cause in [
                ("print(1)", {}, "succeeded", None),
                ("1 / 0", {}, "failed", None),
                (FOREVER, {"timeout": 1}, "timeout", "time"),
                ("x = b''\nwhile True: x += bytes(1_000_000)", {"memory_limit": 64},
                 "memory_exceeded", None),
                ("while True: print('x' * 100_000)", {"timeout": 60}, "output_exceeded", "output"),
                ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"
                 "import ctypes; ctypes.string_at(0)", {}, "crashed", None)]:
            with self.subTest(outcome):
                wanted = [self.ends(outcome)] + ([(kill, {"cause": cause})] if cause else [])
                self.check_grows(lambda: self.server.result(code, **fields), *wanted)

    def test_each_api_has_its_name(self):
        main = "def main(): return 1"
        for api, path, body in [
                ("pyrunner", "/run", {"code": "print(1)"}),
                ("nsjail", "/nsjail/execute", {"script": main}),
                ("cloudrun", "/cloudrun/execute", {"script": main}),
                ("code-executor", "/code-executor/execute", {"code": "print(1)", "language": "python"})]:
            with self.subTest(api):
                self.check_grows(lambda: self.server.post(path, body), self.ends("succeeded", api))
        other = [value for (_, labels), value in
                 self.metrics()["pyrunner_programs_total"].samples.items()
                 if ("api", "other") in labels]
        self.assertEqual(set(other), {0})

    def test_refusals_are_counted(self):
        self.check_grows(lambda: self.server.post("/nsjail/execute", {"script": "x = 1"}),
                         self.ends("refused", "nsjail"), ("pyrunner_refusals_total", {"cause": "no_main"}))

    def test_what_runs_and_what_is_rejected(self):
        self.assertEqual(self.value("pyrunner_programs_running_limit"), 1)
        busy = self.server.busy()
        busy.__enter__()
        self.assertEqual(self.value("pyrunner_programs_running"), 1)
        self.assertEqual(self.value("pyrunner_memory_promised_bytes"), 512 << 20)
        self.check_grows(lambda: self.assertEqual(self.server.run("print(1)").status, 503),
                         ("pyrunner_rejections_total", {"cause": "queue_full"}),
                         ("pyrunner_http_responses_total", {"class": "5xx"}))
        self.check_grows(lambda: busy.__exit__(None, None, None), self.ends("cancelled"),
                         ("pyrunner_kills_total", {"cause": "cancelled"}),
                         ("pyrunner_http_disconnects_total", {}))
        until(lambda: self.value("pyrunner_programs_running") == 0, 10, "nothing runs")

    def test_time_and_memory_are_observed(self):
        phase = "pyrunner_program_phase_seconds_count"
        wanted = [(phase, {"phase": name})
                  for name in ("queue", "fork", "isolate", "compile", "run", "collect")]
        run = "pyrunner_program_phase_seconds_sum"
        before = self.value(run, phase="run")
        self.check_grows(lambda: self.server.result("import time; time.sleep(1)"), *wanted,
                         ("pyrunner_program_wall_seconds_count", {}),
                         ("pyrunner_program_memory_peak_bytes_count", {}))
        self.assertGreaterEqual(self.value(run, phase="run") - before, 1)

    def test_requests_that_no_handler_saw(self):
        self.check_grows(lambda: self.server.request("GET", "/", headers={"Host": "elsewhere"}),
                         ("pyrunner_http_requests_refused_total", {}),
                         ("pyrunner_http_responses_total", {"class": "4xx"}))

    def test_the_place_is_told(self):
        families = self.metrics()
        status = self.server.request("GET", "/v1/sandbox").json
        self.assertIn(("pyrunner_isolation_info", (("level", status["level"]),
                                                   ("outer_sandbox", status["outer_sandbox"]))),
                      families["pyrunner_isolation_info"].samples)
        told = {dict(labels)["property"] for _, labels in
                families["pyrunner_isolation_property_info"].samples}
        self.assertEqual(told, set(status["properties"]))
        self.assertEqual(self.value("pyrunner_self_test_passed"), 1)
        self.assertEqual(self.value("pyrunner_zygote_warm", zygote="science"), 1)
        self.assertGreater(self.value("process_resident_memory_bytes"), 1 << 20)
        self.assertGreater(self.value("process_open_fds"), 10)
        boot = float(re.search(r"^btime (\d+)", pathlib.Path("/proc/stat").read_text(), re.M)[1])
        self.assertGreater(self.value("process_start_time_seconds"), boot)

    def test_names_are_those_of_the_golden_file(self):
        """They are promises: dashboards and alerts of others rely on them. A new one is added to the
        file, to docs/monitoring.md and to no label that a client could fill."""
        self.assertEqual(exposition.describe(self.metrics()), GOLDEN.read_text())

    def test_clients_make_no_series(self):
        def series():
            return {key for family in self.metrics().values() for key in family.samples}
        before = series()
        for path in ("/run", "/a", "/b", "/run?x=1", "/metrics/1"):
            for method in ("GET", "POST", "BREW"):
                self.server.request(method, path, "{}", {"X-Api-Key": path, "traceparent": "x"})
        self.server.run("print(1)", policy="other", api="other")
        self.assertEqual(series(), before)


class Renewals(unittest.TestCase):
    def value(self, server, name, **labels):
        text = server.request("GET", "/metrics").body.decode()
        return exposition.read(text)[name].samples[name, tuple(labels.items())]

    def test_they_are_counted_with_their_cause(self):
        server = Server("--zygote-age", "1", "--ready-sandboxes", "1")
        self.addCleanup(server.stop)
        name = "pyrunner_zygote_renewals_total"
        until(lambda: self.value(server, name, zygote="base", cause="age") > 0, 60, "a renewal by age")
        self.assertEqual(self.value(server, name, zygote="base", cause="death"), 0)
        forked = "pyrunner_sandboxes_forked_total"
        last = 0
        for _ in range(20):  # one counter over all zygotes
            now = self.value(server, forked, zygote="base")
            self.assertGreaterEqual(now, last)
            last = now

    def test_a_zygote_that_dies_is_one(self):
        server = Server(warm=True)
        self.addCleanup(server.stop)
        name = "pyrunner_zygote_renewals_total"
        for pid in kernel.zygotes(server.pid):
            os.kill(pid, signal.SIGKILL)
        for zygote in ("base", "science"):
            until(lambda: self.value(server, name, zygote=zygote, cause="death") > 0, 60,
                  f"{zygote} is replaced")


def metrics_in(expression):
    """(metric, its labels) of a PromQL expression, as far as this needs to know it."""
    text = re.sub(r"\[[^\]]*\]", "", expression)
    for name, labels in re.findall(r"\b((?:pyrunner|process)_\w+)(?:\{([^}]*)\})?", text):
        yield name, re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", labels)
    for names in re.findall(r"\b(?:by|on|without|ignoring|group_left)\s*\(([^)]*)\)", text):
        yield None, [name.strip() for name in names.split(",") if name.strip()]


class BuiltOnThem(unittest.TestCase):
    """What is shipped with the service names metrics and labels that there are."""

    def check(self, expression):
        names = golden()
        used = []
        found = list(metrics_in(expression))
        for name, labels in found:
            if name is None:
                continue
            base = name if name in names else re.sub(r"_(bucket|sum|count)$", "", name)
            self.assertIn(base, names, expression)
            used += names[base]
            self.assertLessEqual(set(labels), {*names[base], "le", "instance", "job"}, expression)
        self.assertTrue(any(name for name, _ in found), expression)
        for name, labels in found:
            if name is None:
                self.assertLessEqual(set(labels), {*used, "le", "instance", "job"}, expression)

    def test_the_dashboard(self):
        board = json.loads((ROOT / "deploy" / "grafana" / "pyrunner.json").read_text())
        expressions = [target["expr"] for panel in board["panels"]
                       for target in panel.get("targets", [])]
        self.assertGreater(len(expressions), 15)
        for expression in expressions:
            with self.subTest(expression):
                self.check(expression)
        identifiers = [panel["id"] for panel in board["panels"]]
        self.assertEqual(len(identifiers), len(set(identifiers)))
        for panel in board["panels"]:
            if panel["type"] != "row":
                self.assertTrue(panel["title"] and panel["targets"], panel)

    def test_the_panels_do_not_overlap(self):
        board = json.loads((ROOT / "deploy" / "grafana" / "pyrunner.json").read_text())
        taken = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24)
            taken |= cells

    def test_the_alerts(self):
        text = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
        expressions = re.findall(r"^ +expr: (.*)$", text, re.M)
        self.assertGreater(len(expressions), 5)
        for expression in expressions:
            with self.subTest(expression):
                self.check(expression)

    def test_the_page(self):
        """docs/monitoring.md has every name, with its type and labels."""
        rows = re.findall(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|([^|]*)\|",
                          (ROOT / "docs" / "monitoring.md").read_text(), re.M)
        told = sorted(f"{name} {kind} {','.join(re.findall(r'[a-z_]+', labels))}".strip()
                      for name, kind, labels in rows)
        self.assertEqual("\n".join(told) + "\n", GOLDEN.read_text())


if __name__ == "__main__":
    unittest.main()
