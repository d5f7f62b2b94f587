"""Real starts at every level, and where a mechanism is missing: inside.py is what has to hold there."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import container  # noqa: E402
from support.server import BINARY, PYTHON, ROOT  # noqa: E402

USER = 54325  # of nobody else here
INSIDE = "tests/levels/inside.py"


class Places(unittest.TestCase):
    def check(self, done):
        self.assertEqual(done.returncode, 0, (done.stdout + done.stderr)[-8000:])
        self.assertRegex(done.stderr, r"Ran 1[0-9] tests")


class OnThisMachine(Places):
    def copy(self):
        """The programs and these tests, where another user can reach them."""
        folder = tempfile.mkdtemp(prefix="pyrunner-levels-")
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        for name in ("pyrunner", "pyrunner-zygote"):
            shutil.copy(pathlib.Path(BINARY).parent / name, folder)
        for name in ("levels", "support"):
            shutil.copytree(ROOT / "tests" / name, f"{folder}/tests/{name}", ignore=shutil.ignore_patterns("__pycache__"))
        return folder

    def run_in(self, folder, binary, expected, *prefix):
        self.check(subprocess.run([*prefix, PYTHON, "-B", INSIDE, json.dumps(expected)], cwd=folder,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                                  env={**os.environ, "TESTED_BINARY": str(binary), "HOME": "/"}))

    def as_user(self, expected, *prefix):
        folder = self.copy()
        become = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all")
        self.run_in(folder, f"{folder}/pyrunner", expected, *(become if os.geteuid() == 0 else ()), *prefix)

    @unittest.skipIf(os.geteuid(), "needs root")
    def test_as_root(self):
        self.run_in(ROOT, BINARY, {"level": "full"})

    def test_as_ordinary_user(self):
        self.as_user({"level": "full"})

    def test_where_no_more_user_namespaces_are_allowed(self):
        unshare = ("unshare", "--user", "--map-root-user")
        if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no user namespaces here at all")
        self.as_user({"level": "container"}, *unshare, "sh", "-c",
                     'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"', "sh")


class InContainers(Places):
    def setUp(self):
        if reason := container.why_not():
            self.skipTest(reason)

    def start(self, expected, *flags, **options):
        self.check(container.run([PYTHON, "-B", INSIDE, json.dumps(expected)], *flags, seconds=300, **options))

    def test_as_root_with_default_capabilities(self):
        self.start({"level": "full"})

    def test_as_root_without_capabilities(self):
        self.start({"level": "container"}, *container.NO_CAPABILITIES)

    def test_as_ordinary_user(self):
        self.start({"level": "full"}, *container.NO_CAPABILITIES, user=USER)

    def test_the_profile_of_docker_and_few_files(self):
        self.start({"level": "container"}, *container.NO_CAPABILITIES, *container.under(), user=USER, files=1024)

    def test_the_profile_of_docker_with_default_capabilities(self):
        self.start({"level": "container"}, *container.under())

    def test_read_only_with_few_processes(self):
        self.start({"level": "container"}, *container.NO_CAPABILITIES, *container.under(), "--read-only", "--read-only-tmpfs=false",
                   "--pids-limit", "300", user=USER)

    def test_without_landlock(self):
        calls = {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}
        with self.subTest("namespaces do it"):
            self.start({"level": "full"}, *container.NO_CAPABILITIES, *container.under(calls), user=USER)
        with self.subTest("nothing does it"):
            self.start({"level": "container", "missing": ["filesystem"],
                        "says": ["landlock_create_ruleset", "user.max_user_namespaces", "lsm=...,landlock"]},
                       *container.NO_CAPABILITIES, *container.under(container.OF_NAMESPACES | calls), user=USER)

    def test_without_seccomp_no_property_but_the_filter_is_missing_where_namespaces_are(self):
        self.start({"level": "container", "mounts": True, "missing": ["syscall_filter"],
                    "says": ["CONFIG_SECCOMP_FILTER"]},
                   *container.NO_CAPABILITIES, *container.under({"seccomp", "prctl"}), user=USER)

    def test_without_seccomp_and_namespaces(self):
        self.start({"level": "container", "missing": ["network", "process", "ipc", "syscall_filter", "process_limit"],
                    "says": ["CONFIG_SECCOMP_FILTER", "user.max_user_namespaces"]},
                   *container.NO_CAPABILITIES, *container.under(container.OF_NAMESPACES | {"seccomp", "prctl"}),
                   user=USER)

    def test_the_older_call_for_filters_does(self):
        self.start({"level": "container"}, *container.NO_CAPABILITIES,
                   *container.under(container.OF_NAMESPACES | {"seccomp"}), user=USER)


if __name__ == "__main__":
    unittest.main()
