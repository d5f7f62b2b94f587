"""The image of deploy/Dockerfile: built as docs/deployment.md says, run in every way that it says."""

import json
import pathlib
import re
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import container, image  # noqa: E402
from support.server import PATIENCE, ROOT, until  # noqa: E402

PAGE = (ROOT / "docs" / "deployment.md").read_text()
LINES = [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)
         for line in block.splitlines() if not line.startswith("#")]
SEEDS = ROOT.parent / "shared" / "seeds"
MEGABYTE = 1_000_000
# As Docker has it, without podman's own writable folders.
READ_ONLY = ("--read-only", "--read-only-tmpfs=false")
LOCKED = ("--cap-drop=ALL", "--security-opt=no-new-privileges", *READ_ONLY)
SECCOMP = ("--security-opt", f"seccomp={ROOT / 'deploy' / 'seccomp.json'}")


def lines(start):
    return [line for line in LINES if line.startswith(start)]


@unittest.skipIf(image.why_not(), image.why_not())
class WithImage(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.engine = image.shared()

    def start(self, *flags, **options):
        service = self.engine.start(*flags, **options)
        self.addCleanup(service.remove)
        self.assertEqual(service.await_answer().json, {"status": "healthy"})
        return service

    def check_traffic(self, service):
        """All four APIs, the libraries, and a program that never ends."""
        until(lambda: "zygote science: warm" in service.log(), 120, "the libraries are imported")
        answer = service.run("import numpy as np, pandas as pd\nprint(pd.DataFrame({'a': [1, 3]}).a.mean() * np.ones(1)[0])")
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "2.0\n"), answer)
        script = "import sympy, scipy.linalg, sklearn.linear_model, matplotlib.pyplot\ndef main():\n    return {'value': 42}"
        for path in ("/cloudrun/execute", "/nsjail/execute"):
            answer = service.post(path, {"script": script})
            self.assertEqual((answer.status, answer.json["result"]), (200, {"value": 42}), answer)
        answer = service.post("/execute", {"code": "print(1)", "language": "python"})
        self.assertEqual((answer.json["status"], answer.json["exit_code"]), ("completed", 0), answer)
        answer = service.run("while True: pass", timeout=1)
        self.assertEqual(answer.json["status"], "timeout", answer)

    def check_attacks(self, done, level, everything=False, known=()):
        """`known`: those that get out here, as docs/hardening.md says, and no others."""
        self.assertEqual(re.findall(r"(?m)^ESCAPED: (\w+)", done.stdout), list(known),
                         (done.stdout + done.stderr)[-6000:])
        self.assertEqual(done.returncode, 1 if known else 0, (done.stdout + done.stderr)[-6000:])
        told = re.search(r"(?m)^level ([a-z]+), \d+ s: (passed|failed)$", done.stdout)
        self.assertEqual(told and told.groups(), (level, "failed" if known else "passed"), done.stdout)
        total = re.search(r"(?m)^all +(\d+) ", done.stdout)[1]
        self.assertGreater(int(total), 250 if everything else 20)


class Content(WithImage):
    def inside(self, script):
        return self.engine.podman("run", "--rm", "--network", "none", "pyrunner", "sh", "-c", script).stdout

    def test_how_it_starts(self):
        told = self.engine.inspect()
        config = told["Config"]
        self.assertEqual((config["User"], config["StopSignal"]), ("10001:10001", "SIGTERM"))
        self.assertEqual((config["Entrypoint"], config["Cmd"]), (["tini", "--"], ["pyrunner", "serve"]))
        self.assertEqual(list(config["ExposedPorts"]), ["8000/tcp"])
        self.assertLessEqual({"PORT=8000", "HOST=0.0.0.0", "PYRUNNER_INSECURE_NO_AUTH=true"}, set(config["Env"]))
        self.assertEqual(config["Labels"]["org.opencontainers.image.title"], "PyRunner")
        self.assertEqual(told["Healthcheck"]["Test"], ["CMD", "pyrunner", "health"])

    def test_size(self):
        size = self.engine.inspect()["Size"] / MEGABYTE
        told = int(re.search(r"image has (\d+) MB", PAGE)[1])
        self.assertLess(abs(size - told), 25, f"the page says {told} MB, it has {size:.0f}")

    def test_no_tools_of_the_build(self):
        found = self.inside("command -v gcc g++ cc c++ make cmake ld ccache pip curl; "
                            "dpkg-query -W -f '${Package}\\n' | grep -e '-dev$' -e boost -e pythran; "
                            "find / -xdev -name '*.hpp' -o -xdev -name 'libboost*' | head; true")
        self.assertEqual(found, "")

    def test_packages_are_whole(self):
        """More can be installed on top of it: no dependency is broken."""
        done = self.engine.podman("run", "--rm", "--network", "none", "--user", "0", "pyrunner",
                                  "sh", "-c", "apt-get check -qq && dpkg --audit", check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_nobody_but_root_owns_a_file(self):
        self.assertEqual(self.inside("(find / -xdev -user pyrunner ! -path '/proc/*'; find / -xdev -perm /o+w -type f "
                                     "! -path '/proc/*' ! -path '/dev/*') 2>/dev/null; true"), "")

    def test_python_is_compiled(self):
        """Or every zygote would compile it, for nobody can write there."""
        missing = self.inside("cd /usr/lib/python3/dist-packages && for name in numpy pandas scipy sympy matplotlib sklearn; "
                              "do [ -e $name/__pycache__/__init__.cpython-311.pyc ] || echo $name; done")
        self.assertEqual(missing, "")


class Levels(WithImage):
    """What a place allows decides; everywhere attacks fail and real requests are answered."""

    def layers(self, service):
        return service.request("GET", "/v1/sandbox").json["layers"]

    def level(self, service):
        return service.request("GET", "/v1/sandbox").json["level"]

    def test_default_options(self):
        service = self.start()
        self.assertEqual(self.level(service), "full")
        self.check_traffic(service)
        self.assertEqual(service.stop(), 0, service.log())
        # Podman's own profile refuses sethostname: programs see the container's.
        self.check_attacks(self.engine.doctor(words=("doctor", "--attack")), "full", everything=True,
                           known=("leak_host_name",))

    def test_locked_up_and_read_only(self):
        service = self.start(*LOCKED)
        self.assertEqual(self.level(service), "full")
        self.check_traffic(service)
        self.assertEqual(service.stop(), 0, service.log())
        self.check_attacks(self.engine.doctor(*LOCKED, words=("doctor", "--attack", "--only", "filesystem")), "full")

    def test_dockers_own_profile(self):
        """No namespaces: level container, which needs a folder for scratch files."""
        flags = (*LOCKED, *container.under(), "--tmpfs", "/tmp:rw,noexec,nosuid,nodev,size=1g")
        service = self.start(*flags)
        self.assertEqual(self.level(service), "container")
        self.check_traffic(service)
        self.assertEqual(service.stop(), 0, service.log())
        self.check_attacks(self.engine.doctor(*flags, words=("doctor", "--attack", "--only", "process")), "container")

    def test_the_projects_profile(self):
        flags = (*LOCKED, *SECCOMP)
        service = self.start(*flags)
        self.assertEqual(self.level(service), "full")
        self.assertIn("uts_namespace", self.layers(service))
        self.check_traffic(service)
        self.assertEqual(service.stop(), 0, service.log())
        self.check_attacks(self.engine.doctor(*flags, words=("doctor", "--attack", "--only", "kernel")), "full")

    @unittest.skipUnless(image.which("runsc"), "runsc is not installed")
    def test_gvisor(self):
        line = re.search(r"^docker run --runtime runsc (.*) pyrunner$", PAGE, re.M)[1]
        flags = line.replace("-p 8000:8000 ", "").split()
        runtime = ("--runtime", image.GVISOR)
        service = self.start(*flags, network="host", options=runtime)
        self.assertEqual(self.level(service), "gvisor")
        self.check_traffic(service)
        self.assertEqual(service.stop(), 0, service.log())
        done = self.engine.podman(*runtime, "run", "--rm", "--network", "host", *flags, "pyrunner",
                                  "pyrunner", "doctor", check=False)  # its attacks: tests/attacks
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Self-test from inside a sandbox: passed", done.stdout)


class Behaviour(WithImage):
    def test_signals(self):
        """SIGTERM goes through to the service, which lets programs finish."""
        service = self.start()
        program = subprocess.Popen(
            [sys.executable, "-c", "import sys, urllib.request as r\n"
             "q = r.Request(sys.argv[1], b'{\"code\":\"import time\\\\ntime.sleep(3)\\\\nprint(7)\"}', {'Content-Type': 'application/json'})\n"
             "print(r.urlopen(q, timeout=60).read().decode())", f"http://127.0.0.1:{service.port}/run"],
            stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        self.assertEqual(service.stop(), 0, service.log())
        out, _ = program.communicate(timeout=60)
        self.assertEqual(json.loads(out)["stdout"], "7\n")

    def test_orphans_are_buried(self):
        service = self.start()
        service.execute("sh", "-c", "for i in 1 2 3 4 5; do (sleep 0.1 &) ; done")

        def zombies():
            return service.execute("sh", "-c", "cat /proc/[0-9]*/stat | grep ' Z ' || true").stdout

        def none_left():
            service.run("print(1)")
            return not zombies()
        until(none_left, 20, "no dead process is left")

    def test_health_check(self):
        service = self.start()
        self.assertEqual(service.execute("pyrunner", "health").returncode, 0)
        self.engine.podman("healthcheck", "run", service.name)
        done = service.execute("pyrunner", "health", "http://127.0.0.1:9", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("http://127.0.0.1:9/health: Connection refused", done.stderr)

    def test_keys(self):
        """Without the image's leave to everybody: no key, no start; with one, nobody else."""
        asked = ("-e", "PYRUNNER_INSECURE_NO_AUTH=false")
        done = self.engine.podman("run", "--rm", "--network", "none", *asked, "pyrunner", check=False)
        self.assertEqual(done.returncode, 64, done.stderr)
        for way in ("pyrunner key add", "--insecure-no-auth"):
            self.assertIn(way, done.stderr)
        folder = self.engine.folder / "keys"
        folder.mkdir(exist_ok=True)
        mount = ("--user", "0", "-v", f"{folder}:/etc/pyrunner")
        key = self.engine.podman("run", "--rm", "--network", "none", *mount, "pyrunner",
                                 "pyrunner", "key", "add", "ada").stdout.strip()
        self.assertIn('-v "$PWD/keys:/etc/pyrunner" pyrunner pyrunner key add ada\n', PAGE)
        service = self.start(*asked, *LOCKED, *SECCOMP, "-v", f"{folder}:/etc/pyrunner:ro")
        self.assertEqual(service.execute("pyrunner", "health").returncode, 0)
        self.assertEqual(service.run("print(1)").status, 401)
        answer = service.post("/run", {"code": "print(1)"}, {"Authorization": f"Bearer {key}"})
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "1\n"))

    def test_the_platforms_port(self):
        service = self.start("-e", "PORT=8080", port=8080)
        self.assertEqual(service.run("print(1)").json["stdout"], "1\n")
        self.assertEqual(service.execute("pyrunner", "health").returncode, 0)

    def test_the_image_writes_nothing_of_its_own(self):
        service = self.start()
        self.check_traffic(service)
        changed = self.engine.podman("diff", service.name).stdout.split("\n")
        self.assertEqual([line for line in changed if line and not re.match(r"[CA] /(etc|run|dev|proc|sys)\b", line)], [])


class Pages(WithImage):
    """The lines of docs/deployment.md, and those of the services whose APIs these are."""

    def port_of(self, line):
        """A free one in its place if somebody else has it."""
        outside, inside = re.search(r"-p (?:127\.0\.0\.1:)?(\d+):(\d+)", line).groups()
        port = int(outside)
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("0.0.0.0", port))
        except OSError:
            port = image.free_port()
        return port, line.replace(f"{outside}:{inside}", f"{port}:{inside}")

    def run_line(self, line):
        """The service that the line starts, in the background or not."""
        port, line = self.port_of(line)
        before = set(self.engine.podman("ps", "-q", "--all", "--no-trunc").stdout.split())
        process = subprocess.Popen(["bash", "-c", line], cwd=ROOT, env=self.engine.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)

        def started():
            new = set(self.engine.podman("ps", "-q", "--all", "--no-trunc").stdout.split()) - before
            if not new and process.poll() not in (None, 0):
                raise AssertionError(f"{line}: {process.stdout.read()}")
            return new
        name = until(started, 60, f"a container of {line}").pop()
        service = image.Container(self.engine, name, port)
        self.addCleanup(process.wait)
        self.addCleanup(service.remove)
        return service

    def test_every_line_of_the_page_is_run(self):
        """The first line is how the image was built; test_compose.py and test_kubernetes.py have their own."""
        self.assertEqual(lines("docker build"), [image.BUILD])
        self.assertEqual([line for line in LINES if not line.startswith(
            ("docker build", "docker run ", "docker compose ", "kubectl kustomize "))], [])

    def test_lines_of_this_page(self):
        found = lines("docker run ")
        self.assertGreater(len(found), 2)
        for line in found:
            with self.subTest(line):
                self.engine.podman("tag", "pyrunner", line.split()[-1])
                service = self.run_line(line)
                try:
                    service.await_answer()
                    self.check_traffic(service)
                    if "nsjail" in line:
                        answer = service.post("/execute", {"script": "def main():\n    return {'test': 'success'}"})
                        self.assertEqual(answer.json, {"result": {"test": "success"}, "stdout": ""})
                finally:
                    service.remove()

    def given(self):
        """The other services' lines, each in one piece."""
        block = re.search(r"^```text\n(docker run -p.*?)^```", PAGE, re.M | re.S)[1]
        return [re.sub(r"\s+", " ", line) for line in block.replace("\\\n", " ").splitlines()]

    def test_lines_of_the_other_services(self):
        """003's, 000's and 001's as they stand; 002's and 004's publish port 8080, which is PORT's."""
        given = self.given()
        self.assertEqual(len(given), 4)
        for line in given:
            with self.subTest(line):
                self.engine.podman("tag", "pyrunner", line.split()[-1])
                service = self.run_line(line)
                try:
                    if "--network=none" in line:
                        until(lambda: "serving on" in service.log(), 60, "it serves")
                        self.assertEqual(service.execute("pyrunner", "health").returncode, 0)
                    else:
                        service.await_answer()
                        self.check_traffic(service)
                finally:
                    service.remove()

    @unittest.skipUnless(SEEDS.is_dir(), "the other services' pages are not beside the project")
    def test_they_are_the_other_services_lines(self):
        text = "".join(path.read_text(errors="replace") for path in SEEDS.glob("*.md"))
        given = self.given()
        flat = re.sub(r"\s+", " ", text.replace("\\\n", " "))
        for line in given:
            self.assertIn(line, flat)


if __name__ == "__main__":
    unittest.main()
