#!/usr/bin/python3
"""What each layer of the sandbox is worth: the attacks against a service that leaves it out.

    python3 tests/attacks/ablation.py [--shared] [LAYER...]

Needs root and the weakened programs (cmake --build build/release --target weakened-pyrunner
weakened-pyrunner-zygote). Prints what escapes where; with --shared of the corpus beside the project.
"""

import pathlib
import re
import sys

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import places
from support.server import BINARY, ROOT, Server, until

import run  # attacks/run.py, which places.py has put on the path
import shared_corpus
from targets import Targets

SHARED = ROOT.parent / "shared" / "corpus" / "attacks"
WEAKENED = pathlib.Path(BINARY).parent / "weakened" / "pyrunner"
JOBS = 16

HOST = {"host-data", "host-service", "other-process"}  # what no program reaches with one wall gone
CLASSES = ("filesystem", "network", "process", "cross-request")  # that lead out of a sandbox


def layers():
    """The names of all layers, from the header that lists them; but not of the one that stands in for
    the mount namespace where there is none."""
    names = re.findall(r"\{Layer::k\w+, \"(\w+)\"\}", (ROOT / "src" / "sandbox" / "layers.h").read_text())
    return [name for name in names if name != "chroot"]


def flags(layer):
    # Without a filter the service does not start unless it is told to.
    return (*places.FLAGS, *(("--allow-missing", "syscall_filter") if layer == "seccomp" else ()))


class Without(places.Root):
    """The service as root, without one layer."""

    def __init__(self, layer):
        self.layer = layer
        self.level = f"as root, without {layer}"

    def launch(self, environment):
        return Server(*flags(self.layer), warm=True, binary=str(WEAKENED),
                      env={**environment, "PYRUNNER_WEAKENED_WITHOUT": self.layer})


def on_host(attack):
    return bool(HOST & set(attack.words("targets")))


def leads_out(attack):
    return attack.kind in CLASSES


def attacks():
    """The project's own that are about walls. Those against HTTP are not."""
    return [attack for attack in run.load()
            if attack.runs != "client" and (on_host(attack) or leads_out(attack) or "host-facts" in attack.words("targets"))]


def shared_attacks():
    return [attack for attack in run.load(SHARED) if attack.runs != "client" and attack.danger == "none"]


def attempt(layer, attacks, targets):
    """The outcomes without this layer, and what was disturbed outside of the sandboxes. `targets`: a
    context of what there is to reach."""
    place = Without(layer)
    wrong = []
    with targets as planted:
        service = run.Service(place.start(planted.environment))
        description = {**planted.description, "service": service.port}
        try:
            outcomes = run.run_all(service, attacks, description, JOBS)
            # A busy machine may have had no time for one of so many at once.
            outcomes = [run.attempt(service, outcome.attack, description) if outcome.outcome == run.ERROR
                        else outcome for outcome in outcomes]
            until(lambda: not service.healthy(), 10, f"the service is healthy without {layer}")
        finally:
            place.stop()
        if isinstance(planted, Targets):
            wrong += planted.disturbed()
    return outcomes, wrong


def main():
    words = sys.argv[1:]
    shared = "--shared" in words
    for layer in [word for word in words if word != "--shared"] or layers():
        outcomes, wrong = attempt(layer, shared_attacks() if shared else attacks(),
                                  shared_corpus.Planted() if shared else Targets())
        print(f"without {layer}: {len(outcomes)} attacks", *wrong, sep="\n  wrong: ", flush=True)
        for outcome in outcomes:
            if outcome.outcome in (run.ESCAPED, run.ERROR):
                print(f"  {outcome.outcome} {outcome.attack.kind}/{outcome.attack.id}: {outcome.detail[:120]!r}", flush=True)


if __name__ == "__main__":
    main()
