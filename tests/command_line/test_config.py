"""The configuration file: its example, and what `pyrunner config check` says of one."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import BINARY, ROOT, Server  # noqa: E402

EXAMPLE = ROOT / "deploy" / "pyrunner.toml"


def config(*words, env=None):
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith("PYRUNNER_") and name not in ("PORT", "HOST", "LOG_LEVEL")}
    return subprocess.run([BINARY, "config", *words], capture_output=True, text=True, timeout=60,
                          env={**clean, **(env or {})})


class Example(unittest.TestCase):
    def test_the_one_of_the_tree_is_the_programs(self):
        self.assertEqual(EXAMPLE.read_text(), config("example").stdout,
                         "run: build/release/pyrunner config example >deploy/pyrunner.toml")

    def test_it_has_every_setting_and_sets_none(self):
        self.assertEqual(tomllib.loads(EXAMPLE.read_text()), {})
        in_force = tomllib.loads(re.sub(r"(?m)^#(?=[a-z\[])", "", EXAMPLE.read_text()))
        done = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True)
        flags = {name.replace("-", "_") for name in re.findall(r"(?m)^  --([a-z-]+) \[", done.stdout)}
        self.assertEqual(set(in_force) - {"policies"}, flags)

    def test_a_service_starts_with_it(self):
        server = Server("--config", str(EXAMPLE))
        self.addCleanup(server.kill)
        self.assertEqual(server.run("print(1)").json["stdout"], "1\n")
        self.assertEqual(server.stop(), 0)


class Check(unittest.TestCase):
    def check(self, text, env=None):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(text)
            file.flush()
            done = config("check", file.name, env=env)
            return done.returncode, done.stdout, done.stderr.replace(file.name, "FILE")

    def test_a_valid_file(self):
        self.assertEqual(self.check(EXAMPLE.read_text()), (0, "valid\n", ""))
        self.assertEqual(self.check("max_running = 3\nallowed_hosts = ['a', 'b']\n[policies.own]\n"),
                         (0, 'max_running = 3 (default: 32)\nallowed_hosts = ["a", "b"] (default: none)\n'
                          "[policies.own]\nvalid\n", ""))

    def test_what_is_wrong(self):
        for text, why in {
                "max_runing = 3": "there is no setting 'max_runing'; did you mean 'max_running'?",
                "engine = 3": "there is no setting 'engine'; `pyrunner serve --help` lists them",
                "port = 70000": "port: must be a whole number from 0 to 65535",
                "[policies.own]\nextnds = 'open'":
                    "policies.own.extnds: there is no such key; did you mean 'extends'?",
                "[policies.own]\nextends = 'opne'":
                    "policies.own.extends: 'opne' is no built-in policy; did you mean 'open'?"}.items():
            with self.subTest(text):
                self.assertEqual(self.check(text), (64, "", f"pyrunner: FILE: {why}\n"))
        self.assertEqual(self.check("policy = 'oppen'"),
                         (64, "", "pyrunner: policy: there is no 'oppen'; did you mean 'open'?\n"))

    def test_the_environment_counts(self):
        self.assertEqual(self.check("", {"PYRUNNER_MAX_QUEUED": "7"}), (0, "max_queued = 7 (default: 1024)\nvalid\n", ""))
        self.assertEqual(self.check("", {"PYRUNNER_MAX_QUEUED": "x"})[0], 64)
        self.assertEqual(config("check", env={"PYRUNNER_CONFIG": "/no/such/file"}).returncode, 64)


if __name__ == "__main__":
    unittest.main()
