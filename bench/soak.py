"""The soak test: `./dev bench soak [runs]`, as root. 20,000 runs take some minutes.

Honest, hostile and vanishing clients against a real service; what the service holds of its machine
is counted after a warm-up and at the end, and must be the same. Exits with 1 if it is not, or if an
answer was wrong.
"""

import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support import kernel  # noqa: E402
from support.server import Server, until  # noqa: E402
from support.soak import Mixture, census, rest  # noqa: E402

WARM_UP = 1000
READY = 8
MEMORY_MAY_GROW = 0.05


def main(arguments):
    if os.geteuid() != 0:
        sys.exit("soak: needs root, as the service does")
    runs = int(arguments[0]) if arguments else 20_000
    seed = int(os.environ.get("TEST_SEED", time.time()))
    print(f"{runs} runs after {WARM_UP} to warm up, seed {seed}", flush=True)
    server = Server("--policy", "open", "--ready-sandboxes", str(READY), "--max-ready-sandboxes", "0",
                    "--queue-time", "60", warm=True)
    try:
        passed = soak(server, runs, seed)
        recorded = kernel.processes(server.pid)
        ended = server.stop()
        until(lambda: not kernel.survivors(recorded), 10, "no process is left of the service")
        left = kernel.cgroups(server.pid)
        print(f"stopped with {ended}; cgroups left: {len(left)}")
        passed = passed and ended == 0 and not left
    finally:
        server.kill()
    sys.exit(0 if passed else 1)


def soak(server, runs, seed):
    mixture = Mixture(server.port, seed)
    mixture.run(WARM_UP)
    rest(server, READY)
    before, memory = census(server.pid), kernel.rss_mb(server.pid)

    start = time.monotonic()
    mixture.counts = dict.fromkeys(mixture.counts, 0)
    mixture.run(runs, lambda done: print(
        f"{done} runs, {time.monotonic() - start:.0f} s, {len(mixture.wrong)} wrong, gateway "
        f"{kernel.rss_mb(server.pid):.1f} MB", flush=True))
    seconds = time.monotonic() - start
    rest(server, READY)
    after, memory_after = census(server.pid), kernel.rss_mb(server.pid)

    print("\n" + ", ".join(f"{count} {kind}" for kind, count in mixture.counts.items())
          + f" in {seconds:.0f} s\n")
    print(f"{'':<32}{'before':>9}{'after':>9}")
    passed = not mixture.wrong
    for name in sorted({*before, *after}):
        same = before.get(name) == after.get(name)
        passed = passed and same
        print(f"{name:<32}{before.get(name, '-'):>9}{after.get(name, '-'):>9}"
              + ("" if same else "  DIFFERS"))
    growth = memory_after / memory - 1
    small = growth <= MEMORY_MAY_GROW
    print(f"{'memory of the gateway, MB':<32}{memory:>9.1f}{memory_after:>9.1f}  {growth:+.1%}"
          + ("" if small else "  MORE THAN 5 %"))
    print(f"{'wrong answers':<32}{'':>9}{len(mixture.wrong):>9}")
    for source, came in mixture.wrong[:50]:
        print(f"\n{source}\n  -> {came}")
    return passed and small


if __name__ == "__main__":
    main(sys.argv[1:])
