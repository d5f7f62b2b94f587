"""The profiles for hosts that forbid what level full needs. test_image.py and test_compose.py start
containers with deploy/seccomp.json."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import container  # noqa: E402
from support.server import ROOT  # noqa: E402

FOLDER = ROOT / "deploy" / "apparmor"
SYS_ADMIN = ["CAP_SYS_ADMIN"]


class Seccomp(unittest.TestCase):
    profile = json.loads((ROOT / "deploy" / "seccomp.json").read_text())

    @unittest.skipUnless(container.PROFILE.exists(), "podman's profile is not installed")
    def test_it_is_podmans_with_one_change(self):
        """And without the keys that only podman has."""
        theirs = json.loads(container.PROFILE.read_text())
        theirs.pop("defaultErrno", None)
        for rule in theirs["syscalls"]:
            rule.pop("errno", None)
            if SYS_ADMIN in (rule["includes"].get("caps"), rule["excludes"].get("caps")):
                rule["names"] = [name for name in rule["names"] if name != "sethostname"]
        ours = dict(self.profile)
        *rest, own = ours["syscalls"]
        self.assertEqual((own["names"], own["action"]), (["sethostname"], "SCMP_ACT_ALLOW"))
        self.assertEqual({**ours, "syscalls": rest}, theirs)

    def test_what_only_exploits_use_stays_forbidden(self):
        allowed = {name for rule in self.profile["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW"
                   and not (rule["includes"] or {}).get("caps") for name in rule["names"]}
        for name in ("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "init_module", "kexec_load", "open_by_handle_at"):
            self.assertNotIn(name, allowed)
        for name in ("clone", "clone3", "unshare", "mount", "umount2", "pivot_root", "mount_setattr", "sethostname"):
            self.assertIn(name, allowed)


class AppArmor(unittest.TestCase):
    def parser(self):
        found = shutil.which("apparmor_parser", path="/usr/sbin:/sbin:/usr/bin")
        if not found:
            self.skipTest("apparmor_parser is not installed")
        version = re.search(r"version (\d+)", subprocess.run([found, "--version"], capture_output=True, text=True).stdout)
        return found, int(version[1])

    def parse(self, text):
        program, _ = self.parser()
        return subprocess.run([program, "--skip-kernel-load", "--skip-cache", "--debug"], input=text, text=True,
                              capture_output=True, timeout=60)

    def test_they_are_parsed(self):
        """With a parser before 4.0 without the lines that only later ones know, as the files say."""
        _, version = self.parser()
        for path in sorted(FOLDER.iterdir()):
            text = path.read_text()
            if version < 4:
                text, count = re.subn(r"^(abi .*|  userns,)$\n", "", text, flags=re.M)
                self.assertEqual(count, 2)
            with self.subTest(path.name):
                done = self.parse(text)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotEqual(self.parse(text.replace("{\n", "{\n  no such rule,\n", 1)).returncode, 0)

    def test_they_name_what_there_is(self):
        text = (FOLDER / "pyrunner").read_text()
        for path in ("usr/bin/pyrunner", "usr/libexec/pyrunner/pyrunner-zygote", "opt/pyrunner/pyrunner{,-zygote}"):
            self.assertIn(path, re.search(r"^profile pyrunner /\{(.*)\} flags=", text, re.M)[1].split(",", 2))
        self.assertRegex(text, r"(?m)^  userns,$")
        text = (FOLDER / "pyrunner-container").read_text()
        for rule in ("userns", "mount", "umount", "pivot_root"):
            self.assertRegex(text, rf"(?m)^  {rule},$")
        self.assertNotIn("flags=(unconfined)", text)
        for path in FOLDER.iterdir():
            self.assertIn(f"install -m 644 deploy/apparmor/{path.name} ", path.read_text())


if __name__ == "__main__":
    unittest.main()
