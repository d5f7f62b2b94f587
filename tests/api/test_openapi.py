"""openapi.json against the running service: what it describes is so, and what is so is described."""

import json
import pathlib
import re
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import json_schema  # noqa: E402
from support.crowd import parse_answer  # noqa: E402
from support.keys import Keys  # noqa: E402
from support.server import PATIENCE, ServerTest, until  # noqa: E402

JSON = {"Content-Type": "application/json"}
METHODS = ("get", "post")
RUN = {"code": "print(1)"}
EXECUTE = {"code": "print(1)", "language": "python"}
SCRIPT = {"script": "def main():\n    print('x')\n    return [1]"}
FAILING = {"script": "def main():\n    return 1 / 0"}

# Each operation with something to run: its smallest good request, and the field of its program.
RUNS = {"/run": (RUN, "code"), "/pyrunner/run": (RUN, "code"),
        "/code-executor/execute": (EXECUTE, "code"),
        "/nsjail/execute": (SCRIPT, "script"), "/cloudrun/execute": (SCRIPT, "script"),
        "/execute": (SCRIPT, "script")}

# Requests for answers that their path alone promises: (path, status): bodies.
PROMISED = {
    ("/run", 200): [RUN, {"code": "1/0"}, {"code": "import os"}, {"code": "x = ("},
                    {"code": "raise SystemExit(3)"}, {"code": "while True: pass", "timeout": 1},
                    {"code": "x = bytes(500_000_000)", "memory_limit": 64},
                    {"code": "print('\\x00\\ud7ff')", "timeout": None, "other": 1}],
    ("/run", 422): [{}, {"code": 1}, {"code": "", "timeout": "x", "memory_limit": 1.5}, [], None],
    ("/pyrunner/run", 200): [RUN, {"code": "1/0"}],
    ("/pyrunner/run", 422): [{}],
    ("/code-executor/execute", 200): [EXECUTE, {**EXECUTE, "execution_id": "mine"},
                                      {**EXECUTE, "code": "1/0"},
                                      {**EXECUTE, "code": "while True: pass", "timeout": 1},
                                      {**EXECUTE, "code": "x = bytes(500_000_000)",
                                       "max_memory_mb": 64}],
    ("/code-executor/execute", 400): [{**EXECUTE, "code": "import os; os.system('ls')"}],
    ("/code-executor/execute", 422): [{"code": "1"}, {"language": "go", "code": 1}],
    ("/nsjail/execute", 200): [SCRIPT, FAILING],
    ("/nsjail/execute", 400): [{}, {"script": "x = 1"}, {"script": "import os"}],
    ("/cloudrun/execute", 200): [SCRIPT, FAILING],
    ("/cloudrun/execute", 400): [{}, {"script": "x = 1"}, {"script": "def main(:"}],
    ("/execute", 200): [SCRIPT, FAILING, EXECUTE],
    ("/execute", 400): [{}, {"script": "x = 1"}, {**EXECUTE, "code": "import os; os.system('ls')"}],
    ("/execute", 422): [{"code": "1"}],
}


def body_of(answer):
    kind = answer.headers.get("content-type", "").split(";")[0]
    return kind, answer.json if kind == "application/json" else answer.body.decode()


class Described(ServerTest):
    """With the document, and a check of answers against it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls.server.request("GET", "/openapi.json").json

    def operations(self):
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield path, method, operation

    def response(self, path, method, status):
        responses = self.document["paths"][path][method]["responses"]
        chosen = responses.get(str(status), responses["default"])
        return json_schema.resolve(chosen, self.document)

    def check(self, path, method, answer, status=None):
        """That the answer is as the document says for its status."""
        if status is not None:
            self.assertEqual(answer.status, status, answer)
        described = self.response(path, method, answer.status)
        kind, value = body_of(answer)
        self.assertIn(kind, described["content"], answer)
        schema = described["content"][kind]["schema"]
        self.assertEqual(json_schema.complaints(value, schema, self.document), [], answer)
        for name, header in described.get("headers", {}).items():
            header = json_schema.resolve(header, self.document)
            if name.lower() not in answer.headers:
                self.assertFalse(header.get("required", False), f"no {name}: {answer}")
                continue
            text = answer.headers[name.lower()]
            schema = header["schema"]
            value = int(text) if schema["type"] == "integer" else text
            self.assertEqual(json_schema.complaints(value, schema, self.document), [])


class Document(Described):
    def test_it_is_sound(self):
        self.assertEqual(self.document["openapi"], "3.1.0")
        text = json.dumps(self.document)
        self.assertNotIn("{{", text)
        for path in re.findall(r'"\$ref": "([^"]+)"', text):
            json_schema.resolve({"$ref": path}, self.document)
        ids = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(ids), len(set(ids)))
        tags = {tag["name"] for tag in self.document["tags"]}
        for _, method, operation in self.operations():
            self.assertIn(method, METHODS)
            self.assertLessEqual(set(operation["tags"]), tags)
            self.assertTrue(operation["summary"])
        for schema in json_schema.schemas_in(self.document):
            json_schema.complaints({}, schema, self.document)  # Asserts that each keyword is known.

    def test_examples_are_valid(self):
        def look(node):
            if isinstance(node, list):
                for item in node:
                    look(item)
            elif isinstance(node, dict):
                if "example" in node and "schema" in node:
                    self.assertEqual(json_schema.complaints(
                        node["example"], node["schema"], self.document), [])
                for value in node.values():
                    look(value)
        look(self.document)

    def test_every_request_example_runs(self):
        for path, method, operation in self.operations():
            if "requestBody" not in operation:
                continue
            content = json_schema.resolve(operation["requestBody"], self.document)["content"]
            with self.subTest(path=path):
                self.check(path, method, self.server.post(
                    path, content["application/json"]["example"]), 200)

    def test_every_path_has_exactly_its_methods(self):
        """The other way round - every route is described - is held by a unit test of the router."""
        for path, item in self.document["paths"].items():
            with self.subTest(path=path):
                wanted = {"OPTIONS"} | {method.upper() for method in item}
                if "get" in item:
                    wanted.add("HEAD")
                answer = self.server.request("OPTIONS", path)
                self.assertEqual(answer.status, 204)
                self.assertEqual(set(answer.headers["allow"].split(", ")), wanted)
                answer = self.server.request("DELETE", path)
                self.assertEqual(answer.status, 405)
                self.check(path, next(iter(item)), answer)

    def test_what_is_not_described_is_not_there(self):
        for path in ("/nothing", "/run/", "/openapi", "/docs/", "/web/", "/web/nothing", "/v1"):
            answer = self.server.request("GET", path)
            self.assertEqual(answer.status, 404, path)
            self.assertEqual(list(answer.json), ["detail"])


class Answers(Described):
    def test_every_answer_that_a_path_promises_is_given(self):
        promised = {(path, int(status)) for path, method, operation in self.operations()
                    for status, response in operation["responses"].items()
                    if method == "post" and status in ("200", "400", "422")}
        self.assertEqual(promised, PROMISED.keys())
        for (path, status), bodies in PROMISED.items():
            for body in bodies:
                with self.subTest(path=path, body=body):
                    self.check(path, "post", self.server.post(path, body), status)
            if status != 200:
                with self.subTest(path=path):
                    for raw, kind in ((b"{", "application/json"), (b'{"a":1}', "text/plain")):
                        answer = self.server.request("POST", path, raw, {"Content-Type": kind})
                        self.assertIn(answer.status, (400, 422))
                        self.check(path, "post", answer)

    def test_every_get_answers_as_described(self):
        for path, method, operation in self.operations():
            if method != "get":
                continue
            for kind in operation["responses"]["200"]["content"]:
                with self.subTest(path=path, kind=kind):
                    answer = self.server.request("GET", path, headers={"Accept": kind})
                    self.check(path, method, answer, 200)
                    self.assertEqual(body_of(answer)[0], kind)
            if path.endswith("/health"):
                self.check(path, method, self.server.request("GET", path + "?verbose=1"), 200)

    def test_pages_of_other_sites(self):
        for path, method, _ in self.operations():
            with self.subTest(path=path):
                self.check(path, method, self.server.request(
                    method.upper(), path, "{}" if method == "post" else None,
                    {**JSON, "Origin": "http://evil.example"}), 403)

    def test_http_that_is_wrong(self):
        host = b"Host: localhost\r\n"
        length = b"Content-Length: "
        too_large = b"%d" % (self.max_body() + 1)
        requests = {
            400: b"GET /run HTTP/1.1\r\n\r\n",
            413: b"POST /run HTTP/1.1\r\n" + host + length + too_large + b"\r\n\r\n",
            414: b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n" + host + b"\r\n",
            415: b"POST /run HTTP/1.1\r\n" + host + length + b"1\r\nContent-Encoding: gzip\r\n\r\nx",
            417: b"POST /run HTTP/1.1\r\n" + host + length + b"1\r\nExpect: more\r\n\r\nx",
            421: b"GET /run HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            431: b"GET /run HTTP/1.1\r\n" + host + b"X: y\r\n" * 100 + b"\r\n",
            405: b"BREW /run HTTP/1.1\r\n" + host + b"\r\n",
            501: b"POST /run HTTP/1.1\r\n" + host + b"Transfer-Encoding: gzip\r\n\r\n",
            505: b"GET /run HTTP/2.0\r\n" + host + b"\r\n",
            408: b"POST /run HTTP/1.1\r\n" + host + length + b"9\r\n\r\n{",  # and no more comes
        }
        named = set(map(int, re.findall(
            r"\b[45]\d\d\b", self.document["components"]["responses"]["Http"]["description"])))
        self.assertEqual(named - {500}, requests.keys())
        for status, data in requests.items():
            with self.subTest(status=status):
                connection = self.server.connect()
                connection.connect()
                with connection.sock as socket:
                    socket.settimeout(60 * PATIENCE)
                    socket.sendall(data)
                    received = b""
                    while not (answer := parse_answer(received)):
                        more = socket.recv(65536)
                        self.assertTrue(more, received)
                        received += more
                self.check("/run", "post", answer, status)

    def max_body(self):
        found = re.search(r"at most (\d+) bytes", self.document["info"]["description"])
        return int(found[1])

    def test_the_largest_body(self):
        body = json.dumps(RUN).encode()
        body += b" " * (self.max_body() - len(body))
        self.check("/run", "post", self.server.request("POST", "/run", body, JSON), 200)


class Limits(Described):
    """The border of each limit is accepted, what is beyond it is refused."""

    def properties(self, path):
        operation = self.document["paths"][path]["post"]
        content = json_schema.resolve(operation["requestBody"], self.document)["content"]
        schema = content["application/json"]["schema"]
        return json_schema.resolve(schema.get("anyOf", [schema])[-1], self.document)["properties"]

    def borders(self, name, schema):
        """(good values, bad values) of a field."""
        if "maximum" in schema:
            self.assertLessEqual(schema["minimum"], schema["default"])
            self.assertLessEqual(schema["default"], schema["maximum"])
            good = [schema["minimum"], schema["maximum"], schema["default"], None]
            return good, [schema["minimum"] - 1, schema["maximum"] + 1, "x", 1.5, [], {}]
        if "const" in schema:
            return [schema["const"]], ["x", None, 1]
        good, bad = [], [1, [], {}]
        if name in ("code", "script"):
            start = SCRIPT["script"] + "\n#" if name == "script" else "#"
            # Characters of four bytes: it is characters that are counted.
            def text(size):
                return start + "\U0001F600" * (size - len(start))
        else:
            def text(size):
                return "\u00e9" * size
            good.append(None)
        good += [text(schema["maxLength"])]
        bad += [text(schema["maxLength"] + 1)]
        if schema.get("minLength"):
            bad += ["", " \n\t"]
        return good, bad

    def test_borders(self):
        seen = set()
        for path, (smallest, _) in RUNS.items():
            if path == "/execute":
                continue  # The others' own.
            for name, schema in self.properties(path).items():
                good, bad = self.borders(name, schema)
                seen |= schema.keys()
                for value in good:
                    with self.subTest(path=path, field=name, good=str(value)[:50]):
                        self.assertEqual(json_schema.complaints(value, schema, self.document), [])
                        answer = self.server.post(path, {**smallest, name: value})
                        self.check(path, "post", answer, 200)
                for value in bad:
                    with self.subTest(path=path, field=name, bad=str(value)[:50]):
                        self.assertNotEqual(
                            json_schema.complaints(value, schema, self.document), [])
                        answer = self.server.post(path, {**smallest, name: value})
                        self.check(path, "post", answer,
                                   400 if path in ("/nsjail/execute", "/cloudrun/execute") else 422)
        self.assertLessEqual({"minimum", "maximum", "minLength", "maxLength", "const"}, seen)

    def test_required_fields(self):
        for path, (smallest, _) in RUNS.items():
            for name in smallest:
                answer = self.server.post(path, {k: v for k, v in smallest.items() if k != name})
                self.assertIn(answer.status, (400, 422))
                self.check(path, "post", answer)


class LoweredLimits(Limits):
    """What the operator set is what is described."""

    flags = ("--memory-budget-mb", "200", "--memory-overcommit", "1", "--execution-timeout", "7",
             "--max-memory-mb", "100", "--max-body-kb", "12500", "--max-running", "1")

    def test_they_are_described(self):
        run, execute = self.properties("/run"), self.properties("/code-executor/execute")
        self.assertLessEqual(run["memory_limit"]["maximum"], 200)
        self.assertLessEqual(run["memory_limit"]["default"], run["memory_limit"]["maximum"])
        self.assertEqual(execute["max_memory_mb"]["default"], 100)
        self.assertEqual(execute["timeout"]["default"], 7)
        self.assertIn("12800000 bytes", self.document["info"]["description"])


class Busy(Described):
    flags = ("--max-running", "1", "--max-queued", "0")

    def test_programs_beyond_the_queue_get_503(self):
        occupant = threading.Thread(
            target=lambda: self.server.run("while True: pass", timeout=6 * PATIENCE))
        occupant.start()
        self.addCleanup(occupant.join)
        def running():
            return self.server.request("GET", "/health?verbose=1").json["running"] == 1
        until(running, 20, "the program runs")
        for path, (body, _) in RUNS.items():
            with self.subTest(path=path):
                answer = self.server.post(path, body)
                self.check(path, "post", answer, 503)
                self.assertIn("retry-after", answer.headers)


class Crowded(Described):
    flags = ("--max-connections", "6", "--max-connections-per-address", "3")

    def test_connections_beyond_their_number_get_429(self):
        held = [self.server.connect() for _ in range(3)]
        for connection in held:
            connection.connect()
            self.addCleanup(connection.close)
        answer = until(lambda: (a := self.server.request("GET", "/health")).status == 429 and a, 10,
                       "too many connections")
        self.check("/health", "get", answer, 429)


class Cleanups:
    """A class in the place of a test, for what cleans up after itself."""

    def __init__(self, suite):
        self.addCleanup = suite.addClassCleanup


class WithKeys(Described):
    """What needs a key, and what a key may."""

    @classmethod
    def setUpClass(cls):
        cls.keys = Keys(Cleanups(cls))
        cls.key = cls.keys.add("ada")
        cls.slow = cls.keys.add("slow", "--rate", "0.01")
        cls.narrow = cls.keys.add("narrow", "--policies", "nobodys")
        cls.flags = ("--keys-file", cls.keys.path)
        super().setUpClass()

    def test_locked_operations_want_a_key_and_open_ones_do_not(self):
        for path, method, operation in self.operations():
            with self.subTest(path=path):
                body = json.dumps(RUNS[path][0]) if path in RUNS else None
                fields = dict(JSON) if body else {}
                answer = self.server.request(method.upper(), path, body, fields)
                if operation["security"] == [] or path.endswith("/health"):
                    self.assertEqual(answer.status, 200)
                else:
                    self.check(path, method, answer, 401)
                if path.endswith("/health"):
                    self.check(path, method, self.server.request("GET", path + "?verbose=1"), 401)
                for scheme in ({"Authorization": f"Bearer {self.key}"}, {"X-Api-Key": self.key}):
                    answer = self.server.request(method.upper(), path, body, {**fields, **scheme})
                    self.check(path, method, answer, 200)

    def test_the_refusals_of_a_key(self):
        for path, (body, _) in RUNS.items():
            with self.subTest(path=path):
                self.check(path, "post", self.server.post(path, body, key=self.narrow), 403)
                self.server.post(path, body, key=self.slow)
                answer = self.server.post(path, body, key=self.slow)
                self.check(path, "post", answer, 429)
                self.assertIn("ratelimit", answer.headers)
                self.assertIn("ratelimit-policy", answer.headers)


if __name__ == "__main__":
    unittest.main()
