"""deploy/kubernetes: fields that exist, with values of their types; names, ports, paths and metrics that
fit each other and the real service. Where kubectl has kustomize, it builds both variants."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import ROOT, Server  # noqa: E402

FOLDER = ROOT / "deploy" / "kubernetes"
SETTINGS = (ROOT / "docs" / "configuration.md").read_text()

# The fields that the files may use, of Kubernetes' API 1.33: a type, a set of values, a list with the type of its
# entries, or a mapping; `...` stands for any other key. An unknown field is one that the server would refuse or drop.
TEXT, NUMBER, TRUTH = str, int, bool
LABELS = {...: TEXT}
META = {"name": TEXT, "namespace": TEXT, "labels": LABELS, "annotations": LABELS}
SELECTOR = {"matchLabels": LABELS}
PROBE = {"httpGet": {"path": TEXT, "port": (TEXT, NUMBER)}, "periodSeconds": NUMBER, "timeoutSeconds": NUMBER,
         "failureThreshold": NUMBER, "initialDelaySeconds": NUMBER}
QUANTITIES = {"cpu": TEXT, "memory": TEXT}
CONTAINER = {
    "name": TEXT, "image": TEXT, "args": [TEXT], "ports": [{"name": TEXT, "containerPort": NUMBER}],
    "env": [{"name": TEXT, "value": TEXT}],
    "securityContext": {"allowPrivilegeEscalation": TRUTH, "readOnlyRootFilesystem": TRUTH, "privileged": TRUTH,
                        "capabilities": {"drop": [TEXT], "add": [TEXT]}},
    "resources": {"requests": QUANTITIES, "limits": QUANTITIES},
    "startupProbe": PROBE, "readinessProbe": PROBE, "livenessProbe": PROBE,
    "volumeMounts": [{"name": TEXT, "mountPath": TEXT, "readOnly": TRUTH}]}
POD = {
    "hostUsers": (TRUTH, type(None)), "automountServiceAccountToken": TRUTH, "enableServiceLinks": TRUTH,
    "terminationGracePeriodSeconds": NUMBER, "runtimeClassName": TEXT,
    "securityContext": {"runAsNonRoot": TRUTH, "runAsUser": NUMBER, "runAsGroup": NUMBER, "fsGroup": NUMBER,
                        "seccompProfile": {"type": {"RuntimeDefault", "Localhost"}, "localhostProfile": TEXT}},
    "topologySpreadConstraints": [{"maxSkew": NUMBER, "topologyKey": TEXT, "labelSelector": SELECTOR,
                                   "whenUnsatisfiable": {"ScheduleAnyway", "DoNotSchedule"}}],
    "containers": [CONTAINER],
    "volumes": [{"name": TEXT, "secret": {"secretName": TEXT, "defaultMode": NUMBER},
                 "emptyDir": {"medium": {"Memory"}, "sizeLimit": TEXT}}]}
SCHEMA = {
    ("v1", "Namespace"): {"metadata": META},
    ("apps/v1", "Deployment"): {"metadata": META, "spec": {
        "selector": SELECTOR, "strategy": {"rollingUpdate": {"maxUnavailable": NUMBER, "maxSurge": NUMBER}},
        "template": {"metadata": META, "spec": POD}}},
    ("v1", "Service"): {"metadata": META, "spec": {"selector": LABELS, "ports": [
        {"name": TEXT, "port": NUMBER, "targetPort": (TEXT, NUMBER)}]}},
    ("autoscaling/v2", "HorizontalPodAutoscaler"): {"metadata": META, "spec": {
        "scaleTargetRef": {"apiVersion": TEXT, "kind": TEXT, "name": TEXT}, "minReplicas": NUMBER, "maxReplicas": NUMBER,
        "metrics": [{"type": {"Pods", "Resource"},
                     "pods": {"metric": {"name": TEXT}, "target": {"type": {"AverageValue"}, "averageValue": TEXT}},
                     "resource": {"name": {"cpu"}, "target": {"type": {"Utilization"}, "averageUtilization": NUMBER}}}],
        "behavior": {"scaleUp": {"stabilizationWindowSeconds": NUMBER}, "scaleDown": {"stabilizationWindowSeconds": NUMBER}}}},
    ("policy/v1", "PodDisruptionBudget"): {"metadata": META, "spec": {"maxUnavailable": NUMBER, "selector": SELECTOR}},
    ("networking.k8s.io/v1", "NetworkPolicy"): {"metadata": META, "spec": {
        "podSelector": SELECTOR, "policyTypes": [{"Ingress", "Egress"}], "egress": [],
        "ingress": [{"from": [{"namespaceSelector": SELECTOR}], "ports": [{"port": (TEXT, NUMBER), "protocol": {"TCP"}}]}]}},
    ("node.k8s.io/v1", "RuntimeClass"): {"metadata": META, "handler": TEXT},
    ("kustomize.config.k8s.io/v1beta1", "Kustomization"): {
        "namespace": TEXT, "resources": [TEXT], "patches": [{"path": TEXT}],
        "images": [{"name": TEXT, "newName": TEXT, "newTag": TEXT}]},
}


def load(path):
    return yaml.safe_load(path.read_text())


def complaints(value, schema, where):
    """What is wrong with a value, one text for each."""
    if isinstance(schema, set):
        return [] if value in schema else [f"{where}: {value!r} is none of {sorted(schema)}"]
    if isinstance(schema, list):
        if not isinstance(value, list):
            return [f"{where}: not a list"]
        return [text for i, entry in enumerate(value)
                for text in (complaints(entry, schema[0], f"{where}[{i}]") if schema else [f"{where}: not empty"])]
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            return [f"{where}: not a mapping"]
        found = []
        for key, entry in value.items():
            kind = schema.get(key, schema.get(...))
            found += complaints(entry, kind, f"{where}.{key}") if kind is not None else [f"{where}: no field {key}"]
        return found
    kinds = schema if isinstance(schema, tuple) else (schema,)
    return [] if type(value) in kinds else [f"{where}: {value!r} is not of {kinds}"]


def documents(folder):
    return {path.name: load(path) for path in sorted((FOLDER / folder).glob("*.yaml"))}


class Files(unittest.TestCase):
    base, gvisor = documents("base"), documents("gvisor")

    def of(self, kind):
        return next(value for value in self.base.values() if value["kind"] == kind)

    @property
    def pod(self):
        return self.of("Deployment")["spec"]["template"]

    @property
    def container(self):
        return self.pod["spec"]["containers"][0]

    def test_every_field_is_one_of_its_kind(self):
        for folder in (self.base, self.gvisor):
            for name, value in folder.items():
                with self.subTest(name):
                    body = {key: entry for key, entry in value.items() if key not in ("apiVersion", "kind")}
                    self.assertEqual(complaints(body, SCHEMA[value["apiVersion"], value["kind"]], name), [])

    def test_the_check_notices(self):
        for value, schema in (({"x": 1}, {"y": int}), ({"y": "1"}, {"y": int}), ([1], {}), ("a", {"b"}), ([1], [])):
            self.assertNotEqual(complaints(value, schema, ""), [])

    def test_every_file_is_listed_and_there(self):
        for folder in (self.base, self.gvisor):
            listed = folder["kustomization.yaml"]
            names = [name for name in listed["resources"] if not name.startswith("..")]
            names += [patch["path"] for patch in listed.get("patches", ())]
            self.assertEqual(sorted(names + ["kustomization.yaml"]), sorted(folder))

    def test_names_fit(self):
        labels = self.pod["metadata"]["labels"]
        deployment = self.of("Deployment")
        selectors = [deployment["spec"]["selector"]["matchLabels"], self.of("Service")["spec"]["selector"],
                     self.of("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
                     self.of("NetworkPolicy")["spec"]["podSelector"]["matchLabels"]]
        selectors += [entry["labelSelector"]["matchLabels"] for entry in self.pod["spec"]["topologySpreadConstraints"]]
        for selector in selectors:
            self.assertTrue(selector)
            self.assertLessEqual(selector.items(), labels.items())
        target = self.of("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
        self.assertEqual(target, {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment["metadata"]["name"]})
        ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        used = {self.of("Service")["spec"]["ports"][0]["targetPort"],
                self.of("NetworkPolicy")["spec"]["ingress"][0]["ports"][0]["port"]}
        used |= {self.container[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
        self.assertEqual(used, set(ports))
        self.assertEqual(ports["http"], int(re.search(r"ARG PORT=(\d+)", (ROOT / "deploy" / "Dockerfile").read_text())[1]))
        self.assertEqual(self.pod["metadata"]["annotations"]["prometheus.io/port"], str(ports["http"]))
        self.assertEqual({mount["name"] for mount in self.container["volumeMounts"]},
                         {volume["name"] for volume in self.pod["spec"]["volumes"]})
        namespace = self.of("Namespace")["metadata"]["name"]
        self.assertEqual(self.base["kustomization.yaml"]["namespace"], namespace)
        self.assertEqual(self.base["kustomization.yaml"]["images"][0]["name"], self.container["image"])
        page = (ROOT / "docs" / "deployment.md").read_text()
        secret = next(volume["secret"] for volume in self.pod["spec"]["volumes"] if "secret" in volume)
        self.assertIn(f"kubectl create secret generic {secret['secretName']} --namespace {namespace} ", page)
        self.assertEqual(self.pod["spec"]["securityContext"]["runAsUser"],
                         int(re.search(r"^USER (\d+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)[1]))

    def test_the_base_is_restricted(self):
        """As the namespace's Pod Security level wants it."""
        pod, container = self.pod["spec"]["securityContext"], self.container["securityContext"]
        self.assertEqual((pod["runAsNonRoot"], pod["seccompProfile"]["type"]), (True, "RuntimeDefault"))
        self.assertEqual(container, {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                     "privileged": False, "capabilities": {"drop": ["ALL"]}})
        self.assertEqual(self.pod["spec"]["hostUsers"], False)
        self.assertEqual(self.pod["spec"]["automountServiceAccountToken"], False)
        policy = self.of("NetworkPolicy")["spec"]
        self.assertEqual((sorted(policy["policyTypes"]), policy["egress"]), (["Egress", "Ingress"], []))

    def test_gvisor_has_what_its_page_tells(self):
        patch = self.gvisor["deployment.yaml"]["spec"]["template"]["spec"]
        self.assertEqual(patch["runtimeClassName"], self.gvisor["runtime-class.yaml"]["metadata"]["name"])
        added = set(patch["containers"][0]["securityContext"]["capabilities"]["add"])
        line = re.search(r"^docker run --runtime runsc .*$", (ROOT / "docs" / "deployment.md").read_text(), re.M)[0]
        self.assertEqual(added, set(re.findall(r"--cap-add=(\S+)", line)))
        told = re.search(r"needs\s+root inside with (.*?), which", (ROOT / "docs" / "sandbox.md").read_text(), re.S)[1]
        self.assertEqual({f"CAP_{name}" for name in added}, set(re.findall(r"CAP_\w+", told)))

    def test_a_pod_has_time_to_end(self):
        values = {entry["name"]: entry["value"] for entry in self.container["env"]}
        self.assertGreater(self.pod["spec"]["terminationGracePeriodSeconds"],
                           int(values["PYRUNNER_DRAIN_TIME"]) + int(values["PYRUNNER_DRAIN_DELAY"]) + 5)

    def test_it_scales_before_all_sandboxes_are_busy(self):
        values = {entry["name"]: entry["value"] for entry in self.container["env"]}
        metric = self.of("HorizontalPodAutoscaler")["spec"]["metrics"][0]["pods"]
        self.assertLess(int(metric["target"]["averageValue"]), int(values["PYRUNNER_MAX_RUNNING"]))
        rule = load(FOLDER / "prometheus-adapter.yaml")["rules"]["custom"][0]
        name = metric["metric"]["name"]
        self.assertTrue(rule["seriesQuery"].startswith(name + "{"))
        self.assertEqual((rule["name"]["as"], re.fullmatch(rule["name"]["matches"], name)[0]), (name, name))

    def test_kustomize_builds_it(self):
        """The lines of docs/deployment.md."""
        page = (ROOT / "docs" / "deployment.md").read_text()
        lines = re.findall(r"^kubectl kustomize .*$", page, re.M)
        self.assertEqual(len(lines), 2)
        if not shutil.which("kubectl"):
            self.skipTest("kubectl is not installed")
        for line in lines:
            done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, timeout=60)
            if "gvisor" in line and "unmarshal" in done.stderr:
                self.skipTest("this kubectl's kustomize is older than `patches`; it built the base")
            self.assertEqual(done.returncode, 0, done.stderr)
            built = list(yaml.safe_load_all(done.stdout))
            kinds = {value["kind"] for value in built}
            self.assertLessEqual({"Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget",
                                  "NetworkPolicy", "Namespace"}, kinds)
            for value in built:
                body = {key: entry for key, entry in value.items() if key not in ("apiVersion", "kind")}
                schema = dict(SCHEMA[value["apiVersion"], value["kind"]])
                self.assertEqual(complaints(body, schema, value["kind"]), [])
            pod = next(value for value in built if value["kind"] == "Deployment")["spec"]["template"]["spec"]
            self.assertIn("registry.example/pyrunner:", pod["containers"][0]["image"])
            self.assertEqual(pod.get("runtimeClassName"), "gvisor" if "gvisor" in line else None)
            self.assertEqual(pod.get("hostUsers"), None if "gvisor" in line else False)


class OfTheService(unittest.TestCase):
    """What the files ask of it is there: with these variables, on these paths."""

    @classmethod
    def setUpClass(cls):
        container = documents("base")["deployment.yaml"]["spec"]["template"]["spec"]["containers"][0]
        cls.container = container
        cls.variables = {entry["name"]: entry["value"] for entry in container["env"]}
        known = {name.upper().replace("-", "_") for name in re.findall(r"^\| `--([a-z-]+)`", SETTINGS, re.M)}
        cls.unknown = {name for name in cls.variables if name.removeprefix("PYRUNNER_") not in known}
        # Its own keys file is not on this machine: as where nobody else listens.
        environment = {name: value for name, value in cls.variables.items() if name != "PYRUNNER_KEYS_FILE"}
        cls.server = Server(*container["args"][2:], env=environment)
        cls.addClassCleanup(cls.server.kill)

    def test_its_settings_exist(self):
        self.assertEqual(self.unknown, set())

    def test_probes_answer(self):
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            path = self.container[probe]["httpGet"]["path"]
            self.assertEqual(self.server.request("GET", path).status, 200, path)

    def test_the_metric_exists(self):
        answer = self.server.request("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        metric = documents("base")["autoscaler.yaml"]["spec"]["metrics"][0]["pods"]["metric"]["name"]
        self.assertRegex(answer.body.decode(), rf"(?m)^{metric} 0$")


if __name__ == "__main__":
    unittest.main()
