"""Every attack against the real service, at every level that is testable here, while honest clients'
programs run beside them: none escapes, no honest answer is wrong, nothing stays behind."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import places  # noqa: E402
from support import container  # noqa: E402
from support.server import PYTHON, ROOT, until  # noqa: E402

import run  # noqa: E402  (attacks/run.py, which places.py has put on the path)
import shared_corpus  # noqa: E402

USER = 54324  # of nobody else here
SHARED = ROOT.parent / "shared" / "corpus" / "attacks"


def told(outcomes):
    return "\n".join(f"{outcome.outcome}: {outcome.attack.id}: {outcome.detail}" for outcome in outcomes)


class Level:
    """The suite of one level; a sub-class names its place."""

    place = None
    # Attacks that do escape at this level, each with the reason why it still may. The suite fails
    # when one of them is stopped, too, so that the list does not outlive its reasons.
    known = {}
    left_out = {}  # attacks that this level is too slow for, each with what they need
    shared_clients = True  # whether the corpus' clients, who need minutes, attack at this level

    def setUp(self):
        if self.place.reason:
            self.skipTest(f"{self.place.level}: {self.place.reason}")

    def attack(self, attacks, targets, extra):
        """Runs them all and checks everything but the escapes; the outcomes."""
        place = self.place()
        service = None
        try:
            service = run.Service(place.start(targets.environment))
            self.assertEqual(service.healthy(), "")
            with run.Neighbours(service, secret=targets.neighbour) as neighbours:
                description = {**targets.description, "service": service.port, "level": place.kind}
                outcomes = run.run_all(service, attacks, {**description, **extra})
            healthy = until(lambda: not service.healthy(), 10, "the service is healthy")
        finally:
            if service:
                place.stop()
        print(f"\n{place.level}, {len(attacks)} attacks\n{run.table(outcomes)}\n"
              f"honest neighbours: {neighbours.answers} answers, {len(neighbours.wrong)} wrong",
              file=sys.stderr)
        self.assertTrue(healthy)
        self.assertEqual(neighbours.wrong[:3], [])
        self.assertGreater(neighbours.answers, 20)
        escaped = [outcome for outcome in outcomes if outcome.outcome == run.ESCAPED]
        if escaped:
            print(told(escaped), file=sys.stderr)
        faults = [outcome for outcome in outcomes if outcome.outcome == run.ERROR]
        self.assertEqual(faults, [], "could not be tried:\n" + told(faults))
        log = place.log()
        self.assertNotIn("\x1b", log)
        self.assertNotIn("pyrunner-attack", log)
        self.assertNotRegex(log, r"Z error ", "an attack made the service log an error")
        self.assertEqual(place.left_behind(), [])
        return outcomes

    def check_escapes(self, outcomes, known):
        escaped = [outcome for outcome in outcomes if outcome.outcome in (run.ESCAPED, run.EXPOSED)]
        self.assertEqual(sorted(outcome.attack.id for outcome in escaped), sorted(known),
                         "escaped:\n" + told(escaped))

    def test_own_attacks(self):
        with self.place().targets() as targets:
            attacks = [attack for attack in run.load() if attack.id not in self.left_out]
            outcomes = self.attack(attacks, targets, {})
            self.assertEqual(targets.disturbed(), [])
        self.assertGreater(len(outcomes), 250)
        self.check_escapes(outcomes, self.known)

    def test_shared_attacks(self):
        """Those of the corpus that lies beside the project, where there is one."""
        if not SHARED.is_dir():
            self.skipTest(f"there is no {SHARED.relative_to(ROOT.parent)} beside the project")
        with shared_corpus.Planted() as targets:
            attacks = [attack for attack in run.load(SHARED) if attack.runs != "client" or self.shared_clients]
            outcomes = self.attack(attacks, targets, {})
        self.check_escapes(outcomes, {})


class AsRoot(Level, unittest.TestCase):
    place = places.Root


class AsOrdinaryUser(Level, unittest.TestCase):
    place = places.OrdinaryUser
    shared_clients = bool(places.Root.reason)  # the gateway that they attack is the same at both levels


class InContainer(unittest.TestCase):
    """The same in containers, run in there: what is planted and what sends it is inside, too."""

    def setUp(self):
        if reason := container.why_not():
            self.skipTest(reason)

    def attack(self, *flags, user):
        done = container.run([PYTHON, "-B", "tests/attacks/inside.py", "container"], *container.NO_CAPABILITIES,
                             *flags, user=user, seconds=400)
        print(done.stderr, file=sys.stderr)
        self.assertEqual(done.returncode, 0, done.stderr[-6000:])
        self.assertRegex(done.stderr, r"container, in a container, \d{3} attacks")

    def test_its_root_is_no_way_to_change_the_host(self):
        path = pathlib.Path(f"/etc/{places.MARK}-{uuid.uuid4().hex}")
        done = container.run(["sh", "-c", f"echo x >{path} && cat {path}"])
        self.assertEqual((done.returncode, done.stdout), (0, "x\n"), done.stderr)
        self.assertFalse(path.exists())

    def test_as_root_without_capabilities(self):
        self.attack(user=0)

    def test_as_ordinary_user_with_the_profile_of_docker(self):
        self.attack(*container.under(), user=USER)


class InGvisor(unittest.TestCase):
    """The same in gVisor, as its root: the level where namespaces and Landlock are not to be had."""

    def test_as_root(self):
        if os.geteuid() != 0:
            self.skipTest("runsc needs root")
        runsc = shutil.which("runsc", path="/usr/sbin:/usr/bin")
        if not runsc:
            self.skipTest("runsc is not installed")
        done = subprocess.run(
            [runsc, "--platform=ptrace", "--network=none", "--ignore-cgroups", "do",
             "env", f"TESTED_BINARY={places.BINARY}", PYTHON, "-B", f"{ROOT}/tests/attacks/inside.py", "gvisor"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=600)
        print(done.stderr, file=sys.stderr)
        self.assertEqual(done.returncode, 0, done.stderr[-6000:])
        self.assertRegex(done.stderr, r"gvisor, in a container, \d{3} attacks")


if __name__ == "__main__":
    unittest.main()
