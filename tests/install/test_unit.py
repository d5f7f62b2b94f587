"""The unit for systemd, looked at by systemd's own tools. That it works: test_package.py."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import ROOT  # noqa: E402

UNIT = ROOT / "deploy" / "systemd" / "pyrunner.service"
# systemd's scale from 0 (can do nothing) to 10 (can do everything); a service as root without any
# hardening has 9.6. What is left is told, with its reason, at the end of the unit.
MOST_EXPOSED = 5.0


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
class Unit(unittest.TestCase):
    def analyze(self, *words):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "pyrunner.service"
            # Where nothing is installed there are no programs to start.
            path.write_text(re.sub(r"(?m)^(Exec\w+)=\S+", r"\1=/bin/true", UNIT.read_text()))
            return subprocess.run(["systemd-analyze", *words, str(path)], capture_output=True, text=True, timeout=60)

    def test_it_is_sound(self):
        done = self.analyze("verify", "--man=no", "--recursive-errors=no")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_it_is_hardened(self):
        done = self.analyze("security", "--offline=yes", f"--threshold={int(MOST_EXPOSED * 10)}", "--no-pager")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_left_out_has_its_reason(self):
        text = UNIT.read_text()
        reasons = text.split("# Not set, and why:")[1]
        for name in ("NoNewPrivileges", "ProtectControlGroups", "ProtectKernelTunables", "ProtectProc",
                     "RestrictNamespaces", "PrivateUsers", "PrivateNetwork",
                     "MemoryDenyWriteExecute", "ProtectHostname"):
            with self.subTest(name):
                self.assertRegex(reasons, rf"(?m)^# .*\b{name}\b.*\w+ \w+")
                self.assertNotRegex(text, rf"(?m)^{name}=")

    def test_every_capability_has_its_reason(self):
        text = UNIT.read_text()
        for name in re.search(r"(?m)^CapabilityBoundingSet=(.*)", text)[1].split():
            with self.subTest(name):
                self.assertRegex(text, rf"(?m)^# .*\b{name.removeprefix('CAP_')}\b.*  \w+")


if __name__ == "__main__":
    unittest.main()
