#!/usr/bin/python3
"""Sends the attacks to a service that runs, and says which of them got out.

    python3 attacks/run.py --port 8000 [--jobs 8] [--json FILE] [NAME]

The service has to run with `--policy open`, on this host. Exits with 1 if an attack escaped, with 2
if one could not be tried, with 0 otherwise. NAME selects the attacks whose class or name contains it.
What the attacks look for (targets.py) is planted for as long as they run. `--folder` runs programs of
another collection with the same headers, each as it is.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import functools
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from targets import Targets  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
DEFAULTS = {"timeout": 10}
SLACK = 2.5  # seconds past its time after which a program counts as one that time did not stop
PATIENCE = 60  # seconds to try again when the service has no room

# What a wall raises. Any other exception is a fault of the attack itself.
ORDINARY = {"PermissionError", "OSError", "FileNotFoundError", "BlockingIOError", "ProcessLookupError",
            "ConnectionRefusedError", "TimeoutError", "MemoryError", "NotADirectoryError"}

ESCAPED, EXPOSED, ACCEPTED, STOPPED, ERROR = "escaped", "exposed", "accepted", "stopped", "error"


class Attack:
    """A program and what its header says of it."""

    def __init__(self, path, prelude=""):
        self.path = path
        self.source = path.read_bytes().decode("utf-8")
        self.header = {}
        for line in self.source.splitlines():
            found = re.fullmatch(r"# ([a-z-]+): (.*)", line)
            if found:
                self.header.setdefault(found[1], found[2].strip())
            elif not line.startswith("#"):
                break
        self.id = self.header["id"]
        self.kind = self.header["class"]
        self.runs = self.header.get("runs", "1")
        self.danger = self.header.get("danger", "none")
        self.own = bool(prelude)
        self.prelude = "" if self.header.get("prelude") == "no" else prelude

    def words(self, key):
        return [word.strip() for word in self.header.get(key, "").split(",") if word.strip()]

    def value(self, key):
        if key != "request" and not self.own:  # Other collections write sentences there.
            return {}
        return json.loads(self.header.get(key, "{}"))

    @property
    def control(self):
        """Whether it gets out where no wall is."""
        return self.header.get("unsandboxed", "").split(":")[0] == "escapes"

    def program(self, targets, run=1):
        """What is sent: three lines, the prelude, and the program."""
        if not self.prelude:
            return self.source
        return f"ID = {self.id!r}\nRUN = {run}\nTARGETS = {targets!r}\n{self.prelude}{self.source}"

    def proof(self, output):
        """What the program said of its escape, or None."""
        return self.said("ESCAPED", output)

    def exposure(self, output):
        """What it said of a wall that was open, though nothing was reached; or None."""
        return self.said("EXPOSED", output)

    def said(self, word, output):
        found = re.search(rf"^{word} {re.escape(self.id)}\b:?(.*)$", output, re.M)
        return found and (found[1].strip() or "it said so")


def load(folder=FOLDER, name=""):
    """All attacks of a folder, or those whose class or name contains `name`."""
    prelude = folder / "prelude.py"
    if prelude.exists():
        text, paths = prelude.read_text(), folder.glob("*/*.py")
    else:
        text, paths = "", folder.glob("*.py")
    attacks = [Attack(path, text) for path in sorted(paths)]
    return [attack for attack in attacks if name in attack.id or name in attack.kind]


class Service:
    """The service under attack, as a client sees it."""

    def __init__(self, port, host="127.0.0.1", path="/run"):
        self.host, self.port, self.path = host, port, path

    def request(self, method, path, body=None, timeout=120):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def run(self, code, **fields):
        """The answer, as JSON. Waits while there is no room; raises OSError for anything else."""
        body = json.dumps({"code": code, **DEFAULTS, **fields})
        deadline = time.monotonic() + PATIENCE
        while True:
            status, answer = self.request("POST", self.path, body)
            if status == 200:
                return json.loads(answer)
            if status != 503 or time.monotonic() > deadline:
                raise OSError(f"HTTP {status}: {answer[:300]!r}")
            time.sleep(0.2)

    @functools.cached_property
    def missing_walls(self):
        """Those that an attack's header may need to know of; none where the service tells nothing."""
        try:
            return {"cgroup"} - set(json.loads(self.request("GET", "/v1/sandbox")[1])["layers"])
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return set()

    def healthy(self):
        """An empty string, or what is wrong with the service."""
        try:
            status, _ = self.request("GET", "/health", timeout=10)
            if status != 200:
                return f"/health answers {status}"
            answer = self.run("print(6 * 7)")
            return "" if answer["stdout"] == "42\n" else f"print(6 * 7) gives {answer}"
        except (OSError, http.client.HTTPException) as error:
            return repr(error)


class Outcome:
    def __init__(self, attack, outcome, detail="", seconds=0.0, status=None):
        self.attack, self.outcome, self.detail = attack, outcome, str(detail)[:300]
        self.seconds, self.status = seconds, status

    def json(self):
        attack = self.attack
        return {"id": attack.id, "class": attack.kind, "targets": attack.words("targets"),
                "walls": attack.words("walls"), "danger": attack.danger,
                "outcome": self.outcome, "detail": self.detail,
                "status": self.status, "seconds": round(self.seconds, 3)}


def judge(attack, answer, fields):
    """The outcome of one run."""
    proof = attack.proof(answer["stdout"])
    end = (answer["seconds"], answer["status"])
    if proof:
        return Outcome(attack, ESCAPED, proof, *end)
    allowed = fields.get("timeout", DEFAULTS["timeout"]) + SLACK
    if (answer["execution_time"] or 0) > allowed:
        return Outcome(attack, ESCAPED, f"ran for {answer['execution_time']} s", *end)
    for key, values in attack.value("never").items():
        if answer[key] in values:
            return Outcome(attack, ESCAPED, f"{key} is {answer[key]!r}", *end)
    for key, values in attack.value("expect").items():
        if answer[key] not in values:
            return Outcome(attack, ERROR, f"{key} is {answer[key]!r}: {answer['stderr'][-150:]}", *end)
    said = re.search(r"^stopped: (.*)$", answer["stdout"], re.M)
    raised = re.fullmatch(r"(\w+) on line \d+", answer["error"] or "")
    exposure = attack.exposure(answer["stdout"])
    if exposure:
        return Outcome(attack, EXPOSED, exposure, *end)
    if attack.own and raised and raised[1] not in ORDINARY and not said:
        return Outcome(attack, ERROR, answer["stderr"][-200:], *end)
    if attack.own and answer["status"] == "success" and not said and "FINGERPRINT" not in answer["stdout"]:
        return Outcome(attack, ERROR, "it says nothing", *end)
    return Outcome(attack, STOPPED, (said and said[1]) or answer["error"] or answer["status"], *end)


def send(service, attack, targets, run=1):
    """One run: the answer, or the Outcome where there was none."""
    fields = attack.value("request")
    start = time.monotonic()
    try:
        answer = service.run(attack.program(targets, run), **fields)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(attack, ERROR, f"no answer: {error!r}", time.monotonic() - start)
    answer["seconds"] = time.monotonic() - start
    return answer


def attempt(service, attack, targets):
    """All runs of an attack; the worst of their outcomes."""
    if attack.runs == "client":
        return attempt_as_client(service, attack, targets)
    count, _, way = attack.runs.partition("-")
    runs = range(1, int(count) + 1)
    if way == "parallel":
        with concurrent.futures.ThreadPoolExecutor(len(runs)) as threads:
            answers = list(threads.map(lambda run: send(service, attack, targets, run), runs))
    else:
        answers = [send(service, attack, targets, run) for run in runs]
    outcomes = [answer if isinstance(answer, Outcome) else judge(attack, answer, attack.value("request"))
                for answer in answers]
    if way == "compare" and all(isinstance(answer, dict) for answer in answers):
        prints = [re.findall("^FINGERPRINT.*$", answer["stdout"], re.M) for answer in answers]
        if not all(prints):
            outcomes.append(Outcome(attack, ERROR, f"no fingerprint: {answers[0]['stderr'][-200:]}"))
        elif prints[0] == prints[1]:
            outcomes.append(Outcome(attack, ESCAPED, "both programs have the same"))
    worst = min(outcomes, key=lambda outcome: [ESCAPED, EXPOSED, ERROR, STOPPED].index(outcome.outcome))
    level = targets.get("level", "")
    accepted = (attack.header.get("accepted") or attack.header.get(f"accepted-{level}")
                or any(f"accepted-without-{wall}" in attack.header for wall in service.missing_walls)
                or attack.header.get("severity") == "accepted-risk")
    if worst.outcome in (ESCAPED, EXPOSED) and accepted:
        worst.outcome = ACCEPTED
    worst.seconds = sum(outcome.seconds for outcome in outcomes)
    return worst


def attempt_as_client(service, attack, targets):
    """A program that attacks from outside: by the protocol. It runs here, as whoever runs this."""
    start = time.monotonic()
    environment = {**os.environ, "PYRUNNER_HOST": service.host, "PYRUNNER_PORT": str(service.port),
                   "PYRUNNER_PATH": service.path, "PYRUNNER_HEALTH": "/health"}
    try:
        done = subprocess.run([sys.executable, "-"], env=environment, timeout=150,
                              input=attack.program(targets), capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return Outcome(attack, ERROR, "it takes too long", time.monotonic() - start)
    seconds = time.monotonic() - start
    proof = attack.proof(done.stdout)
    if proof:
        return Outcome(attack, ESCAPED, proof, seconds)
    exposure = attack.exposure(done.stdout)
    if exposure:
        return Outcome(attack, EXPOSED, exposure, seconds)
    if done.returncode != 0:
        return Outcome(attack, ERROR, done.stderr[-200:], seconds)
    if attack.own and "stopped:" not in done.stdout:
        return Outcome(attack, ERROR, "it says nothing", seconds)
    return Outcome(attack, STOPPED, done.stdout.strip().removeprefix("stopped: "), seconds)


class Neighbours:
    """Honest clients who run programs all the time, and check each answer to the letter.

    with Neighbours(service) as neighbours: ...
    neighbours.answers, neighbours.wrong
    """

    PROGRAM = """\
import os, random, sys, time
token, number = {token!r}, {number}
random.seed(number)
values = [random.randrange(1000) for _ in range(2000)]
with open("notes", "x") as file:
    file.write(token)
time.sleep(0.02)
print(token, sum(values), sorted(os.listdir(".")), open("notes").read() == token)
print(number * 3, file=sys.stderr)
if number % 2:
    raise ValueError(token)
"""
    TRACEBACK = """\
Traceback (most recent call last):
  File "/tmp/main.py", line 11, in <module>
    raise ValueError(token)
ValueError: {token}
"""

    def __init__(self, service, count=2, secret=""):
        self.service, self.count, self.secret = service, count, secret
        self.answers, self.wrong = 0, []
        self.over = threading.Event()
        self.lock = threading.Lock()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.loop, args=(index,)) for index in range(self.count)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def loop(self, index):
        import random
        number = index
        while not self.over.is_set():
            number += self.count
            token = f"{self.secret}-{index}-{number}-ünï"
            random_state = random.Random(number)
            total = sum(random_state.randrange(1000) for _ in range(2000))
            expected = {"stdout": f"{token} {total} ['main.py', 'notes'] True\n",
                        "stderr": f"{number * 3}\n", "status": "success", "error": None}
            if number % 2:
                expected["stderr"] += self.TRACEBACK.format(token=token)
                expected.update(status="error", error="ValueError on line 11")
            try:
                answer = self.service.run(self.PROGRAM.format(token=token, number=number), timeout=30)
                # Where a sandbox cannot mount a /tmp of its own, its directory has another name.
                answer["stderr"] = re.sub(r'File "/tmp/[^"]+/main.py"', 'File "/tmp/main.py"', answer["stderr"])
                wrong = {key: answer[key] for key, value in expected.items() if answer[key] != value}
            except (OSError, http.client.HTTPException, ValueError) as error:
                wrong = {"error": repr(error)}
            with self.lock:
                self.answers += 1
                if wrong:
                    self.wrong.append(f"program {number}: {wrong}"[:500])


def run_all(service, attacks, targets, jobs=8):
    """The outcomes: first of the programs, then of the clients, then of those who overload it."""
    phases = {"program": [], "client": [], "overload": []}
    for attack in attacks:
        crowd = "overload" in attack.id or "slowloris" in attack.id
        phases["program" if attack.runs != "client" else "overload" if crowd else "client"].append(attack)
    outcomes = []
    for phase, chosen in phases.items():
        with concurrent.futures.ThreadPoolExecutor(1 if phase == "overload" else jobs) as threads:
            outcomes += threads.map(lambda attack: attempt(service, attack, targets), chosen)
    return outcomes


def table(outcomes):
    """Class by class: attacks, escapes, faults. What was exposed counts as escaped."""
    rows = collections.OrderedDict()
    for outcome in sorted(outcomes, key=lambda outcome: outcome.attack.kind):
        row = rows.setdefault(outcome.attack.kind, collections.Counter())
        row[outcome.outcome] += 1
    total = sum(rows.values(), collections.Counter())
    lines = [f"{'class':<16}{'attacks':>8}{'stopped':>8}{'accepted':>9}{'escaped':>8}{'errors':>7}"]
    for name, row in [*rows.items(), ("all", total)]:
        lines.append(f"{name:<16}{sum(row.values()):>8}{row[STOPPED]:>8}{row[ACCEPTED]:>9}"
                     f"{row[ESCAPED] + row[EXPOSED]:>8}{row[ERROR]:>7}")
    return "\n".join(lines)


def summary(outcomes):
    """What --json writes."""
    counts = collections.Counter(outcome.outcome for outcome in outcomes)
    return {"counts": dict(counts), "programs": [outcome.json() for outcome in outcomes]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="?", default="", help="only those whose class or name contains this")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--jobs", type=int, default=8, help="attacks at once (8)")
    parser.add_argument("--json", metavar="FILE", help="write each program's outcome there")
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER)
    options = parser.parse_args()
    attacks = load(options.folder, options.name)
    if not attacks:
        parser.error(f"no attack's class or name contains {options.name!r}")
    service = Service(options.port)
    with contextlib.ExitStack() as stack:
        planted = stack.enter_context(Targets())
        neighbours = stack.enter_context(Neighbours(service, secret=planted.neighbour))
        outcomes = run_all(service, attacks, {**planted.description, "service": options.port}, options.jobs)
        disturbed = planted.disturbed()
    for outcome in outcomes:
        if outcome.outcome in (ESCAPED, EXPOSED, ERROR):
            print(f"{outcome.outcome}: {outcome.attack.id}: {outcome.detail}")
    for wrong in [*neighbours.wrong[:10], *disturbed]:
        print("wrong:", wrong)
    print(table(outcomes))
    print(f"honest neighbours: {neighbours.answers} answers, {len(neighbours.wrong)} wrong")
    ill = service.healthy()
    if ill:
        print("the service is ill:", ill)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(summary(outcomes), indent=1) + "\n")
    if any(outcome.outcome in (ESCAPED, EXPOSED) for outcome in outcomes) or neighbours.wrong or disturbed or ill:
        return 1
    return 2 if any(outcome.outcome == ERROR for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
