"""Two walls: with any one layer of the sandbox left out, what stands behind it holds. The programs that
can leave one out are built for tests only; the released ones cannot, whatever they are told."""

import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import ablation  # noqa: E402
import places  # noqa: E402
from support import kernel  # noqa: E402
from support.server import BINARY, ROOT, Server, until  # noqa: E402

import run  # noqa: E402  (attacks/run.py)

LEAST = 0.85  # of all attacks that lead out of a sandbox
# The only one that reaches something outside with one wall gone: no namespace and no Landlock knows its
# kind of socket. Where the kernel has no such sockets, nothing is reached.
MAY_BE_ABSENT = {"net_vsock"}


def documented():
    """{(attack, layer)} of the table in docs/threat-model.md."""
    page = (ROOT / "docs" / "threat-model.md").read_text()
    section = page.split("## Two walls")[1].split("\n## ")[0]
    found = set()
    for names, layer, reason in re.findall(r"^\| (`[a-z_`, ]+`) \| `([a-z_]+)` \| (.+) \|$", section, re.M):
        assert len(reason.split()) > 4, f"{names}: a reason"
        found |= {(name, layer) for name in re.findall(r"`(\w+)`", names)}
    return found, section


@unittest.skipIf(places.Root.reason, f"as root: {places.Root.reason}")
class TwoWalls(unittest.TestCase):
    def test_one_layer_less(self):
        self.assertTrue(ablation.WEAKENED.exists(), "build weakened-pyrunner and weakened-pyrunner-zygote")
        attacks = ablation.attacks()
        self.assertGreater(len(attacks), 150)
        self.assertGreater(len(ablation.layers()), 10)
        escapes, wrong = {}, {}
        for layer in ablation.layers():
            outcomes, disturbed = ablation.attempt(layer, attacks, run.Targets())
            escapes[layer] = {outcome.attack.id for outcome in outcomes if outcome.outcome == run.ESCAPED}
            wrong[layer] = [*disturbed, *(f"{outcome.attack.id}: {outcome.detail}" for outcome in outcomes
                                          if outcome.outcome == run.ERROR)]
        self.assertEqual({layer: found for layer, found in wrong.items() if found}, {})
        fallen = set().union(*escapes.values())
        by_name = {attack.id: attack for attack in attacks}

        reached = {name for name in fallen if ablation.on_host(by_name[name])}
        self.assertLessEqual(reached, MAY_BE_ABSENT, escapes)

        out = [attack.id for attack in attacks if ablation.leads_out(attack)]
        share = 1 - len(fallen & set(out)) / len(out)
        print(f"\nwith any one layer gone {share:.1%} of {len(out)} attacks are stopped; the others: "
              f"{sorted(fallen & set(out))}", file=sys.stderr)
        self.assertGreaterEqual(share, LEAST, escapes)

        table, section = documented()
        measured = {(name, layer) for layer, names in escapes.items() for name in names}
        self.assertLessEqual(measured, table, "rests on one wall, and is not in docs/threat-model.md")
        self.assertLessEqual({name for name, _ in table - measured}, MAY_BE_ABSENT,
                             "stands in docs/threat-model.md, and has a second wall")
        listed = {name for name, _ in table} & set(out)
        self.assertIn(f"{len(out) - len(listed)} of the {len(out)}", " ".join(section.split()))

    def test_descriptors_do_not_reach_the_gateway(self):
        """Where no filter keeps a program from sending them, the gateway takes none."""
        attack = next(attack for attack in run.load() if attack.id == "chan_pass_descriptor")
        server = Server(*ablation.flags("seccomp"), binary=str(ablation.WEAKENED),
                        env={"PYRUNNER_WEAKENED_WITHOUT": "seccomp"})
        self.addCleanup(server.kill)
        service = run.Service(server.port)
        outcomes = [run.attempt(service, attack, {}) for _ in range(3)]
        before = kernel.descriptors(server.pid)
        outcomes += [run.attempt(service, attack, {}) for _ in range(60)]
        self.assertEqual({outcome.outcome for outcome in outcomes}, {run.EXPOSED})
        until(lambda: kernel.descriptors(server.pid) < before + 60, 10, "three descriptors of each are not kept")


class Released(unittest.TestCase):
    NAME = b"PYRUNNER_WEAKENED"

    def test_the_programs_do_not_know_the_word(self):
        folder = pathlib.Path(BINARY).parent
        for name in ("pyrunner", "pyrunner-zygote"):
            self.assertNotIn(self.NAME, (folder / name).read_bytes())
        self.assertIn(self.NAME, (folder / "weakened" / "pyrunner").read_bytes())

    def status(self, binary, environment):
        server = Server("--policy", "open", *ablation.flags("seccomp")[2:], env=environment, binary=str(binary))
        try:
            return server.request("GET", "/v1/sandbox").json, server.run("print(1)").status, server.run(
                "import os\ntry:\n    os.fork()\nexcept OSError as e:\n    print(e.strerror)").json["stdout"]
        finally:
            server.stop()

    def test_no_variable_weakens_them(self):
        plain = self.status(BINARY, {})
        self.assertEqual(plain[1:], (200, "Operation not permitted\n"))
        with tempfile.NamedTemporaryFile("w", prefix="pyrunner-fault-") as file:
            file.write("seccomp")
            file.flush()
            told = self.status(BINARY, {"PYRUNNER_WEAKENED_WITHOUT": "seccomp", "PYRUNNER_WEAKENED_FAULT": file.name})
        self.assertEqual(self.held(told), self.held(plain))
        # The same variable is obeyed where it is meant to be.
        if not places.Root.reason:
            weak = self.status(ablation.WEAKENED, {"PYRUNNER_WEAKENED_WITHOUT": "seccomp"})
            self.assertNotEqual(self.held(weak), self.held(plain))

    def held(self, status):
        """What a client sees of the sandbox, without counts and times."""
        report, answer, fork = status
        return report["level"], report["properties"], answer, fork


if __name__ == "__main__":
    unittest.main()
