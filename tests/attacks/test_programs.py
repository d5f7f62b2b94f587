"""The attacks themselves: they say what they are, and they do notice an escape where one is."""

import collections
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "attacks"))

import control  # noqa: E402
import run  # noqa: E402

TARGETS = {"host-data", "host-facts", "host-service", "other-process", "other-request", "kernel", "resources", "self"}
WALLS = {"user", "mount", "pid", "network", "ipc", "uts", "cgroup-namespace", "own-user", "capabilities", "cgroup",
         "rlimits", "no-new-privs", "landlock", "seccomp", "mdwe", "gateway", "none"}
KEYS = {"id", "class", "goal", "targets", "walls", "danger", "runs", "unsandboxed", "request", "expect", "never",
        "accepted", "accepted-container", "accepted-gvisor", "accepted-without-cgroup", "prelude"}
CLASSES = {"filesystem", "network", "process", "privilege", "kernel", "cross-request", "leak", "language",
           "resources", "output", "protocol", "crash", "client"}

# Attacks that plain Python as root can carry out only with luck of the machine: a capability or a
# feature of the kernel that this control may lack itself.
MAY_FAIL = {"kern_perf", "kern_io_uring", "kern_userfaultfd", "kern_bpf", "kern_log", "fs_mount_list", "leak_load",
            "proc_memory_killer", "xreq_keyring", "leak_machine", "kern_memory_files"}


class Programs(unittest.TestCase):
    def test_headers_are_complete(self):
        attacks = run.load()
        self.assertEqual(len({attack.id for attack in attacks}), len(attacks), "an id stands twice")
        self.assertEqual({attack.kind for attack in attacks}, CLASSES)
        for attack in attacks:
            with self.subTest(attack=attack.id):
                header = attack.header
                self.assertEqual((attack.id, attack.kind), (attack.path.stem, attack.path.parent.name))
                self.assertLessEqual(set(header), KEYS)
                self.assertGreaterEqual(set(header), KEYS - {"request", "expect", "never", "accepted",
                                                           "accepted-container", "accepted-gvisor",
                                                           "accepted-without-cgroup", "prelude"})
                self.assertTrue(attack.words("targets") and set(attack.words("targets")) <= TARGETS)
                self.assertTrue(attack.words("walls") and set(attack.words("walls")) <= WALLS)
                self.assertIn(attack.danger, ("none", "limit"))
                self.assertRegex(attack.runs, r"^(\d+|2-parallel|2-compare|client)$")
                self.assertRegex(header["unsandboxed"], r"^(escapes|cannot: .+)$")
                for key in ("request", "expect", "never"):
                    self.assertIsInstance(attack.value(key), dict)
                self.assertTrue(attack.control or attack.danger == "limit" or ":" in header["unsandboxed"])

    def test_the_document_counts_them(self):
        page = (run.FOLDER.parent / "docs" / "attacks.md").read_text()
        told = {name: int(count) for name, count in re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", page, re.M)}
        self.assertEqual(told, dict(collections.Counter(attack.kind for attack in run.load())))
        controls = [attack for attack in run.load() if attack.control]
        self.assertIn(f"runs {len(controls)} of them by plain", " ".join(page.split()))
        accepted = [attack for attack in run.load() if "accepted" in attack.header]
        self.assertEqual(len(accepted), 5, "the document says five")

    def test_no_program_contains_its_own_proof(self):
        """A traceback or an echo of the source must not count as an escape."""
        for attack in run.load():
            if attack.prelude:
                with self.subTest(attack=attack.id):
                    self.assertIsNone(attack.proof(attack.program({})))
                    self.assertIsNone(attack.exposure(attack.program({})))

    def test_the_secrets_are_not_told(self):
        with run.Targets() as targets:
            description = repr(targets.description)
            for word in targets.words:
                self.assertNotIn(word, description)

    def test_what_counts_as_an_escape(self):
        attack = next(attack for attack in run.load() if attack.id == "out_forged_limit")
        answer = {"stdout": "stopped: x\n", "stderr": "", "status": "error", "error": None,
                  "execution_time": 0.1, "seconds": 0.2}
        for change, expected in (({}, run.STOPPED), ({"stdout": f"x\nESCAPED {attack.id}: y\n"}, run.ESCAPED),
                                 ({"stdout": f"ESCAPED {attack.id}2: y\nstopped: z\n"}, run.STOPPED),
                                 ({"stdout": f"EXPOSED {attack.id}: y\n"}, run.EXPOSED),
                                 ({"status": "timeout"}, run.ESCAPED), ({"execution_time": 99}, run.ESCAPED),
                                 ({"stdout": "", "error": "NameError on line 3"}, run.ERROR),
                                 ({"stdout": "", "error": "PermissionError on line 3"}, run.STOPPED),
                                 ({"stdout": "", "status": "success"}, run.ERROR)):
            with self.subTest(change=change):
                self.assertEqual(run.judge(attack, {**answer, **change}, {}).outcome, expected)

    def test_a_wrong_answer_to_a_neighbour_is_seen(self):
        class Liar:
            def run(self, code, **_):
                return {"stdout": "", "stderr": "", "status": "success", "error": None}
        with run.Neighbours(Liar()) as neighbours:
            while not neighbours.answers:
                time.sleep(0.01)
        self.assertEqual(len(neighbours.wrong), neighbours.answers)

    def test_attacks_escape_where_no_wall_is(self):
        try:
            results = control.control()
        except OSError as error:
            self.skipTest(str(error))
        silent = {name: said for name, (escaped, said) in results.items() if not escaped}
        self.assertGreater(len(results), 150)
        self.assertLessEqual(set(silent), MAY_FAIL, "\n".join(
            f"{name}: {re.sub(chr(10), ' / ', said)}" for name, said in silent.items()))
        self.assertLess(len(silent), 8)


if __name__ == "__main__":
    unittest.main()
