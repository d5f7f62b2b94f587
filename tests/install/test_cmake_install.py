"""`cmake --install`: what is there afterwards works from there."""

import gzip
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import BINARY, ROOT, Server  # noqa: E402

BUILD = pathlib.Path(BINARY).resolve().parent


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="pyrunner-test-install-")
        cls.addClassCleanup(folder.cleanup)
        cls.prefix = pathlib.Path(folder.name) / "prefix"
        # Programs of a sandbox's own user are started from there.
        pathlib.Path(folder.name).chmod(0o755)
        cls.install("--prefix", str(cls.prefix))

    @classmethod
    def install(cls, *words, env=None):
        done = subprocess.run(["cmake", "--install", str(BUILD), *words], capture_output=True, text=True, timeout=120,
                              env=env)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_everything_is_in_its_place(self):
        for name in ("bin/pyrunner", "libexec/pyrunner/pyrunner-zygote", "share/man/man1/pyrunner.1.gz",
                     "share/bash-completion/completions/pyrunner", "share/zsh/vendor-completions/_pyrunner",
                     "share/fish/vendor_completions.d/pyrunner.fish", "lib/systemd/system/pyrunner.service",
                     "share/doc/pyrunner/copyright", "share/doc/pyrunner/README.md", "share/doc/pyrunner/CHANGELOG.md",
                     "share/doc/pyrunner/docs/install.md", "share/doc/pyrunner/examples/pyrunner.toml"):
            with self.subTest(name):
                self.assertTrue((self.prefix / name).is_file())

    def test_texts_are_the_programs(self):
        page = gzip.decompress((self.prefix / "share/man/man1/pyrunner.1.gz").read_bytes())
        self.assertEqual(page, subprocess.run([BINARY, "man"], capture_output=True, check=True).stdout)
        self.assertEqual((self.prefix / "share/doc/pyrunner/examples/pyrunner.toml").read_text(),
                         (ROOT / "deploy" / "pyrunner.toml").read_text())

    def test_the_unit_starts_what_was_installed(self):
        unit = (self.prefix / "lib/systemd/system/pyrunner.service").read_text()
        self.assertIn(f"ExecStart={self.prefix}/bin/pyrunner serve ", unit)
        self.assertNotIn("/usr/bin/pyrunner", unit)

    def test_it_runs_and_serves(self):
        program = self.prefix / "bin" / "pyrunner"
        done = subprocess.run([program, "run", "-c", "import numpy; print(numpy.arange(3).sum())"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "3\n", ""))
        server = Server(binary=str(program))
        self.addCleanup(server.kill)
        self.assertEqual(server.run("print(1)").json["stdout"], "1\n")
        self.assertEqual(server.stop(), 0)

    def test_a_link_to_it_will_do(self):
        link = self.prefix.parent / "link"
        link.symlink_to(self.prefix / "bin" / "pyrunner")
        done = subprocess.run([link, "run", "-c", "print(1)"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120)
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"))

    def test_without_its_zygote_it_says_where_it_looked(self):
        (self.prefix.parent / "alone").mkdir()
        program = self.prefix.parent / "alone" / "pyrunner"
        program.write_bytes((self.prefix / "bin" / "pyrunner").read_bytes())
        program.chmod(0o755)
        done = subprocess.run([program, "run", "-c", "print(1)"], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, 78)
        self.assertIn(f"open {program.parent}/pyrunner-zygote or {self.prefix.parent}/libexec/pyrunner/pyrunner-zygote",
                      done.stderr)

    def test_a_staging_folder(self):
        with tempfile.TemporaryDirectory(prefix="pyrunner-test-stage-") as stage:
            self.install("--prefix", "/opt/pyrunner", env={"DESTDIR": stage, "PATH": "/usr/bin:/bin"})
            root = pathlib.Path(stage) / "opt" / "pyrunner"
            self.assertTrue((root / "bin" / "pyrunner").is_file())
            self.assertIn("ExecStart=/opt/pyrunner/bin/pyrunner serve ",
                          (root / "lib/systemd/system/pyrunner.service").read_text())


if __name__ == "__main__":
    unittest.main()
