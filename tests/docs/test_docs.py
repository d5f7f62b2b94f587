"""Every command of the README, of docs/ and of examples/ is run, and what they say is true."""

import json
import os
import pathlib
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import tomllib
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support import exposition  # noqa: E402
from tests.support.server import BINARY, PYTHON, ROOT, Server  # noqa: E402

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "examples" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DEV = "./dev "
PROXY = ("openssl req ", "curl --cacert ")  # of docs/proxy.md: tests/deploy runs them, with nginx
DEPLOYMENT = ("docker ", "kubectl ")  # of docs/deployment.md: tests/deploy runs them, with the image
PROGRAM = "build/release/pyrunner"
EXAMPLE = re.compile(r"(?:python3|sh) examples/\S+\.(?:py|sh)\b")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


def commands():
    """(page, command line, the comment above it) of every sh block."""
    for page in PAGES:
        for block in blocks(page, "sh"):
            comment = ""
            for line in block.splitlines():
                if line.startswith("#"):
                    comment = line.lstrip("# ")
                elif line:
                    yield str(page.relative_to(ROOT)), line, comment
                    comment = ""


def kind(line):
    """Which of the tests below runs this line, or None."""
    if line.startswith(PROXY):
        return "proxy"
    if line.startswith(DEPLOYMENT):
        return "deployment"
    if "$KEY" in line:
        return "keys"
    if line.startswith("curl "):
        return "curl"
    if EXAMPLE.match(line):
        return "example"
    if line.startswith(DEV):
        return "dev"
    if line.startswith("python3 attacks/run.py "):
        return "attack"
    found = re.search(rf"{PROGRAM} (serve|run|doctor|health|key|config|completion|version)\b", line)
    return found and found[1]


def of_kind(wanted):
    return [entry for entry in commands() if kind(entry[1]) == wanted]


def bash(line, timeout=90):
    return subprocess.run(["bash", "-c", line.replace(PROGRAM, shlex.quote(BINARY))], cwd=ROOT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout)


class WithServer(unittest.TestCase):
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.flags, warm=True)
        cls.addClassCleanup(cls.server.stop)

    def here(self, line):
        return line.replace("localhost:8000", f"localhost:{self.server.port}")

    def curl(self, line):
        """(status, body) of a curl command."""
        done = bash(self.here(line).replace("curl ", r"curl -sS -w '\n%{http_code}' ", 1))
        self.assertEqual(done.returncode, 0, done.stderr)
        body, _, status = done.stdout.rpartition("\n")
        if "/metrics" in line:  # a text of its own
            return int(status), exposition.read(body + "\n" if not body.endswith("\n") else body)
        if "text/html" in line:
            self.assertTrue(body.startswith("<!doctype html>"), body)
            return int(status), None
        return int(status), json.loads(body)


class Commands(WithServer):
    def test_every_command_is_one_that_a_test_runs(self):
        unknown = [entry for entry in commands() if not kind(entry[1])]
        self.assertEqual(unknown, [], "teach this test to run them")

    def test_commands_for_a_proxy_are_on_the_page_whose_test_has_one(self):
        self.assertEqual({page for page, _, _ in of_kind("proxy")}, {"docs/proxy.md"})
        self.assertEqual({page for page, _, _ in of_kind("deployment")}, {"docs/deployment.md"})

    def test_curl_commands_answer(self):
        """A comment that starts with a status or has the answer's JSON must be right; without a
        status it is 200."""
        lines = of_kind("curl")
        self.assertGreater(len(lines), 20)
        for page, line, comment in lines:
            with self.subTest(page=page, line=line):
                status, body = self.curl(line)
                said = re.match(r"\d{3}\b", comment)
                self.assertEqual(status, int(said[0]) if said else 200, body)
                shown = re.search(r"\{.*\}$", comment)
                if shown:
                    self.assertEqual(body, json.loads(shown[0]))

    def test_runs_end_as_their_comments_say(self):
        lines = of_kind("run")
        self.assertGreater(len(lines), 7)
        for page, line, comment in lines:
            with self.subTest(page=page, line=line):
                done = bash(line)
                said = re.match(r"exits with (\d+)(?:: (.*))?", comment)
                self.assertEqual(done.returncode, int(said[1]) if said else 0, done.stderr)
                if said and said[2]:
                    self.assertEqual(done.stderr, said[2] + "\n")
                if not said:
                    self.assertNotEqual(done.stdout, "")
                    self.assertEqual(done.stderr, "")

    def test_serve_commands_serve(self):
        lines = of_kind("serve")
        self.assertGreater(len(lines), 0)
        for page, line, _ in lines:
            with self.subTest(page=page, line=line):
                flags = shlex.split(line)[2:]
                while "--port" in flags:  # another may be using it
                    at = flags.index("--port")
                    del flags[at:at + 2]
                server = Server(*flags)
                self.addCleanup(server.kill)
                self.assertEqual(server.request("GET", "/health").json, {"status": "healthy"})
                if "nsjail" in flags:
                    self.assertEqual(server.post("/execute", {"script": "1"}).json["error"],
                                     "ERROR: No main() function found")
                self.assertEqual(server.stop(), 0)

    def test_attacks_are_stopped(self):
        server = Server("--policy", "open", warm=True)
        self.addCleanup(server.kill)
        lines = of_kind("attack")
        self.assertGreater(len(lines), 0)
        for page, line, _ in lines:
            with self.subTest(page=page, line=line):
                done = bash(line.replace("python3", f"{PYTHON} -B").replace("8000", str(server.port)))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertRegex(done.stdout, r"(?m)^all +\d+ +\d+ +0 +0 +0$")
        self.assertEqual(server.stop(), 0)

    def test_doctor_commands_pass(self):
        lines = of_kind("doctor")
        self.assertGreater(len(lines), 2)
        for line in sorted({line for _, line, _ in lines}):
            with self.subTest(line=line):
                done = bash(line, timeout=150)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                if "--json" in line:
                    self.assertTrue(json.loads(done.stdout)["passed"])
                elif "--attack" in line:
                    self.assertRegex(done.stdout, r"(?m)^level [a-z]+, \d+ s: passed$")
                else:
                    self.assertIn("Self-test from inside a sandbox: passed", done.stdout)

    def test_the_doctors_flags_and_numbers_are_told(self):
        page = (ROOT / "docs" / "command-line.md").read_text().split("## pyrunner doctor")[1]
        told = set(re.findall(r"^\| `--([a-z]+)` \|", page, re.M))
        self.assertEqual(told | {"help"}, set(re.findall(r"--([a-z]+)", bash(f"{PROGRAM} doctor --help").stdout.split(
            "Options:")[1].replace("Needs: --attack", ""))))
        count = sum("# runs: client" not in path.read_text() for path in ROOT.glob("attacks/*/*.py"))
        for name in ("README.md", "docs/command-line.md"):
            self.assertIn(str(count), (ROOT / name).read_text(), name)

    def test_commands_that_print_texts_do(self):
        """What they print: tests/command_line."""
        for name in ("config", "completion"):
            lines = of_kind(name)
            self.assertGreater(len(lines), 0)
            for page, line, _ in lines:
                with self.subTest(page=page, line=line):
                    done = bash(line)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertNotEqual(done.stdout, "")

    def test_version_commands_print_it(self):
        lines = of_kind("version")
        self.assertGreater(len(lines), 0)
        for _, line, _ in lines:
            self.assertRegex(bash(line).stdout, r"^pyrunner \d+\.\d+\.\d+\n$")

    def test_health_commands_tell_of_the_service(self):
        lines = of_kind("health")
        self.assertGreater(len(lines), 0)
        for page, line, _ in lines:
            with self.subTest(page=page, line=line):
                done = bash(self.here(line))
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
                done = bash(f"PORT={self.server.port} {line.split()[0]} health")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                done = bash(self.here(line).replace(f"{self.server.port}/health", f"{self.server.port}/nothing"))
                self.assertEqual(done.returncode, 1)
                self.assertIn("/nothing: the answer is 404", done.stderr)
                done = bash(f"{line.split()[0]} health http://127.0.0.1:1")
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, r"^pyrunner: http://127.0.0.1:1/health: Connection refused\n$")

    def test_dev_commands_exist(self):
        """They build, test and serve the project: not from inside one of its tests."""
        known = re.findall(r"^  ([a-z]+)\b", bash("./dev help").stdout, re.M)
        for page, line, _ in of_kind("dev"):
            with self.subTest(page=page, line=line):
                self.assertIn(line.split()[1], known)

    def test_readme_examples_end_as_they_say(self):
        runs = [line for page, line, _ in commands() if page == "README.md" and "/run" in line]
        answers = [self.curl(line)[1] for line in runs]
        self.assertEqual([answer["status"] for answer in answers],
                         ["success", "error", "timeout", "memory_exceeded"])
        self.assertEqual(answers[0]["stdout"], "A    2.0\ndtype: float64\n")
        shown = json.loads(blocks(ROOT / "README.md", "json")[0])
        self.assertEqual(list(answers[0]), list(shown))
        self.assertEqual(answers[2]["stdout"], "42\n")

    def check_report(self, answer, shown):
        """What is shown is there: its fields, the first of its lists' entries, and its constants."""
        constant = ("result", "self_test", "limits", "what", "act", "refused", "shared_per_zygote",
                    "not_protected_against", "policy_is_a_boundary", "zygotes_renewed_after")
        self.assertIs(type(answer), type(shown))
        if isinstance(shown, dict):
            for key, value in shown.items():
                self.assertIn(key, answer)
                if key in constant and not isinstance(value, dict):
                    self.assertEqual(answer[key], value)
                if answer[key] is not None:
                    self.check_report(answer[key], value)
        elif isinstance(shown, list) and shown and answer:
            self.check_report(answer[0], shown[0])
            if isinstance(shown[0], dict):
                self.assertEqual(list(answer[0]), list(shown[0]))

    def test_shown_answers_are_those_of_the_commands_above_them(self):
        """A json block that follows an sh block of one command is its answer, but for what differs
        between two runs."""
        varying = {"execution_time", "memory_used", "memory_bytes", "phases"}
        pairs = 0
        for page in PAGES:
            text = page.read_text()
            for block, shown in re.findall(
                    r"^```sh\n([^`]*?)^```\n+```json\n(.*?)^```", text, re.M | re.S):
                line = [line for line in block.splitlines() if not line.startswith("#")][-1]
                pairs += 1
                with self.subTest(page=page.name, line=line):
                    if kind(line) == "run":
                        answer = json.loads(bash(line).stdout)
                    else:
                        answer = self.curl(line)[1]
                    expected = json.loads(shown)
                    self.assertEqual(list(answer), list(expected))
                    if kind(line) == "curl" and re.search(r"/v1/sandbox|verbose=1", line):
                        self.check_report(answer, expected)
                        continue
                    for field in expected.keys() - varying:
                        self.assertEqual(answer[field], expected[field], field)
        self.assertGreater(pairs, 6)


class Examples(WithServer):
    """Each prints, and exits with 0; without a service, with one line and 1."""

    files = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix in (".py", ".sh"))

    def start(self, path, *arguments):
        interpreter = [PYTHON, "-B"] if path.suffix == ".py" else ["sh"]
        return subprocess.run([*interpreter, str(path), *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=90)

    def test_every_one_runs(self):
        self.assertGreater(len(self.files), 8)
        for path in self.files:
            with self.subTest(path.name):
                done = self.start(path, f"http://localhost:{self.server.port}")
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                self.assertGreater(done.stdout.count("\n"), 5)

    def test_they_say_what_they_show(self):
        expected = {
            "pyrunner.py": ["Bern    7", "[1, 3]", "error: ZeroDivisionError on line 2",
                            "at: line 1, column 8", "timeout in 1.0 s"],
            "code_executor.py": ["--- hello: completed, exit code 0", "exit code 3",
                                 "ImportError: No module named 'tensorflow'",
                                 "unsafe code, not run", "timeout, exit code 124"],
            "nsjail.py": ['result: {"sum": 30, "product": 200}',
                          "error: ERROR: No main() function found",
                          "error: Script execution error: Memory limit exceeded"],
            "cloudrun.py": ['result: {"answer": 50}', 'result: "/tmp"',
                            "error: TypeError: Object of type MyClass is not JSON serializable"],
            "test_api.py": ["6 of 6 ended as expected"],
            "pyrunner.sh": ['"stdout":"42\\n"', '"refusal":{"line":1,"column":8}'],
            "code_executor.sh": ['"execution_id":"job-17"', '{"detail":"Unsafe code detected"}'],
            "nsjail.sh": ['{"result":null,"stdout":"hello"}'],
            "cloudrun.sh": ['{"result":42,"stdout":""}'],
        }
        self.assertEqual(sorted(expected), [path.name for path in self.files])
        for path in self.files:
            output = self.start(path, f"http://localhost:{self.server.port}").stdout
            for text in expected[path.name]:
                with self.subTest(path.name):
                    self.assertIn(text, output)

    def test_without_a_service_they_say_so(self):
        with socket.socket() as bound:  # and not listening: nobody else gets the port
            bound.bind(("127.0.0.1", 0))
            base = f"http://127.0.0.1:{bound.getsockname()[1]}"
            for path in self.files:
                with self.subTest(path.name):
                    done = self.start(path, base)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertRegex(done.stderr, rf"^cannot reach {re.escape(base)}.*\n$")

    def test_the_commands_of_their_page(self):
        lines = of_kind("example")
        self.assertGreater(len(lines), 3)
        for page, line, _ in lines:
            with self.subTest(page=page, line=line):
                if "localhost:8000" not in line:
                    line += " http://localhost:8000"
                done = bash(self.here(line))
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_all_are_on_their_page(self):
        page = (ROOT / "examples" / "README.md").read_text()
        for path in self.files:
            self.assertIn(f"({path.name})", page)


class Links(unittest.TestCase):
    def test_they_lead_somewhere(self):
        for page in PAGES:
            for target, heading in re.findall(r"\]\(([^)#:]*)(#[^)]*)?\)", page.read_text()):
                with self.subTest(page=page.name, target=target + heading):
                    path = (page.parent / target) if target else page
                    self.assertTrue(path.exists())
                    if heading:
                        titles = re.findall(r"^#+ (.*)", path.read_text(), re.M)
                        anchors = ["#" + re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
                                   for title in titles]
                        self.assertIn(heading, anchors)


class Configuration(unittest.TestCase):
    page = ROOT / "docs" / "configuration.md"

    def in_help(self):
        done = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        return dict(re.findall(r"^  --([a-z-]+) \[(.*?)\]", done.stdout, re.M))

    def serve(self, config, *flags, env=None):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(config)
            file.flush()
            server = Server("--config", file.name, *flags, env=env, warm=True)  # its flag --port wins
        self.addCleanup(server.stop)
        return server

    def test_the_table_is_that_of_help(self):
        in_page = {name: value.strip("`").replace("none", "") for name, value in
                   re.findall(r"^\| `--([a-z-]+)` \| (.+?) \|", self.page.read_text(), re.M)}
        self.assertEqual(in_page, self.in_help())

    def test_the_example_file_is_accepted(self):
        server = self.serve(blocks(self.page, "toml")[0])
        self.assertNotEqual(server.port, 8080)
        self.assertEqual(server.run("print(1)").json["stdout"], "1\n")
        self.assertEqual(server.run("import sympy").json["error"], "Solve it by hand")

    def test_the_bare_names_are_honoured(self):
        paragraph = self.page.read_text().split("## The environment")[1].split("##")[0]
        names = set(re.findall(r"`([A-Z_]+)`", paragraph)) - {"PYRUNNER_"}
        settings = {name.lower().replace("_", "-") for name in names}
        self.assertLessEqual(settings, set(self.in_help()))
        for name in sorted(names):
            with self.subTest(name):  # its value is looked at: this one is wrong for all but HOST
                wrong = "not an address" if name == "HOST" else "?"
                clean = {key: value for key, value in os.environ.items()
                         if not key.startswith("PYRUNNER_")}
                port = [] if name == "PORT" else ["--port", "0"]
                done = subprocess.run([BINARY, "serve", *port], env={**clean, name: wrong},
                                      capture_output=True, text=True, timeout=60)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(wrong if name == "HOST" else name, done.stderr)


class ApiKeys(unittest.TestCase):
    page = ROOT / "docs" / "keys.md"

    def test_the_commands_do_what_the_page_says(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)  # the service reads it without root
            path = os.path.join(folder, "keys.toml")
            lines = [line for _, line, _ in of_kind("key")]
            self.assertGreater(len(lines), 3)
            make = next(line for line in lines if " add " in line)
            rest = [line for line in lines if line != make]
            at = f"export PYRUNNER_KEYS_FILE={shlex.quote(path)}; "
            key = bash(at + make).stdout.strip()
            self.assertRegex(key, r"^pyr_\w{54}$")
            server = Server("--keys-file", path)
            self.addCleanup(server.kill)
            curls = of_kind("keys")
            self.assertEqual({page for page, _, _ in curls}, {"docs/keys.md"})
            self.assertEqual(len(curls), 2)
            for _, line, _ in curls:
                line = line.replace("localhost:8000", f"localhost:{server.port}")
                done = bash(f"KEY={key}; " + line.replace("curl ", "curl -sS ", 1))
                self.assertEqual(json.loads(done.stdout)["stdout"], "42\n", done.stderr)
            self.assertEqual(server.run("1").status, 401)
            for line in rest:
                with self.subTest(line=line):
                    done = bash(at + line)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    if "list" in line:
                        self.assertIn("ada", done.stdout)
            self.assertEqual(bash(at + f"{PROGRAM} key list").stdout, "")
            self.assertEqual(server.stop(), 0)

    def test_the_example_file_is_one(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(blocks(self.page, "toml")[0])
            file.flush()
            done = bash(f"{PROGRAM} key list --json --keys-file {file.name}")
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = tomllib.loads(blocks(self.page, "toml")[0])["keys"]["ada"]
        listed = json.loads(done.stdout)[0]
        for field in shown.keys() - {"sha256"}:
            self.assertEqual(listed[field], shown[field])

    def test_every_quota_is_told(self):
        flags = set(re.findall(r"--([a-z-]+)", bash(f"{PROGRAM} key add --help").stdout.split(
            "Options:", 1)[-1])) - {"help", "keys-file"}
        told = dict(re.findall(r"^\| `--([a-z-]+)`, `([a-z_]+)` \|", self.page.read_text(), re.M))
        self.assertEqual(set(told), flags)
        self.assertEqual(set(told.values()), {flag.replace("-", "_") for flag in flags})


class Policies(unittest.TestCase):
    page = ROOT / "docs" / "policy.md"
    serve = Configuration.serve

    def test_the_example_is_true(self):
        config = blocks(self.page, "toml")[0]
        messages = tomllib.loads(config)["policies"]["classroom"]["messages"]
        programs = {"sklearn": "import sklearn", "sorted": "sorted([2, 1])", "sort": "[].sort()",
                    "statistics.median": "import statistics as s\ns.median([1])",
                    "open": "open('x')"}
        self.assertEqual(messages.keys(), programs.keys())
        server = self.serve(config)
        for name, program in programs.items():
            with self.subTest(name):
                self.assertEqual(server.run(program).json["error"], messages[name])
        self.assertEqual(server.run("print(getattr(1, 'real'))").json["stdout"], "1\n")

    def test_the_example_with_processes_is_true(self):
        server = self.serve(blocks(self.page, "toml")[1])
        self.assertEqual(server.run("import subprocess\nsubprocess.run(['echo', 'started'])").json["stdout"],
                         "started\n")

    def test_every_key_is_told(self):
        keys = set(re.findall(r"`([a-z_]+)`", "".join(
            re.findall(r"^\| (`[^|]*`) \|", self.page.read_text().split("## Your own")[1], re.M))))
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write("[policies.x]\nno_such_key = 1\n")
            file.flush()
            done = bash(f"{PROGRAM} run /dev/null --config {file.name}")
        self.assertEqual(done.returncode, 64)
        self.assertEqual(keys, set(done.stderr.split("there are ")[1].strip().split(", ")))

    def test_the_reasons_are_those_that_programs_get(self):
        programs = {
            "import os": None, "from os import path": None, "import x": None, "eval('1')": None,
            "f = eval": None, "x.__globals__": None, "import numpy\nnumpy.os": None,
            "import numpy\nnumpy._x": None, "__builtins__": None,
            "class A:\n  def __reduce__(self): pass": None, "'{0.__class__}'.format(1)": None,
            "import numpy\nnumpy.load('x', allow_pickle=True)": None,
            "import pandas, sys_": "Import of 'sys_' is not in the allowed list",
            "import pandas\npandas.eval(str(1))": None, "import pandas\nf = pandas.eval": None,
            "import math\nmath.pi = 3": None, "from . import x": None,
            "f = '{0.real}'.format": None,
        }
        text = self.page.read_text()
        server = Server(warm=True)
        self.addCleanup(server.stop)
        for program, expected in programs.items():
            with self.subTest(program):
                reason = server.run(program).json["error"]
                if expected:
                    self.assertEqual(reason, expected)
                else:
                    self.assertIn(f"`{reason}`", text)


if __name__ == "__main__":
    unittest.main()
