"""The bare POST /execute, which two APIs share: which of them answers."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import Server, ServerTest  # noqa: E402

JSON = {"Content-Type": "application/json"}
CODE = "print('code executor')"
SCRIPT = "def main():\n    return 'main script'"

# Bodies that say whose they are: the code executor's,
CODE_BODIES = [
    {"code": CODE, "language": "python"},
    {"language": "python", "code": CODE},
    {"code": CODE, "language": "python", "script": SCRIPT},
    {"script": SCRIPT, "code": CODE, "language": "python"},
    {"script": None, "code": CODE, "language": "python"},
    {"x": {"script": SCRIPT}, "y": [{"script": SCRIPT}, "script"], "code": CODE,
     "language": "python"},
    {"x": '", "script": "', "code": CODE, "language": "python"},
    {"x": "\\", "code": CODE, "language": "python", "z": "\\\""},
    {"code": CODE, "language": "python", "execution_id": "script"},
]
# and the main script's.
SCRIPT_BODIES = [
    {"script": SCRIPT},
    {"script": SCRIPT, "language": "python"},
    {"language": "python", "script": SCRIPT},
    {"script": SCRIPT, "x": {"code": CODE, "language": "python"}},
    {"x": [["code"], {"code": CODE}], "script": SCRIPT},
    {"x": '{"code": "1"}', "script": SCRIPT},
    {"x": '", "code": "', "script": SCRIPT},
    {"x": '\\", "code": "', "y": "\\", "script": SCRIPT},
    {"Code": CODE, "script": SCRIPT},
    {"code ": CODE, "script": SCRIPT},
    {"codes": CODE, "script": SCRIPT},
    {"script": SCRIPT, **{f"field {i}": i for i in range(60)}},
]
# The same for the eye, or hard to read without a parser.
CODE_TEXTS = [
    b'{"co\\u0064e": "print(\'code executor\')", "language": "python"}',
    b'\xef\xbb\xbf{"code": "print(\'code executor\')", "language": "python"}',
    b' \n\t{ "code"\r\n:\t"print(\'code executor\')" , "language" : "python" } \n',
    b'{"\\"script\\"": 1, "code": "print(\'code executor\')", "language": "python"}',
]
SCRIPT_TEXTS = [
    b'{"\\u0073cript": "def main():\\n    return \'main script\'"}',
    b'\xef\xbb\xbf{"script": "def main():\\n    return \'main script\'"}',
    b' \n\t{ "script"\r\n:\t"def main():\\n    return \'main script\'" } \n',
    b'{"\\"code\\"": 1, "script": "def main():\\n    return \'main script\'"}',
]


class BareExecute(ServerTest):
    def send(self, body, headers=JSON):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.server.request("POST", "/execute", body, headers)

    def test_code_goes_to_the_code_executor(self):
        for body in (*CODE_BODIES, *CODE_TEXTS):
            with self.subTest(body=body):
                answer = self.send(body)
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual((answer.json.get("status"), answer.json["stdout"]),
                                 ("completed", "code executor\n"))

    def test_a_script_goes_to_the_main_script(self):
        for body in (*SCRIPT_BODIES, *SCRIPT_TEXTS):
            with self.subTest(body=body):
                answer = self.send(body)
                self.assertEqual((answer.status, answer.json),
                                 (200, {"result": "main script", "stdout": ""}))

    def test_many_unknown_fields_before_the_one_that_counts(self):
        many = {f"field {i}": i for i in range(1000)}
        answer = self.send({**many, "script": SCRIPT})
        self.assertEqual((answer.status, answer.json), (200, {"result": "main script",
                                                              "stdout": ""}))
        answer = self.send({**many, "code": CODE, "language": "python"})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json["stdout"], "code executor\n")

    def test_a_code_executors_request_with_something_wrong(self):
        for body, where in (
                ({"code": CODE}, ["language"]), ({"code": 5}, ["code", "language"]),
                ({"code": None, "language": "python"}, ["code"]),
                ({"language": "python"}, ["code"]),
                ({"code": CODE, "language": "ruby"}, ["language"]),
                ({"code": CODE, "language": "python", "timeout": 0}, ["timeout"])):
            with self.subTest(body=body):
                answer = self.send(body)
                self.assertEqual(answer.status, 422, answer)
                self.assertEqual([error["loc"] for error in answer.json["detail"]],
                                 [["body", name] for name in where])

    def test_a_main_scripts_request_with_something_wrong(self):
        for body in ({"script": 5}, {"script": None}, {"script": []}):
            with self.subTest(body=body):
                answer = self.send(body)
                self.assertEqual((answer.status, set(answer.json)), (400, {"error", "stdout"}))
                self.assertIn("'script'", answer.json["error"])

    def test_a_request_that_says_nothing(self):
        for body in (b"", b"{}", b"[]", b"null", b"5", b'{"scrip": 1}', b'["code"]', b'"code"'):
            with self.subTest(body=body):
                answer = self.send(body)
                self.assertEqual((answer.status, answer.json), (400, {
                    "error": "Request must contain 'script' field", "stdout": ""}))

    def test_malformed_json_is_refused_in_order(self):
        for body in (b"not json", b"{", b'{"code"', b'{"code":', b'{"code": "print(1)"',
                     b'{"script": "def main(): return 1"', b'{"code": }', b'{"a": [}, "code": 1}',
                     b'{"code": "1", "code": "2", "language": "python"}', b"\xff", b"\0",
                     b'{"x": ' + b"[" * 100_000, b'{"' + b"\\" * 9_999, b"{" * 100_000):
            with self.subTest(body=body[:60]):
                answer = self.send(body)
                self.assertIn((answer.status, set(answer.json)),
                              [(400, {"error", "stdout"}), (422, {"detail"})], answer)

    def test_another_content_type(self):
        for body, expected in (({"code": CODE, "language": "python"}, (422, {"detail"})),
                               ({"script": SCRIPT}, (400, {"error", "stdout"}))):
            with self.subTest(body=body):
                answer = self.send(body, {"Content-Type": "text/plain"})
                self.assertEqual((answer.status, set(answer.json)), expected)

    def test_other_methods(self):
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            with self.subTest(method=method):
                answer = self.server.request(method, "/execute")
                self.assertEqual(answer.status, 405)
                self.assertIn("POST", answer.headers["allow"])

    def test_unsafe_code_and_what_the_main_script_may_do(self):
        code = "import os\nos.system('ls')"
        answer = self.send({"code": code, "language": "python"})
        self.assertEqual((answer.status, answer.json), (400, {"detail": "Unsafe code detected"}))
        answer = self.send({"script": "import os\ndef main():\n    return os.sep"})
        self.assertEqual((answer.status, answer.json), (200, {"result": "/", "stdout": ""}))

    def test_the_prefixes_do_not_mix(self):
        for path, body, expected in (
                ("/code-executor/execute", {"script": SCRIPT}, 422),
                ("/cloudrun/execute", {"code": CODE, "language": "python"}, 400),
                ("/nsjail/execute", {"code": CODE, "language": "python"}, 400),
                ("/run", {"script": SCRIPT}, 422)):
            with self.subTest(path=path):
                self.assertEqual(self.server.post(path, body).status, expected)
        for path in ("/nsjail/run", "/cloudrun/run", "/code-executor/run", "/pyrunner/execute",
                     "/execute/", "/Execute", "/nsjail", "/execute/execute"):
            with self.subTest(path=path):
                self.assertEqual(self.server.post(path, {"script": SCRIPT}).status, 404)


class WithNsjailsScripts(BareExecute):
    """All of the above hold for the other main script too, but for its wordings and its policy."""

    flags = ("--script-api", "nsjail")

    def test_unsafe_code_and_what_the_main_script_may_do(self):
        answer = self.send({"code": "import os\nprint(os.sep)", "language": "python"})
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "/\n"))
        answer = self.send({"script": "import os\ndef main():\n    return os.sep"})
        self.assertEqual((answer.status, answer.json["stdout"]), (400, ""))
        self.assertTrue(answer.json["error"].startswith("ERROR: Import of 'os' is not allowed"))

    def test_its_own_wordings(self):
        answer = self.send({"script": "x = 1"})
        self.assertEqual((answer.status, answer.json), (
            400, {"error": "ERROR: No main() function found", "stdout": ""}))

    def test_cloud_runs_own_path_is_still_there(self):
        answer = self.server.post("/cloudrun/execute", {"script": "x = 1"})
        self.assertEqual((answer.status, answer.json), (
            400, {"error": "Script must contain a main() function", "stdout": ""}))


class ScriptApi(unittest.TestCase):
    def start(self, *flags, **env):
        server = Server(*flags, env=env)
        self.addCleanup(server.stop)
        return server.post("/execute", {"script": "x = 1"}).json["error"]

    def test_cloud_run_is_the_default(self):
        self.assertEqual(self.start(), "Script must contain a main() function")
        self.assertEqual(self.start("--script-api", "cloudrun"),
                         "Script must contain a main() function")

    def test_its_other_spellings(self):
        self.assertEqual(self.start(PYRUNNER_SCRIPT_API="nsjail"),
                         "ERROR: No main() function found")
        self.assertEqual(self.start("--script-api", "cloudrun", PYRUNNER_SCRIPT_API="nsjail"),
                         "Script must contain a main() function")

    def test_a_policy_for_all(self):
        server = Server("--policy", "open")
        self.addCleanup(server.stop)
        for path in ("/nsjail/execute", "/cloudrun/execute", "/execute"):
            with self.subTest(path=path):
                answer = server.post(path, {"script": "import os\ndef main():\n    return os.sep"})
                self.assertEqual((answer.status, answer.json), (200, {"result": "/", "stdout": ""}))
        for path in ("/code-executor/execute", "/execute"):
            with self.subTest(path=path):
                answer = server.post(path, {"code": "print(eval('1 + 1'))", "language": "python"})
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(answer.json["stdout"], "2\n")


if __name__ == "__main__":
    unittest.main()
