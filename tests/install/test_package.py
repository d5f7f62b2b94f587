"""The Debian package, on a machine of its own: installed, serving as its unit says, removed, purged."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support import machine  # noqa: E402
from tests.support.server import BINARY, ROOT, until  # noqa: E402

BUILD = pathlib.Path(BINARY).resolve().parent
UNIT = ROOT / "deploy" / "systemd" / "pyrunner.service"
# Of dpkg, apt, systemd and man, which remember what happened.
NOT_OURS = re.compile(r"/var/(lib/(dpkg|systemd|apt|containers)|log|cache|tmp)/")


def package(folder):
    """Builds it, into the folder; its path."""
    done = subprocess.run(["cpack", "-G", "DEB", "-B", folder], cwd=BUILD, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(pathlib.Path(folder).glob("*.deb"))


def why_no_package():
    for program in ("cpack", "dpkg-shlibdeps"):
        if not shutil.which(program):
            return f"{program} is not installed"
    return "" if (BUILD / "CPackConfig.cmake").exists() else f"{BUILD} is not a build folder of CMake"


@unittest.skipIf(why_no_package(), why_no_package())
class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="pyrunner-test-package-")
        cls.addClassCleanup(folder.cleanup)
        cls.deb = package(folder.name)

    def field(self, name):
        return subprocess.run(["dpkg-deb", "-f", self.deb, name], capture_output=True, text=True,
                              check=True).stdout.strip()

    def test_what_it_says_of_itself(self):
        version = re.search(r'kVersion = "([^"]+)"', (ROOT / "src/cli/version.h").read_text())[1]
        self.assertEqual(self.field("Package"), "pyrunner")
        self.assertEqual(self.field("Version"), version)
        self.assertIn(f"## [{version}]", (ROOT / "CHANGELOG.md").read_text())
        depends = self.field("Depends")
        for name in ("python3 (>= 3.11~)", "python3 (<< 3.12)", "python3-numpy", "python3-pandas", "python3-scipy",
                     "python3-sympy", "python3-matplotlib", "python3-sklearn", "libc6 (>=", "libstdc++6 (>="):
            self.assertIn(name, depends)
        self.assertNotIn("libpython3.11 ", depends, "the interpreter is linked in")

    def test_what_imports_need_is_installed_with_it(self):
        """Every package whose modules zygotes import."""
        imported = (ROOT / "dev").read_text()
        packages = set(re.findall(r"\bpython3-(?:numpy|pandas|scipy|sympy|matplotlib|sklearn)\b", imported))
        self.assertEqual(packages, set(re.findall(r"python3-\w+", self.field("Depends"))))

    def test_the_configuration_is_the_operators(self):
        done = subprocess.run(["dpkg-deb", "--ctrl-tarfile", self.deb], capture_output=True, check=True)
        names = subprocess.run(["tar", "-xO", "./conffiles"], input=done.stdout, capture_output=True, check=True)
        self.assertEqual(names.stdout, b"/etc/pyrunner/pyrunner.toml\n")

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian_finds_no_fault(self):
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", self.deb], capture_output=True,
                              text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_its_scripts_are_sound(self):
        scripts = [ROOT / "deploy" / "debian" / name for name in ("postinst", "prerm", "postrm")]
        done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


@unittest.skipIf(why_no_package() or machine.why_not(), why_no_package() or machine.why_not())
class Installed(unittest.TestCase):
    """One test: each step needs the one before."""

    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="pyrunner-test-package-")
        self.addCleanup(folder.cleanup)
        self.deb = package(folder.name)
        self.machine = machine.Machine({"/package": folder.name})
        self.addCleanup(self.machine.stop)
        # Images have one that forbids to start services.
        self.machine.run("rm", "-f", "/usr/sbin/policy-rc.d")

    def do(self, line, seconds=120):
        done = self.machine.shell(line, seconds=seconds)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}\n{self.log()}")
        return done.stdout

    def log(self):
        return self.machine.shell("journalctl -u pyrunner -u pyrunner-doctor --no-pager -o cat | tail -50").stdout

    def shows(self, name, unit="pyrunner"):
        return self.do(f"systemctl show -p {name} --value {unit}").strip()

    def files(self):
        paths = self.do("find /etc /usr /opt /srv /var -xdev").splitlines()
        return {path for path in paths if not NOT_OURS.match(path + "/") and "__pycache__" not in path}

    def runs(self, code, **fields):
        body = json.dumps({"code": code, **fields}).replace("'", "'\\''")
        return json.loads(self.do("curl -sS --max-time 60 -H 'Content-Type: application/json' "
                                  f"-d '{body}' http://127.0.0.1:8000/run"))

    def cgroups(self):
        return self.do("find /sys/fs/cgroup -type d -name '*pyrunner*'").splitlines()

    def await_state(self, state):
        until(lambda: self.machine.shell("systemctl show -p ActiveState --value pyrunner").stdout.strip() == state, 60,
              f"the service is {state}")

    def test_its_whole_life(self):
        before = self.files()
        self.do("dpkg -i /package/*.deb")
        self.check_service()
        self.check_isolation()
        self.check_doctor()
        self.check_restart_after_a_crash()
        self.check_wrong_configuration()
        self.check_upgrade()

        self.do("dpkg -r pyrunner")
        self.assertEqual(self.shows("ActiveState"), "inactive")
        self.assertEqual(self.machine.shell("pgrep -a pyrunner").stdout, "")
        self.assertEqual(self.cgroups(), [])
        self.do("test -e /etc/pyrunner/pyrunner.toml")  # an operator's, until purged
        self.do("dpkg -P pyrunner")
        self.assertEqual(sorted(self.files() - before), [])
        self.assertEqual(sorted(before - self.files()), [])
        self.assertEqual(self.do("find /var/lib/dpkg /var/lib/systemd /var/log /etc /run -name '*pyrunner*'"), "")

    def check_service(self):
        self.await_state("active")
        self.assertEqual(self.shows("Type"), "notify")
        self.assertEqual(self.shows("StatusText"), "serving on http://127.0.0.1:8000")
        self.assertEqual(self.shows("UnitFileState"), "enabled")
        self.assertEqual(self.runs("import pandas\nprint(pandas.DataFrame({'a': [1, 3]}).a.mean())")["stdout"], "2.0\n")
        self.assertEqual(self.runs("while True: pass", timeout=1)["status"], "timeout")
        self.assertEqual(self.runs("x = bytearray(500_000_000)", memory_limit=64)["status"], "memory_exceeded")
        self.assertEqual(self.do("pyrunner run -c 'print(6 * 7)'"), "42\n")
        self.do("man -w pyrunner")
        # The gateway, which the manager started, is no longer root.
        pid = self.shows("MainPID")
        self.assertNotEqual(self.do(f"stat -c %u /proc/{pid}").strip(), "0")
        self.assertRegex(self.do(f"cat /proc/{pid}/status"), r"CapPrm:\s0+\n")

    def check_isolation(self):
        """The unit takes nothing away: the level is that of root outside of it."""
        sandbox = json.loads(self.do("curl -sS http://127.0.0.1:8000/v1/sandbox"))
        outside = json.loads(self.do("pyrunner doctor --json"))
        for field in ("level", "properties", "layers"):
            self.assertEqual(sandbox.get(field), outside.get(field), field)
        self.assertEqual(sandbox["level"], "full")
        self.assertNotIn("not to be had", self.log())

    def check_doctor(self):
        text = UNIT.read_text().replace("Type=notify", "Type=oneshot").replace("Restart=on-failure", "Restart=no")
        text = re.sub(r"(?m)^(WatchdogSec|NotifyAccess|RestartPrevent|ExecReload).*\n", "", text)
        text = re.sub(r"(?m)^ExecStart=.*", "ExecStart=/usr/bin/pyrunner doctor --attack", text)
        text = text.replace("TimeoutStartSec=120", "TimeoutStartSec=600")
        self.machine.shell(f"cat >/etc/systemd/system/pyrunner-doctor.service <<'END'\n{text}END")
        self.do("systemctl daemon-reload")
        self.do("systemctl start pyrunner-doctor", seconds=600)
        self.assertRegex(self.log(), r"(?m)^level full, \d+ s: passed$")
        self.do("rm /etc/systemd/system/pyrunner-doctor.service; systemctl daemon-reload")

    def check_restart_after_a_crash(self):
        pid = self.shows("MainPID")
        self.do(f"kill -KILL {pid}")
        until(lambda: self.shows("MainPID") not in ("0", pid), 30, "started again")
        self.await_state("active")
        self.assertEqual(self.runs("print(1)")["stdout"], "1\n")
        self.assertEqual(self.shows("NRestarts"), "1")

    def check_wrong_configuration(self):
        """One line that says why, and no attempts without end."""
        self.do("echo 'max_runing = 3' >>/etc/pyrunner/pyrunner.toml")
        self.assertNotEqual(self.machine.run("systemctl", "restart", "pyrunner").returncode, 0)
        self.await_state("failed")
        self.assertIn("there is no setting 'max_runing'; did you mean 'max_running'?", self.log())
        self.do("sed -i s/max_runing/max_running/ /etc/pyrunner/pyrunner.toml")
        self.do("systemctl start pyrunner")
        self.assertEqual(self.runs("print(1)")["stdout"], "1\n")

    def check_upgrade(self):
        """The operator's file stays, and the new service runs."""
        pid = self.shows("MainPID")
        self.do("dpkg -i /package/*.deb")
        self.await_state("active")
        self.assertNotEqual(self.shows("MainPID"), pid)
        self.do("grep -qx 'max_running = 3' /etc/pyrunner/pyrunner.toml")
        self.assertEqual(self.runs("print(1)")["stdout"], "1\n")


if __name__ == "__main__":
    unittest.main()
