"""deploy/cloudrun: fields that fit the service, and the commands of the service that was made for it."""

import pathlib
import re
import sys
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import ROOT  # noqa: E402

PAGE = (ROOT / "docs" / "deployment.md").read_text()
SEED = ROOT.parent / "shared" / "seeds" / "004.md"
SETTINGS = (ROOT / "docs" / "configuration.md").read_text()


class Services(unittest.TestCase):
    files = {generation: yaml.safe_load((ROOT / "deploy" / "cloudrun" / f"service-{generation}.yaml").read_text())
             for generation in ("gen1", "gen2")}

    def test_they_say_what_they_are(self):
        for generation, file in self.files.items():
            self.assertEqual((file["apiVersion"], file["kind"]), ("serving.knative.dev/v1", "Service"))
            template = file["spec"]["template"]
            annotations = template["metadata"]["annotations"]
            self.assertEqual(annotations["run.googleapis.com/execution-environment"], generation)
            self.assertTrue(all(isinstance(value, str) for value in annotations.values()))
            self.assertIn(f"service-{generation}.yaml", PAGE)

    def test_what_fits_together(self):
        known = {name.upper().replace("-", "_") for name in re.findall(r"^\| `--([a-z-]+)`", SETTINGS, re.M)}
        for generation, file in self.files.items():
            with self.subTest(generation):
                spec = file["spec"]["template"]["spec"]
                self.assertEqual(sorted(spec), ["containerConcurrency", "containers", "timeoutSeconds", "volumes"])
                container, = spec["containers"]
                values = {entry["name"]: entry["value"] for entry in container["env"]}
                self.assertEqual({name for name in values if name.removeprefix("PYRUNNER_") not in known}, set())
                self.assertEqual(values["PYRUNNER_INSECURE_NO_AUTH"], "false")
                self.assertGreaterEqual(spec["containerConcurrency"], int(values["PYRUNNER_MAX_RUNNING"]))
                self.assertLess(int(values["PYRUNNER_DRAIN_TIME"]), 10)
                self.assertEqual(container["ports"], [{"name": "http1", "containerPort": 8080}])
                for probe, path in (("startupProbe", "/readyz"), ("livenessProbe", "/livez")):
                    self.assertEqual(container[probe]["httpGet"], {"path": path, "port": 8080})
                self.assertNotIn("PORT", values)  # the platform's own, which it does not let anybody set
                mount, = container["volumeMounts"]
                volume, = spec["volumes"]
                self.assertEqual(mount["name"], volume["name"])
                self.assertEqual(values["PYRUNNER_KEYS_FILE"],
                                 f"{mount['mountPath']}/{volume['secret']['items'][0]['path']}")
                self.assertIn(f"gcloud secrets create {volume['secret']['secretName']} ", PAGE)
                cpu, memory = (container["resources"]["limits"][name] for name in ("cpu", "memory"))
                self.assertRegex(memory, r"^[1-9]\d*Gi$")
                self.assertIn(cpu, ("1", "2", "4", "8"))

    def test_its_commands_are_found_as_they_were(self):
        """Word for word, flags included."""
        block = next(block for block in re.findall(r"^```text\n(.*?)^```", PAGE, re.M | re.S) if "gcloud run deploy" in block)
        flags = re.findall(r"--([a-z-]+)", block)
        self.assertEqual(flags, ["tag", "image", "platform", "region", "allow-unauthenticated", "memory", "cpu", "timeout",
                                 "max-instances"])
        if not SEED.exists():
            self.skipTest("the other services' pages are not beside the project")
        text = SEED.read_text()
        for command in block.strip().split("\n\n"):
            self.assertIn(command, text)

    def test_the_build_finds_its_dockerfile(self):
        self.assertEqual((ROOT / "Dockerfile").resolve(), ROOT / "deploy" / "Dockerfile")


if __name__ == "__main__":
    unittest.main()
