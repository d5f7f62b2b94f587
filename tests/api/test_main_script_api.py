"""The two APIs that call main(): requests, results, endings, and programs that forge them."""

import concurrent.futures
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import PATIENCE, ServerTest  # noqa: E402

JSON = {"Content-Type": "application/json"}
APIS = {"nsjail": "/nsjail/execute", "cloudrun": "/cloudrun/execute"}
ONE = "def main():\n    return 1"
NO_SCRIPT = "Request must contain 'script' field"
NO_MAIN = {
    "nsjail": "ERROR: No main() function found",
    "cloudrun": "Script must contain a main() function",
}
NOT_JSON = "ERROR: main() function must return JSON serializable data"


class MainScriptTest(ServerTest):
    def execute(self, api, script, status=200):
        """The body of the answer, which must have this status and the two fields of the API."""
        answer = self.server.post(APIS[api], {"script": script})
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertIn("stdout", answer.json)
        self.assertEqual(set(answer.json) - {"stdout"},
                         {"result"} if "result" in answer.json else {"error"})
        return answer.json

    def returns(self, api, script, value, stdout=""):
        self.assertEqual(self.execute(api, script), {"result": value, "stdout": stdout})

    def fails(self, api, script, pattern, stdout="", status=200):
        """`pattern` must match all of the error."""
        answer = self.execute(api, script, status)
        self.assertEqual(set(answer), {"error", "stdout"}, str(answer)[:500])
        self.assertRegex(answer["error"], rf"\A(?:{pattern})\Z")
        self.assertEqual(answer["stdout"], stdout)


class Requests(MainScriptTest):
    # Body, error.
    WRONG = [
        ({}, NO_SCRIPT),
        ({"code": ONE}, NO_SCRIPT),
        ({"Script": ONE}, NO_SCRIPT),
        ({"body": {"script": ONE}}, NO_SCRIPT),
        ({"script": None}, NO_SCRIPT),
        ([], NO_SCRIPT),
        ([{"script": ONE}], NO_SCRIPT),
        ("script", NO_SCRIPT),
        (None, NO_SCRIPT),
        (1, NO_SCRIPT),
        ({"script": 1}, "'script' must be a string"),
        ({"script": 1.5}, "'script' must be a string"),
        ({"script": True}, "'script' must be a string"),
        ({"script": []}, "'script' must be a string"),
        ({"script": [ONE]}, "'script' must be a string"),
        ({"script": {}}, "'script' must be a string"),
    ]

    MALFORMED = [
        b"{", b"not json", b'{"script": ', b'{"script": "def main(): return 1"', b"{'script': 1}",
        b'{"script": "def main(): return 1"} x', b'{"script": "def main(): return 1",}',
        b"\xff\xfe", b'{"script": "\xff"}', b'{"script": "\\ud800"}', b'{"script": "\n"}', b"\0",
        b'{"script": NaN}', b"[" * 100_000,
    ]

    def refuses(self, api, body, headers, pattern):
        answer = self.server.request("POST", APIS[api], body, headers)
        self.assertEqual(answer.status, 400, answer)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(set(answer.json), {"error", "stdout"})
        self.assertRegex(answer.json["error"], rf"\A(?:{pattern})\Z")
        self.assertEqual(answer.json["stdout"], "")

    def test_a_script_that_is_missing_or_no_string(self):
        for api in APIS:
            for body, error in self.WRONG:
                with self.subTest(api=api, body=body):
                    self.refuses(api, json.dumps(body), JSON, error)

    def test_an_empty_body(self):
        for api in APIS:
            for headers in (JSON, {}):
                with self.subTest(api=api, headers=headers):
                    self.refuses(api, b"", headers, NO_SCRIPT)

    def test_malformed_json(self):
        for api in APIS:
            for body in self.MALFORMED:
                with self.subTest(api=api, body=body[:80]):
                    self.refuses(api, body, JSON, "Request is not valid JSON: .+")

    def test_other_content_types(self):
        for api in APIS:
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                         "application/xml", "jason"):
                with self.subTest(api=api, kind=kind):
                    self.refuses(api, json.dumps({"script": ONE}), {"Content-Type": kind},
                                 ".*Content-Type.*application/json.*")

    def test_spellings_of_json(self):
        for api in APIS:
            for kind in ("application/json; charset=utf-8", "Application/JSON",
                         "application/vnd.api+json"):
                with self.subTest(api=api, kind=kind):
                    answer = self.server.request("POST", APIS[api], json.dumps({"script": ONE}),
                                                 {"Content-Type": kind})
                    self.assertEqual((answer.status, answer.json), (200, {"result": 1,
                                                                          "stdout": ""}))

    def test_unknown_fields_are_ignored(self):
        for api in APIS:
            with self.subTest(api=api):
                answer = self.server.post(APIS[api], {
                    "timeout": "x", "script": ONE, "language": "ruby", "memory": [], "stdin": {}})
                self.assertEqual((answer.status, answer.json), (200, {"result": 1, "stdout": ""}))

    def test_other_methods(self):
        for api, path in APIS.items():
            for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
                with self.subTest(api=api, method=method):
                    answer = self.server.request(method, path)
                    self.assertEqual(answer.status, 405)
                    self.assertIn("POST", answer.headers["allow"])
            with self.subTest(api=api, path="health"):
                answer = self.server.request("POST", f"/{api}/health", "{}", JSON)
                self.assertEqual(answer.status, 405)
                self.assertIn("GET", answer.headers["allow"])

    def test_a_script_has_at_most_a_million_characters(self):
        fits = ONE + "#" + "é" * (1_000_000 - len(ONE) - 1)
        for api in APIS:
            with self.subTest(api=api):
                self.returns(api, fits, 1)
                self.refuses(api, json.dumps({"script": fits + "#"}), JSON,
                             ".*script.*too large.*")

    def test_a_body_that_is_far_too_large(self):
        body = json.dumps({"script": ONE + "#" * (14 << 20)})
        for api in APIS:
            with self.subTest(api=api):
                self.assertEqual(self.server.request("POST", APIS[api], body, JSON).status, 413)
                self.returns(api, ONE, 1)


class Results(MainScriptTest):
    warm = True

    # What main() returns, and what must be read from the answer.
    VALUES = [
        ("0", 0), ("-1", -1), ("2**53 + 1", 2**53 + 1), ("2**64", 2**64), ("-2**200", -2**200),
        ("10**400", 10**400), ("True", True), ("False", False), ("None", None),
        ("1.4142135623730951", 1.4142135623730951), ("0.1 + 0.2", 0.1 + 0.2), ("-0.0", -0.0),
        ("5e-324", 5e-324), ("1.7976931348623157e308", 1.7976931348623157e308), ("1e16", 1e16),
        ("2.0", 2.0), ("''", ""), ("'text'", "text"), ("'é ß 漢字 🐍'", "é ß 漢字 🐍"),
        (r"'\x00\x01\x1f\x7f\"\\/\b\n\r\t'", '\0\x01\x1f\x7f"\\/\b\n\r\t'),
        (r"'\u2028\u2029\ufeff\uffff'", "\u2028\u2029\ufeff\uffff"),
        (r"'\ud800'", "\ud800"), (r"['a\udfffb', '\udc00\ud800']", ["a\udfffb", "\udc00\ud800"]),
        (r"{'\ud83d': 1}", {"\ud83d": 1}), ("'</script>'", "</script>"),
        ("[]", []), ("{}", {}), ("()", []), ("(1, (2, [3]), ())", [1, [2, [3]], []]),
        ("[[[[]]], {'a': {'b': [{'c': None}]}}]", [[[[]]], {"a": {"b": [{"c": None}]}}]),
        ("{'b': 1, 'a': 2, '': 3, 'é': 4}", {"b": 1, "a": 2, "": 3, "é": 4}),
        ("{1: 'a', 2.5: 'b', None: 'c', False: 'd', 10**30: 'e'}",
         {"1": "a", "2.5": "b", "null": "c", "false": "d", str(10**30): "e"}),
        ("{'result': {'error': 'none'}, 'stdout': 'text'}",
         {"result": {"error": "none"}, "stdout": "text"}),
        ("__import__('collections').OrderedDict(b=1, a=2)", {"b": 1, "a": 2}),
        ("__import__('collections').Counter('aab')", {"a": 2, "b": 1}),
        ("__import__('collections').namedtuple('P', 'x y')(1, 2)", [1, 2]),
        ("__import__('enum').IntEnum('E', 'A B').B", 2),
        ("__import__('numpy').float64(1.4142135623730951)", 1.4142135623730951),
        ("__import__('numpy').arange(3).tolist()", [0, 1, 2]),
        ("list(range(100_000))", list(range(100_000))),
    ]

    # What main() returns, and how the Cloud Run API says that it is no JSON.
    NO_JSON = [
        ("float('nan')", "ValueError: .*JSON.*"),
        ("float('inf')", "ValueError: .*JSON.*"),
        ("[1, {'a': -float('inf')}]", "ValueError: .*JSON.*"),
        ("{float('nan'): 1}", "ValueError: .*JSON.*"),
        ("{(1, 2): 3}", "TypeError: keys must be str, int, float, bool or None, not tuple"),
        ("{b'a': 3}", "TypeError: keys must be str, int, float, bool or None, not bytes"),
        ("set()", "TypeError: Object of type set is not JSON serializable"),
        ("b'text'", "TypeError: Object of type bytes is not JSON serializable"),
        ("1j", "TypeError: Object of type complex is not JSON serializable"),
        ("object()", "TypeError: Object of type object is not JSON serializable"),
        ("len", "TypeError: Object of type builtin_function_or_method is not JSON serializable"),
        ("(x for x in 'ab')", "TypeError: Object of type generator is not JSON serializable"),
        ("[1, {'a': range(3)}]", "TypeError: Object of type range is not JSON serializable"),
        ("__import__('datetime').date(2024, 1, 2)",
         "TypeError: Object of type date is not JSON serializable"),
        ("__import__('decimal').Decimal('1.1')",
         "TypeError: Object of type Decimal is not JSON serializable"),
        ("__import__('numpy').int64(3)",
         "TypeError: Object of type int64 is not JSON serializable"),
        ("__import__('numpy').zeros(2)",
         "TypeError: Object of type ndarray is not JSON serializable"),
        ("10**5000", "ValueError: .*4300 digits.*"),
    ]

    @staticmethod
    def program(expression):
        """The expression as a script that both policies let through."""
        for name in ("collections", "datetime", "decimal", "enum", "numpy"):
            if f"__import__('{name}')" in expression:
                return (f"import {name}\ndef main():\n    return "
                        + expression.replace(f"__import__('{name}')", name))
        return f"def main():\n    return {expression}"

    def test_values_arrive_unchanged(self):
        for api in APIS:
            for expression, value in self.VALUES:
                with self.subTest(api=api, expression=expression):
                    answer = self.execute(api, self.program(expression))
                    self.assertEqual(answer["stdout"], "")
                    # As text: 1 is not True, 0.0 is not -0.0, and keys have an order.
                    self.assertEqual(repr(answer.get("result", answer)), repr(value))

    def test_values_that_are_no_json(self):
        for expression, error in self.NO_JSON:
            with self.subTest(expression=expression):
                self.fails("nsjail", self.program(expression), NOT_JSON.replace("()", r"\(\)"))
                self.fails("cloudrun", self.program(expression), error)

    def test_output_before_a_value_that_is_no_json_is_kept(self):
        script = "def main():\n    print('before')\n    return {1}"
        self.fails("nsjail", script, NOT_JSON.replace("()", r"\(\)"), "before")
        self.fails("cloudrun", script, "TypeError: Object of type set is not JSON serializable",
                   "before")

    def test_nesting(self):
        def script(depth):
            return (f"def main():\n    a = 1\n    for _ in range({depth}):\n        a = [a]\n"
                    "    return a")
        for api in APIS:
            for depth in (100, 500, 900):
                with self.subTest(api=api, depth=depth):
                    answer = self.execute(api, script(depth))
                    self.assertEqual(answer.get("result"),
                                     json.loads("[" * depth + "1" + "]" * depth), answer)
            for depth in (2_000, 100_000, 1_000_000):
                with self.subTest(api=api, depth=depth):
                    answer = self.execute(api, script(depth))
                    self.assertEqual(set(answer), {"error", "stdout"})
                    if api == "nsjail":
                        self.assertEqual(answer["error"], NOT_JSON)
                    else:
                        self.assertRegex(answer["error"], r"\ARecursionError: .+")

    def test_cycles(self):
        for body in ("a = []\n    a.append(a)", "a = {}\n    a['a'] = [a]"):
            with self.subTest(body=body):
                script = f"def main():\n    {body}\n    return a"
                self.fails("nsjail", script, NOT_JSON.replace("()", r"\(\)"))
                self.fails("cloudrun", script, "ValueError: Circular reference detected")

    def test_the_same_value_twice_is_no_cycle(self):
        for api in APIS:
            with self.subTest(api=api):
                self.returns(api, "def main():\n    a = [1]\n    return [a, a, {'a': a}]",
                             [[1], [1], {"a": [1]}])

    def test_a_result_of_10_megabytes(self):
        for api in APIS:
            with self.subTest(api=api, kind="text"):
                answer = self.execute(api, "def main():\n    return 'ab\"\\n' * 2_500_000")
                self.assertTrue(answer["result"] == 'ab"\n' * 2_500_000, "the text differs")
            with self.subTest(api=api, kind="numbers"):
                answer = self.execute(api, "def main():\n    return list(range(1_200_000))")
                self.assertTrue(answer["result"] == list(range(1_200_000)), "the list differs")

    def test_a_result_of_more_than_16_megabytes(self):
        for api in APIS:
            for size in (17_000_000, 60_000_000):
                with self.subTest(api=api, size=size):
                    self.fails(api, f"def main():\n    print('x')\n    return 'a' * {size}",
                               ".*too large.*", "x")
                    self.returns(api, ONE, 1)

    def test_a_result_beside_a_flood_of_output(self):
        flood = ("def main():\n    import threading\n"
                 "    def flood():\n        for _ in range(50):\n            print('y' * 99_999)\n"
                 "    t = threading.Thread(target=flood)\n    t.start()\n{}"
                 "    return 'ab' * 2_000_000")
        for api in APIS:
            for join in ("    t.join()\n", ""):
                with self.subTest(api=api, joined=bool(join)):
                    answer = self.execute(api, flood.format(join))
                    self.assertTrue(answer.get("result") == "ab" * 2_000_000, str(answer)[:300])
                    stdout = answer["stdout"]
                    self.assertTrue(stdout.startswith("y" * 99_999 + "\n"))
                    self.assertTrue(stdout.endswith("\n" + "y" * 99_999))
                    self.assertLess(len(stdout), 1_100_000)
                    self.assertRegex(stdout, r"\n\.\.\. \[output truncated: \d+ bytes omitted\]"
                                             r" \.\.\.\n")

    def test_output_without_end_is_stopped(self):
        for api in APIS:
            with self.subTest(api=api):
                answer = self.execute(api, "def main():\n    while True:\n"
                                      "        print('z' * 9_999)")
                self.assertRegex(answer["error"], r"Output limit exceeded\Z")
                self.assertTrue(answer["stdout"].startswith("z" * 9_999 + "\n"))
                self.assertLess(len(answer["stdout"]), 1_100_000)


class MainFunctions(MainScriptTest):
    warm = True

    # Script, result.
    CALLED = [
        ("async def main():\n    return 5", 5),
        ("main = lambda: 5", 5),
        ("def main(x=3, *rest, **more):\n    return [x, rest, more]", [3, [], {}]),
        ("def main(x=3, *, y=4):\n    return x + y", 7),
        ("if True:\n    def main():\n        return 7", 7),
        ("try:\n    import nothing_of_that_name\nexcept ImportError:\n    def main():\n"
         "        return 'fallback'", "fallback"),
        ("for i in range(3):\n    def main(i=i):\n        return i", 2),
        ("def f():\n    global main\n    def main():\n        return 9\nf()", 9),
        ("def other():\n    return 4\nmain = other", 4),
        ("from collections import OrderedDict as main", {}),
        ("from time import gmtime as now\nfrom collections import Counter as main", {}),
        ("class main(dict):\n    def __init__(self):\n        self['made'] = True",
         {"made": True}),
        ("class Callable:\n    def __call__(self):\n        return 'called'\nmain = Callable()",
         "called"),
        ("import functools\nmain = functools.partial(int, '12')", 12),
        ("import functools\n@functools.lru_cache\ndef main():\n    return 'cached'", "cached"),
        ("def main():\n    return 1\ndef main():\n    return 2", 2),
        ("if __name__ == '__main__':\n    def main():\n        return __name__", "__main__"),
        ("def main():\n    main.calls = getattr(main, 'calls', 0) + 1\n    return main.calls", 1),
        ("\ufeffdef main():\n    return 'marked'", "marked"),
        ("def main():\r\n    return 'carriage returns'\r\n", "carriage returns"),
        ("# coding: latin-1\ndef main():\n    return 'é'", "é"),
        ("def main():\n\treturn 'tab'", "tab"),
    ]

    # Refused before anything runs.
    WITHOUT = [
        "", "\n", "# def main(): pass", "x = 1", "print('no')", "'def main(): pass'", "main",
        "def Main():\n    return 1", "def main_():\n    return 1",
        "class A:\n    def main(self):\n        return 1",
        "def f():\n    def main():\n        return 1",
        "def f(main):\n    return 1", "print(main)", "x.main = 1", "lambda main: 1",
    ]

    # Script, error.
    GONE_OR_WRONG = [
        ("def main():\n    return 1\ndel main", ".*main.*"),
        ("if False:\n    def main():\n        return 7", ".*main.*"),
        ("main = 5", ".*TypeError: 'int' object is not callable"),
        ("main = None", ".*TypeError: 'NoneType' object is not callable"),
        ("import math as main", ".*TypeError: 'module' object is not callable"),
        ("from math import pi as main", ".*TypeError: 'float' object is not callable"),
        ("def main(x):\n    return x",
         r"TypeError: main\(\) missing 1 required positional argument: 'x'"),
        ("def main(*, x):\n    return x",
         r"TypeError: main\(\) missing 1 required keyword-only argument: 'x'"),
        ("async def main(x):\n    return x",
         r"TypeError: main\(\) missing 1 required positional argument: 'x'"),
        ("async def main():\n    raise ValueError('awaited')", "ValueError: awaited"),
    ]

    def test_all_kinds_of_main_are_called(self):
        for api in APIS:
            for script, result in self.CALLED:
                with self.subTest(api=api, script=script):
                    self.returns(api, script, result)

    def test_main_is_called_once_and_after_the_rest(self):
        for api in APIS:
            with self.subTest(api=api):
                self.returns(api, "print('first')\ndef main():\n    print('third')\n    return x\n"
                             "print('second')\nx = 8", 8, "first\nsecond\nthird")
                self.returns(api, "def main():\n    print('called')\n    return 1\nprint(main())",
                             1, "called\n1\ncalled")

    def test_async_main_waits(self):
        self.returns("cloudrun", "import asyncio\nasync def main():\n"
                     "    await asyncio.sleep(0.05)\n"
                     "    return await asyncio.gather(asyncio.sleep(0.05, 1), asyncio.sleep(0, 2))",
                     [1, 2])

    def test_scripts_without_main(self):
        for api in APIS:
            for script in self.WITHOUT:
                with self.subTest(api=api, script=script):
                    self.assertEqual(self.execute(api, script, 400),
                                     {"error": NO_MAIN[api], "stdout": ""})

    def test_a_main_that_cannot_be_called(self):
        for api in APIS:
            for script, error in self.GONE_OR_WRONG:
                with self.subTest(api=api, script=script):
                    self.fails(api, "print('ran')\n" + script, error, "ran")


class Endings(MainScriptTest):
    # Script, error; of either API.
    EXCEPTIONS = [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise ValueError('no')", "ValueError: no"),
        ("raise ValueError", "ValueError"),
        ("raise ValueError('')", "ValueError"),
        ("raise KeyError('k')", "KeyError: 'k'"),
        ("assert False", "AssertionError"),
        ("assert False, 'é 🐍'", "AssertionError: é 🐍"),
        ("undefined", "NameError: name 'undefined' is not defined"),
        ("[][1]", "IndexError: list index out of range"),
        ("import json\n    json.loads('[')",
         r"json\.decoder\.JSONDecodeError: Expecting value: line 1 column 2 \(char 1\)"),
        ("class Own(Exception):\n        pass\n    raise Own(1, 2)",
         r"main\.<locals>\.Own: \(1, 2\)"),
        ("try:\n        1 / 0\n    except ZeroDivisionError:\n        raise TypeError('second')",
         "TypeError: second"),
        ("raise ExceptionGroup('several', [ValueError(1)])",
         r"ExceptionGroup: several \(1 sub-exception\)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import nothing_of_that_name",
         "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("input()", "EOFError: EOF when reading a line"),
        ("def f():\n        f()\n    f()", "RecursionError: maximum recursion depth exceeded.*"),
        ("int('9' * 5000)", "ValueError: Exceeds the limit .*"),
        ("raise SyntaxError('own words')", "SyntaxError: own words"),
        ("class Dumb(Exception):\n        def __str__(self):\n            raise KeyError\n"
         "    raise Dumb", r"main\.<locals>\.Dumb: <exception str\(\) failed>"),
    ]

    # Script, pattern for what follows "Syntax error in script: ".
    SYNTAX = [
        ("def main(:\n    return 1", r"invalid syntax \(line 1, column 10\)"),
        ("def main():\nreturn 1",
         r"expected an indented block after function definition.*line 2.*"),
        ("  def main():\n    return 1", r"unexpected indent \(line 1.*"),
        ("def main():\n    return (1", r"'\(' was never closed \(line 2, column 12\)"),
        ("def main():\n    return 'a", r"unterminated string literal.*line 2.*"),
        ("def main():\n  if 1:\n      pass\n    return 1", r"unindent does not match.*line 4.*"),
        ("def main():\n    return\nreturn 1", r"'return' outside function \(line 3.*"),
        ("def main():\n    print 'old'", r"Missing parentheses.*line 2.*"),
        ("def main():\n    x = \0", ".*null byte.*"),
        ("def other():\n    return {", r".*never closed \(line 2.*"),
        ("(" * 300 + ")" * 300, "too many nested parentheses.*"),
    ]

    # What ends in the Cloud Run API, whose policy refuses nothing: script, error, output.
    EXITS = [
        ("import sys\ndef main():\n    print('x')\n    sys.exit(3)", ".*(exit|Exit).*3.*", "x"),
        ("import sys\ndef main():\n    sys.exit('bye')", ".*bye", ""),
        ("import sys\ndef main():\n    sys.exit()", ".*exit.*0.*", ""),
        ("import sys\nprint('x')\nsys.exit(0)\ndef main():\n    return 1", ".*exit.*0.*", "x"),
        ("import os\ndef main():\n    print('x', flush=True)\n    os._exit(0)", ".*exit.*0.*", "x"),
        ("import os\ndef main():\n    os._exit(41)", ".*exit.*41.*", ""),
        ("import ctypes\ndef main():\n    print('x', flush=True)\n    ctypes.string_at(0)",
         ".*SIGSEGV.*", "x"),
        ("import os\ndef main():\n    os.abort()", ".*(SIGSEGV|SIGABRT).*", ""),
        ("import sys\nsys.setrecursionlimit(10**9)\ndef main():\n    return main()",
         ".*(memory limit|SIGSEGV|RecursionError).*", ""),
    ]

    def test_exceptions(self):
        for api in APIS:
            for body, error in self.EXCEPTIONS:
                with self.subTest(api=api, body=body):
                    self.fails(api, f"def main():\n    print('before')\n    {body}", error,
                               "before")

    def test_exceptions_before_main_is_called(self):
        for api in APIS:
            with self.subTest(api=api):
                self.fails(api, "print('x')\n1 / 0\ndef main():\n    return 1",
                           "ZeroDivisionError: division by zero", "x")

    def test_a_syntax_error_in_text_that_the_script_compiles(self):
        self.fails("cloudrun", "def main():\n    compile('(', 'text', 'eval')",
                   r"SyntaxError: '\(' was never closed")

    def test_an_exception_whose_text_is_no_unicode_keeps_what_can_be_kept(self):
        for api in APIS:
            with self.subTest(api=api):
                self.fails(api, "def main():\n    raise ValueError('bad \\ud800 text')",
                           "ValueError: bad .+ text")

    def test_an_exception_with_a_long_text(self):
        for api in APIS:
            with self.subTest(api=api):
                answer = self.execute(api, "def main():\n"
                                      "    raise ValueError('a' + 'é' * 500_000)")
                self.assertTrue(answer["error"].startswith("ValueError: a" + "é" * 900))
                self.assertNotIn("\ufffd", answer["error"])

    def test_an_exception_with_a_note_is_named_by_its_own_line(self):
        for api in APIS:
            with self.subTest(api=api):
                self.fails(api, "def main():\n    e = ValueError('a')\n    e.add_note('b')\n"
                           "    raise e", "ValueError: a")

    def test_syntax_errors(self):
        for script, error in self.SYNTAX:
            with self.subTest(script=script[:60]):
                self.fails("nsjail", script, "ERROR: Syntax error in script: " + error, "", 400)
                self.fails("cloudrun", script, "Syntax error in script: " + error, "", 400)

    def test_exits_before_main_has_returned(self):
        for script, error, stdout in self.EXITS:
            with self.subTest(script=script):
                self.fails("cloudrun", script, error, stdout)
        for api in APIS:
            with self.subTest(api=api):
                self.fails(api, "def main():\n    raise SystemExit(3)", ".*(exit|Exit).*3.*")
                self.fails(api, "def main():\n    raise SystemExit", ".*exit.*0.*")

    def test_exits_after_main_has_returned(self):
        for code in (0, 7):
            with self.subTest(code=code):
                answer = self.execute("cloudrun", "import atexit, os\n"
                                      f"atexit.register(os._exit, {code})\n" + ONE)
                # It may count or not; but that main() did not return would be untrue.
                self.assertNotRegex(answer.get("error", ""), "before main")

    def test_memory(self):
        for api, megabytes, wording in (
                ("nsjail", 512, "Script execution error: Memory limit exceeded"),
                ("cloudrun", 1024, ".*memory limit.*1024 MB.*")):
            with self.subTest(api=api, kind="in one piece"):
                self.fails(api, f"def main():\n    print('x')\n    bytearray({megabytes} << 20)",
                           wording, "x")
                size = megabytes - 120 << 20
                self.returns(api, f"def main():\n    return len(bytearray({size}))", size)
            with self.subTest(api=api, kind="bit by bit"):
                self.fails(api, "def main():\n    print('x', flush=True)\n    a = []\n"
                           "    while True:\n        a.append(b'1' * 1_000_000)", wording, "x")
            with self.subTest(api=api, kind="caught"):
                self.returns(api, "def main():\n    try:\n        bytearray(1 << 40)\n"
                             "    except MemoryError:\n        return 'caught'", "caught")

    def test_time(self):
        script = "def main():\n    print('so far')\n    while True:\n        pass"
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = {api: pool.submit(self.server.post, path, {"script": script})
                    for api, path in APIS.items()}
        for api, wording in (("nsjail", r"\AScript execution timeout \(30 seconds\)\Z"),
                             ("cloudrun", r"(?i)\A.*tim(ed out|eout).*30 seconds.*\Z")):
            with self.subTest(api=api):
                answer = runs[api].result()
                self.assertEqual((answer.status, set(answer.json)), (200, {"error", "stdout"}))
                self.assertRegex(answer.json["error"], wording)
                self.assertEqual(answer.json["stdout"], "so far")
                self.assertGreaterEqual(answer.seconds, 30)
                self.assertLess(answer.seconds, 30 + 0.5 * PATIENCE)


class Output(MainScriptTest):
    # What main() does, and what stdout is.
    PRINTED = [
        ("pass", ""), ("print()", ""), ("print('a')", "a"), ("print('a', end='')", "a"),
        ("print('a\\n')", "a\n"), ("print('\\n')", "\n"), ("print('a\\n\\n')", "a\n\n"),
        ("print('\\n a ')", "\n a "), ("print('a\\r')", "a\r"),
        ("print('a\\r\\n', end='')", "a\r"),
        ("print('\\0\\x7f\\u2028 é 🐍')", "\0\x7f\u2028 é 🐍"),
        ("print('{\"result\": 1, \"stdout\": \"\"}')", '{"result": 1, "stdout": ""}'),
        ("print('a', flush=True); print('b')", "a\nb"),
    ]

    def test_the_last_newline_is_left_out_and_nothing_else(self):
        for api in APIS:
            for body, stdout in self.PRINTED:
                with self.subTest(api=api, body=body):
                    self.returns(api, f"def main():\n    {body}", None, stdout)

    def test_the_same_where_main_fails(self):
        for api in APIS:
            with self.subTest(api=api):
                self.fails(api, "def main():\n    print('a\\n')\n    1 / 0",
                           "ZeroDivisionError: division by zero", "a\n")

    def test_what_is_printed_after_main_has_returned(self):
        for api in APIS:
            with self.subTest(api=api, kind="atexit"):
                self.returns(api, "import atexit\natexit.register(print, 'late')\ndef main():\n"
                             "    print('early')\n    return 1", 1, "early\nlate")
            with self.subTest(api=api, kind="thread"):
                self.returns(api, "import threading, time\ndef late():\n    time.sleep(0.1)\n"
                             "    print('late')\ndef main():\n    print('early')\n"
                             "    threading.Thread(target=late).start()\n    return 1",
                             1, "early\nlate")
            with self.subTest(api=api, kind="finalizer"):
                self.returns(api, "class A:\n    def __del__(self):\n        print('late')\n"
                             "a = A()\ndef main():\n    return 1", 1, "late")

    def test_a_failure_after_main_has_returned_does_not_take_the_result_away(self):
        for api in APIS:
            with self.subTest(api=api):
                self.returns(api, "import atexit\natexit.register(lambda: 1 / 0)\n" + ONE, 1)

    def test_standard_error_is_no_output(self):
        self.returns("cloudrun", "import sys\ndef main():\n    print('e', file=sys.stderr)\n"
                     "    print('o')\n    return 1", 1, "o")

    def test_bytes_that_are_no_text(self):
        self.returns("cloudrun", "import os\ndef main():\n    os.write(1, b'a\\xff\\xfeb\\n')\n"
                     "    return 1", 1, "a\ufffd\ufffdb")

    def test_streams_that_are_gone(self):
        for line in ("sys.stdout.close()", "sys.stdout = None", "del sys.stdout", "os.close(1)",
                     "os.close(1); os.close(2)", "sys.stdout = sys.stderr = 5"):
            with self.subTest(line=line):
                self.returns("cloudrun", f"import os, sys\n{line}\n" + ONE, 1)


class Refusals(MainScriptTest):
    """The nsjail API refuses before it runs; the Cloud Run API leaves all to the sandbox."""

    REFUSED = ["os", "sys", "subprocess", "socket", "shutil", "ctypes", "importlib", "signal",
               "multiprocessing", "pathlib", "pickle"]

    def test_imports(self):
        for name in self.REFUSED:
            for script in (f"import {name}\ndef main():\n    return 1",
                           f"def main():\n    import {name} as x\n    return 1",
                           f"from {name} import *\ndef main():\n    return 1"):
                with self.subTest(script=script):
                    answer = self.execute("nsjail", "print('ran')\n" + script, 400)
                    self.assertRegex(answer["error"], rf"\AERROR: .*'{name}' is not allowed.*line")
                    self.assertEqual(answer["stdout"], "")
            with self.subTest(name=name, api="cloudrun"):
                self.returns("cloudrun", f"import {name}\n" + ONE, 1)

    def test_ways_around(self):
        for body in ("return __import__('os').getcwd()", "return eval('1')", "exec('import os')",
                     "return main.__globals__", "return ().__class__.__bases__"):
            with self.subTest(body=body):
                answer = self.execute("nsjail", f"def main():\n    {body}", 400)
                self.assertTrue(answer["error"].startswith("ERROR: "), answer)

    def test_a_script_without_main_that_is_refused_too_hears_one_of_both(self):
        answer = self.execute("nsjail", "import os", 400)
        self.assertTrue(answer["error"].startswith("ERROR: "), answer)


# The service's own way to talk to a sandbox, for a program that knows it.
FRAMES = """
import struct
def frame(kind, payload):
    return struct.pack('<II', kind, len(payload)) + payload
def text(value):
    return struct.pack('<I', len(value)) + value
def finished(code, name=b'', message=b''):
    return frame(5, struct.pack('<i', code) + text(name) + text(message)
                 + struct.pack('<iBBQQ', 0, 0, 0, 1, 1))
def refused(cause, reason):
    return frame(4, bytes([cause]) + text(reason) + struct.pack('<ii', 1, -5))
FINISHED = finished(0)
"""


class Forgeries(MainScriptTest):
    """A program may lie about itself, but every answer is in order, and so is the next one."""

    # What goes to every descriptor there is.
    WRITTEN = {
        "an answer": "b'{\"result\": 666, \"stdout\": \"forged\"}'",
        "a line": "b'666\\n'",
        "zeros": "bytes(4096)",
        "ones": "b'\\xff' * 100_000",
        "a long frame": "frame(7, b'1' * 70_000)",
        "an unknown frame": "frame(99, b'')",
        "a result that leaves its place": "frame(7, b'1,\"stdout\":\"forged\"') + FINISHED",
        "two results": "frame(7, b'1') + frame(7, b' 2') + FINISHED",
        "half a result": "frame(7, b'[1') + FINISHED",
        "no JSON": "frame(7, b'NaN') + FINISHED",
        "bytes in text": "frame(7, b'\"\\xff\"') + FINISHED",
        "an end without a result": "FINISHED",
        "an end twice": "FINISHED * 2",
        "a refusal that is cut short": "frame(4, b'\\x02')",
        "an exception that is no text": "finished(1, b'\\xff\"', b'\\xff\\xfe\"}\\0\\n')",
        "an exception and a result": "frame(7, b'\"true\"') + finished(1, b'E', b'E: forged')",
        "an exit code without a reason": "finished(77)",
        "a refusal": "refused(0, b'\\xff\",\"stdout\":\"forged')",
        "a syntax error": "refused(1, b'{}{}%s')",
        "a script without main": "refused(2, b'')",
        "a refusal of an unknown kind": "refused(9, b'x')",
        "a start again": "frame(6, b'') + frame(1, b'\\0' * 12) + frame(2, b'')",
    }

    # What the program does to the encoder.
    ENCODERS = {
        "a result that leaves its place": "lambda text: '1,\"stdout\":\"forged\"'",
        "an object that ends early": "lambda text: '1}'",
        "two values": "lambda text: '1 2'",
        "nothing": "lambda text: ''",
        "half a value": "lambda text: '[1'",
        "not a number": "lambda text: 'NaN'",
        "raw control characters": "lambda text: '\"\\n\"'",
        "a lone surrogate": "lambda text: '\"\\ud800\"'",
        "no text": "lambda text: 5",
        "an error": "lambda text: 1 / 0",
        "no function": "None",
    }

    def without_duplicates(self, pairs):
        self.assertEqual(len(pairs), len(dict(pairs)), pairs)
        return dict(pairs)

    def orderly(self, api, script, true_result):
        """An error, or what main() returned; then a request as if nothing had been."""
        answer = self.server.post(APIS[api], {"script": script})
        self.assertIn(answer.status, (200, 400), answer)
        body = json.loads(answer.body, object_pairs_hook=self.without_duplicates)
        if "result" in body:
            self.assertEqual((set(body), body["result"]), ({"result", "stdout"}, true_result))
        else:
            self.assertEqual(set(body), {"error", "stdout"})
            self.assertIsInstance(body["error"], str)
            self.assertTrue(body["error"])
        self.returns(api, ONE, 1)
        return body

    def test_printing_what_looks_like_an_answer(self):
        for text in ('{"result": 666, "stdout": ""}', '", "result": 666, "x": "', "\x00\x1e666",
                     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "__RESULT__666", "}\n{"):
            for api in APIS:
                with self.subTest(api=api, text=text):
                    self.returns(api, f"def main():\n    print({text!r})\n    return 'true'",
                                 "true", text)

    def test_writing_to_every_descriptor(self):
        for name, data in self.WRITTEN.items():
            with self.subTest(data=name):
                body = self.orderly("cloudrun", FRAMES + f"""
import os
def main():
    for descriptor in range(64):
        try:
            os.write(descriptor, {data})
        except OSError:
            pass
    return 'true'
""", "true")
                self.assertNotIn("forged", str(body.get("result")))

    def test_opening_every_descriptor_as_a_file(self):
        for name, data in self.WRITTEN.items():
            for api in APIS:
                with self.subTest(api=api, data=name):
                    self.orderly(api, FRAMES + f"""
def main():
    for descriptor in range(64):
        try:
            with open(descriptor, 'wb', buffering=0, closefd=False) as file:
                file.write({data})
        except OSError:
            pass
    return 'true'
""", "true")

    def test_flooding_every_descriptor(self):
        self.orderly("cloudrun", """
import os
def main():
    for descriptor in range(3, 64):
        try:
            os.set_blocking(descriptor, False)
            for _ in range(1000):
                os.write(descriptor, bytes(65536))
        except OSError:
            pass
    return 'true'
""", "true")

    def test_closing_every_descriptor(self):
        for first in (0, 3):
            with self.subTest(first=first):
                self.orderly("cloudrun", f"import os\nos.closerange({first}, 64)\n"
                             "def main():\n    return 'true'", "true")

    def test_reading_every_descriptor(self):
        self.orderly("cloudrun", """
import os
def main():
    for descriptor in range(64):
        try:
            os.set_blocking(descriptor, False)
            os.read(descriptor, 65536)
        except OSError:
            pass
    return 'true'
""", "true")

    def test_exchanging_descriptors(self):
        self.orderly("cloudrun", """
import os
def main():
    for descriptor in range(3, 64):
        try:
            os.dup2(1, descriptor)
        except OSError:
            pass
    print('x')
    return 'true'
""", "true")

    def test_replacing_the_encoder(self):
        for name, encoder in self.ENCODERS.items():
            for api in APIS:
                with self.subTest(api=api, encoder=name):
                    body = self.orderly(api, "import json\n"
                                        "json.dumps = json.JSONEncoder.encode = None\n"
                                        f"json.encoder.encode_basestring_ascii = {encoder}\n"
                                        "json.encoder.c_make_encoder = None\n"
                                        "def main():\n    return 'true'", "true")
                    self.assertEqual(body["stdout"], "")

    def test_values_that_write_themselves(self):
        for script in (
                "class F(float):\n    def __repr__(self):\n        return '1}{'\n"
                "def main():\n    return F(1.5)",
                "class I(int):\n    def __repr__(self):\n        return '1}{'\n"
                "    __str__ = __repr__\n"
                "def main():\n    return I(1)",
                "class S(str):\n    def __str__(self):\n        return '\"'\n"
                "    __repr__ = __str__\n"
                "def main():\n    return S('a')"):
            for api in APIS:
                with self.subTest(api=api, script=script):
                    body = self.execute(api, script)
                    self.assertIn(body.get("result"), (1.5, 1, "a"))

    def test_a_program_without_builtins(self):
        self.orderly("cloudrun", "import builtins\ndef main():\n    return 'true'\n"
                     "for name in list(vars(builtins)):\n"
                     "    if name[0] != '_' and name != 'delattr':\n"
                     "        delattr(builtins, name)", "true")


del MainScriptTest  # Not a test case of its own.

if __name__ == "__main__":
    unittest.main()
