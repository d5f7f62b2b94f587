"""A step of the lockdown fails, or is left out without a word: no program runs, clients are told to come
again, and the service recovers by itself. The steps are those of src/sandbox/isolation.cpp, made to fail
by the programs that are built for tests only."""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.server import BINARY, PATIENCE, ROOT, Server, until  # noqa: E402

WEAKENED = pathlib.Path(BINARY).parent / "weakened" / "pyrunner"
LACKING = 78

# Steps without which a sandbox still has every property that it promises. What each is for is tested
# by what it does: tests/attacks, tests/chaos.
NOT_PROMISED = {"session", "oom score", "hostname", "loopback", "namespace limits", "dumpable",
                "no new code"}

# Taken only where there are no mount namespaces: in gVisor, which these tests do not start.
ELSEWHERE = {"root"}


def steps():
    """{name: condition} of the table that the sandbox goes through, and the cgroup before it."""
    text = (ROOT / "src" / "sandbox" / "isolation.cpp").read_text()
    table = text.split("constexpr Step kSteps[] = {")[1].split("\n};")[0]
    found = re.findall(r"\{\"([^\"]+)\", ([\w:<>]+),", table)
    assert len(found) == len(re.findall(r"^    \{", table, re.M)), found
    taken = {name: condition for name, condition in found if name not in ELSEWHERE}
    return {"cgroup": "If<Layer::kCgroup>", **taken}


class Fault:
    """What a weakened server's next sandboxes do wrong; nothing at first."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pyrunner-fault-")
        os.chmod(self.folder.name, 0o755)  # The gateway is not root when it looks.
        self.path = pathlib.Path(self.folder.name) / "step"
        self.set("")

    def set(self, step):
        other = self.path.with_suffix(".new")
        other.write_text(step)
        other.replace(self.path)

    def environment(self, step):
        variables = {"PYRUNNER_WEAKENED_FAULT": str(self.path)}
        if steps().get(step) == "IfUserLater":  # Only where there is no user namespace.
            variables["PYRUNNER_WEAKENED_WITHOUT"] = "user_namespace"
        return variables


@unittest.skipIf(os.geteuid() != 0, "needs root: only then are all steps taken")
class FaultyLockdown(unittest.TestCase):
    def setUp(self):
        self.assertTrue(WEAKENED.exists(), "build weakened-pyrunner and weakened-pyrunner-zygote")
        self.fault = Fault()
        self.addCleanup(self.fault.folder.cleanup)
        # Where a program that got out would leave its trace.
        self.trace = pathlib.Path(self.fault.folder.name) / "trace"
        self.trace.mkdir()
        self.trace.chmod(0o777)

    def start(self, step, *flags):
        server = Server("--policy", "open", *flags, binary=str(WEAKENED), env=self.fault.environment(step))
        self.addCleanup(server.kill)
        return server

    def test_the_list_of_steps(self):
        self.assertGreater(len(steps()), 12)
        self.assertLessEqual({"cgroup", "namespaces", "capabilities", "landlock", "seccomp"}, set(steps()))
        self.assertTrue(all(len(step) < 23 for step in steps()), "the name must fit into StepName")
        self.assertLessEqual(NOT_PROMISED, set(steps()))

    # --- While the service runs -------------------------------------------------------------------

    def use_up(self, server):
        """Runs programs in what is ready, until the answer is 503."""
        def refused():
            answer = server.run("print('ready')")
            if answer.status == 200:
                self.assertEqual(answer.json["stdout"], "ready\n")
            return answer.status != 200 and answer
        return until(refused, 20, "an answer other than 200")

    def assert_refused(self, answer):
        self.assertEqual(answer.status, 503, answer)
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        self.assertEqual(list(answer.json), ["detail"])
        self.assertRegex(answer.json["detail"], r"sandbox|busy")

    def assert_nobody_runs(self, server, step, told):
        """The fault is there: what clients, the log and the kernel see of it."""
        self.assert_refused(self.use_up(server))
        program = (f"try:\n    open('{self.trace}/ran', 'w')\nexcept OSError:\n    pass\nprint('ran')\n"
                   "while True: pass")
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: server.run(program, timeout=2), range(8)))
        self.assertLess(time.monotonic() - begin, 11 * PATIENCE)  # --queue-time, and not more
        for answer in answers:
            self.assert_refused(answer)
        self.assertEqual(server.request("GET", "/health").status, 200)
        self.assertEqual(list(self.trace.iterdir()), [])
        self.assertRegex(server.log(), rf"zygote (base|science): a sandbox failed: .*{told}", step)

    def assert_recovers(self, server):
        self.fault.set("")

        def serves():
            answer = server.run("print(6 * 7)")
            return answer.status == 200 and answer.json["stdout"] == "42\n"
        until(serves, 10, f"programs run again: {server.log()[-2000:]}")

    def go_through(self, wanted, fault, told):
        """One service for all steps that it takes, and one more for those of other layers."""
        for other in (False, True):
            chosen = [step for step in wanted if (steps()[step] == "IfUserLater") == other]
            server = self.start(chosen[0], "--ready-sandboxes", "2")
            recorded = kernel.processes(server.pid)
            for step in chosen:
                with self.subTest(step=step):
                    before = len(server.log().splitlines())
                    self.fault.set(fault(step))
                    self.assert_nobody_runs(server, step, told(step))
                    self.assert_recovers(server)
                    # One line for each attempt, and these become rare.
                    self.assertLess(len(server.log().splitlines()) - before, 40, server.log())
            self.assertEqual(server.stop(), 0, server.log())
            until(lambda: not kernel.survivors(recorded), 10, "no process left")
            self.assertEqual(kernel.cgroups(server.pid), [])

    def test_a_step_fails_while_the_service_runs(self):
        self.go_through(list(steps()), lambda step: step,
                        lambda step: rf"{re.escape(step)}: Operation not permitted")

    def test_a_step_is_left_out_without_a_word(self):
        """A sandbox that lacks something and says it is ready: it tries forbidden acts, and one succeeds."""
        # Of the cgroup the kernel's answer is the proof: it moves whoever writes there.
        wanted = [step for step in steps() if step not in NOT_PROMISED | {"cgroup"}]
        self.go_through(wanted, lambda step: "-" + step, lambda step: r"\w")

    # --- When it starts ---------------------------------------------------------------------------

    def test_a_step_fails_at_the_start(self):
        def attempt(step):
            fault = Fault()
            fault.set(step)
            clean = {name: value for name, value in os.environ.items() if not name.startswith("PYRUNNER_")}
            process = subprocess.Popen(
                [str(WEAKENED), "serve", "--port", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, env={**clean, **fault.environment(step)})
            try:
                output, _ = process.communicate(timeout=40 * PATIENCE)
            finally:
                process.kill()
                fault.folder.cleanup()
            return step, process.pid, process.returncode, output
        mounts = kernel.mounts()
        with concurrent.futures.ThreadPoolExecutor(3) as threads:
            for step, pid, code, output in threads.map(attempt, steps()):
                with self.subTest(step=step):
                    self.assertEqual(code, LACKING, output)
                    self.assertIn(f"{step}: Operation not permitted", output)
                    self.assertRegex(output, r"error cannot start: no sandbox can be made")
                    self.assertNotIn("serving on", output)
                    self.assertLess(len(output.splitlines()), 40, output)
                    self.assertEqual(kernel.cgroups(pid), [])
                    self.assertEqual(kernel.children(pid), [])
        # Others may mount something meanwhile, but not of this name.
        self.assertEqual([path for path in kernel.mounts() if path not in mounts and "pyrunner" in path], [])


if __name__ == "__main__":
    unittest.main()
