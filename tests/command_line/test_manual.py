"""The manual page: sound for those who format it, and as complete as --help."""

import re
import shutil
import subprocess
import tempfile
import unittest
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import BINARY  # noqa: E402


def output(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, check=True, timeout=60).stdout


class ManualPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.path = pathlib.Path(folder.name) / "pyrunner.1"
        cls.path.write_text(output("man"))

    def start(self, *words):
        return subprocess.run([*words, str(self.path)], capture_output=True, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})

    @unittest.skipUnless(shutil.which("groff"), "there is no groff")
    def test_groff_has_nothing_to_say(self):
        done = self.start("groff", "-ww", "-man", "-Tutf8", "-z")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    @unittest.skipUnless(shutil.which("mandoc"), "there is no mandoc")
    def test_mandoc_has_nothing_to_say(self):
        done = self.start("mandoc", "-Tlint", "-Wstyle")
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    @unittest.skipUnless(shutil.which("mandoc"), "there is no mandoc")
    def test_it_tells_what_help_tells(self):
        page = re.sub(r".\x08", "", self.start("mandoc", "-Tutf8", "-O", "width=100").stdout)
        for command in ("serve", "run", "doctor", "config check", "config example", "completion", "version"):
            with self.subTest(command):
                self.assertIn(f"pyrunner {command}", page)
                # From its heading to the next.
                section = re.split(rf"(?m)^   {command}\b.*\n", page)[1]
                section = re.split(r"(?m)^ {0,3}\S", section)[0]
                if command == "version":
                    continue
                options = output(*command.split(), "--help").split("Options:")[1]
                for flag in re.findall(r"(?m)^  (?:-\w,)?(-[a-z-]+)", options):
                    self.assertRegex(section, rf"(?m)^       (?:-\w, )?{flag}\b")
        self.assertRegex(page, r"--max-running VALUE\n +Programs that run at once \(default: 32\)")
        self.assertNotIn("man", re.findall(r"(?m)^   (\w+)", page))


if __name__ == "__main__":
    unittest.main()
