"""A keys file for a test, changed by `pyrunner key` as operators do.

    keys = Keys(self)
    key = keys.add("ada", "--rate", "5")
    server = Server("--keys-file", keys.path)
    server.post("/run", {"code": "print(1)"}, key=key)
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from .server import BINARY


class Keys:
    def __init__(self, test):
        # The service reads it again without root.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pyrunner-keys-"))
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        self.path = str(self.folder / "keys.toml")

    def run(self, *words, path=None):
        return subprocess.run([BINARY, "key", *words, "--keys-file", path or self.path],
                              capture_output=True, text=True, timeout=60,
                              env={name: value for name, value in os.environ.items()
                                   if not name.startswith("PYRUNNER_")})

    def add(self, name, *flags, path=None):
        done = self.run("add", name, *flags, path=path)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout.strip()

    def revoke(self, name):
        done = self.run("revoke", name)
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def list(self):
        return json.loads(self.run("list", "--json").stdout)

    def text(self):
        return pathlib.Path(self.path).read_text()
