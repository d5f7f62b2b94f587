"""deploy/compose.yaml: what it says, and started by podman-compose."""

import pathlib
import re
import sys
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import image  # noqa: E402
from support.server import ROOT  # noqa: E402

FILE = ROOT / "deploy" / "compose.yaml"
PAGE = (ROOT / "docs" / "deployment.md").read_text()


class Text(unittest.TestCase):
    file = yaml.safe_load(FILE.read_text())
    service = file["services"]["pyrunner"]

    def test_it_locks_up(self):
        self.assertEqual((self.service["read_only"], self.service["cap_drop"]), (True, ["ALL"]))
        self.assertIn("no-new-privileges", self.service["security_opt"])
        self.assertNotIn("privileged", self.service)
        self.assertTrue(all("noexec" in mount and "size=" in mount for mount in self.service["tmpfs"]))
        self.assertEqual(self.service["ports"], ["127.0.0.1:8000:8000"])

    def test_limits_and_health_check(self):
        self.assertEqual(self.service["deploy"]["resources"],
                         {"limits": {"cpus": "2", "memory": "2G", "pids": 2048},
                          "reservations": {"cpus": "0.5", "memory": "512M"}})
        check = self.service["healthcheck"]
        self.assertEqual([check[key] for key in ("test", "interval", "timeout", "retries", "start_period")],
                         [["CMD", "pyrunner", "health"], "30s", "10s", 3, "40s"])
        drain = int(re.search(r"`--drain-time` \| `(\d+)`", (ROOT / "docs" / "configuration.md").read_text())[1])
        self.assertGreater(int(self.service["stop_grace_period"].rstrip("s")), drain)

    def test_what_it_names_exists(self):
        self.assertTrue((FILE.parent / self.service["build"]["context"] / self.service["build"]["dockerfile"]).is_file())
        profile = next(word for word in self.service["security_opt"] if word.startswith("seccomp="))
        self.assertTrue((FILE.parent / profile.split("=")[1]).is_file())
        for name in re.findall(r"apparmor=(\S+)", FILE.read_text()):
            self.assertIn(f"profile {name} ", (ROOT / "deploy" / "apparmor" / name).read_text())

    def test_with_the_comments_for_keys(self):
        """What is commented out is right, too."""
        text = re.sub(r'(PYRUNNER_INSECURE_NO_AUTH: )"true"', r'\1"false"', FILE.read_text())
        text = re.sub(r"^( *)# ((?:PYRUNNER_KEYS_FILE|secrets|  ?pyrunner-keys|  +file|  - source|    uid|    mode).*)$",
                      r"\1\2", text, flags=re.M)
        file = yaml.safe_load(text)
        service = file["services"]["pyrunner"]
        self.assertEqual(service["environment"], {"PYRUNNER_INSECURE_NO_AUTH": "false",
                                                  "PYRUNNER_KEYS_FILE": "/run/secrets/pyrunner-keys"})
        self.assertEqual([secret["source"] for secret in service["secrets"]], list(file["secrets"]))


@unittest.skipIf(image.why_not(), image.why_not())
class Started(unittest.TestCase):
    def test_the_pages_line(self):
        engine = image.shared()
        line = re.search(r"^docker compose .*$", PAGE, re.M)[0]
        outside = image.free_port()
        file = FILE.with_name(f"compose-{outside}.yaml")
        # With a limit that podman would else raise beyond what a nested machine may pass on.
        file.write_text(FILE.read_text()
                        .replace("127.0.0.1:8000:8000", f"127.0.0.1:{outside}:8000")
                        .replace("    ulimits:\n", "    ulimits:\n      nproc: 4000\n"))
        self.addCleanup(file.unlink)
        # Built already, from the same Dockerfile.
        line = line.replace("deploy/compose.yaml", str(file.relative_to(ROOT))).replace(" --build", "")
        self.addCleanup(engine.bash, re.sub(r" up .*", " down --timeout 0", line))
        done = engine.bash(line, seconds=900)
        self.assertEqual(done.returncode, 0, (done.stdout + done.stderr)[-4000:])
        name = engine.podman("ps", "--quiet", "--latest").stdout.strip()
        service = image.Container(engine, name, outside)
        service.await_answer()
        self.assertEqual(service.run("print(6 * 7)").json["stdout"], "42\n")
        status = service.request("GET", "/v1/sandbox").json
        self.assertEqual(status["level"], "full")
        self.assertIn("uts_namespace", status["layers"])
        host = engine.inspect(name)["HostConfig"]
        self.assertTrue(host["ReadonlyRootfs"])
        self.assertEqual((host["Memory"], host["NanoCpus"]), (2 << 30, 2_000_000_000))
        engine.podman("healthcheck", "run", name)


if __name__ == "__main__":
    unittest.main()
