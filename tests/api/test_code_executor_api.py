"""The code executor API: its fields, its exit codes, unsafe code, modules, its settings."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import BINARY, PATIENCE, Server, ServerTest  # noqa: E402

PATH = "/code-executor/execute"
JSON = {"Content-Type": "application/json"}
FIELDS = {"execution_id", "status", "stdout", "stderr", "execution_time", "exit_code"}
UUID = r"\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z"
CUT = r"\n\.\.\. \[output truncated: (\d+) bytes omitted\] \.\.\.\n"
HINT = "Ensure required modules are installed and in ALLOWED_MODULES."


def missing(module):
    return f"ImportError: No module named '{module}'\n{HINT}"


class CodeExecutorTest(ServerTest):
    def execute(self, code, **fields):
        """The body of an answer that must be 200."""
        answer = self.server.post(PATH, {"code": code, "language": "python", **fields})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["content-type"], "application/json")
        result = answer.json
        self.assertEqual(set(result), FIELDS)
        self.assertIsInstance(result["execution_time"], float)
        self.assertGreaterEqual(result["execution_time"], 0)
        self.assertIsInstance(result["exit_code"], int)
        return result

    def ends(self, code, stdout, stderr="", exit_code=0, status="completed", **fields):
        result = self.execute(code, **fields)
        self.assertEqual((result["status"], result["stdout"], result["stderr"],
                          result["exit_code"]), (status, stdout, stderr, exit_code))

    def errors(self, body, headers=JSON):
        """The (location, type) of each thing wrong with a request."""
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        answer = self.server.request("POST", PATH, body, headers)
        self.assertEqual(answer.status, 422, answer)
        self.assertEqual(set(answer.json), {"detail"})
        for error in answer.json["detail"]:
            self.assertLessEqual({"loc", "msg", "type"}, set(error))
        return [(error["loc"], error["type"]) for error in answer.json["detail"]]


class Requests(CodeExecutorTest):
    def test_what_is_required(self):
        code, language = (["body", "code"], "missing"), (["body", "language"], "missing")
        for body, errors in (
                ({}, [code, language]), ({"language": "python"}, [code]),
                ({"code": "print(1)"}, [language]), ({"script": "print(1)"}, [code, language])):
            with self.subTest(body=body):
                self.assertEqual(self.errors(body), errors)

    def test_a_missing_field_is_shown_beside_what_was_sent(self):
        body = {"code": "print(1)", "timeout": 5}
        answer = self.server.post(PATH, body)
        self.assertEqual((answer.status, answer.json["detail"]), (422, [
            {"type": "missing", "loc": ["body", "language"], "msg": "Field required",
             "input": body}]))

    def test_language(self):
        for language in ("Python", "python3", "javascript", "", " python", None, 3, True,
                         ["python"], {}):
            with self.subTest(language=language):
                errors = self.errors({"code": "print(1)", "language": language})
                self.assertEqual([loc for loc, _ in errors], [["body", "language"]])

    def test_code_of_another_type(self):
        for code in (None, 1, 1.5, True, [], ["print(1)"], {}):
            with self.subTest(code=code):
                self.assertEqual(self.errors({"code": code, "language": "python"}),
                                 [(["body", "code"], "string_type")])

    def test_code_has_at_most_a_million_characters(self):
        fits = "print(1)#" + "é" * 999_991
        self.ends(fits, "1\n")
        self.assertEqual(self.errors({"code": fits + "#", "language": "python"}),
                         [(["body", "code"], "value_error")])

    def test_empty_code_does_nothing(self):
        for code in ("", "\n", "# nothing", "pass"):
            with self.subTest(code=code):
                self.ends(code, "")

    def test_bounds_of_timeout_and_memory(self):
        for field, low, high in (("timeout", 1, 600), ("max_memory_mb", 16, 8192)):
            for value in (high, float(high), str(high)):
                with self.subTest(field=field, value=value):
                    self.ends("print(1)", "1\n", **{field: value})
            for value, kind in (
                    (0, "greater_than_equal"), (-1, "greater_than_equal"),
                    (-10**30, "greater_than_equal"), (low - 1, "greater_than_equal"),
                    (high + 1, "less_than_equal"), (10**30, "less_than_equal"),
                    (1.5, "int_from_float"), ("ten", "int_parsing"), ("", "int_parsing"),
                    ([], "int_type"), ({}, "int_type")):
                with self.subTest(field=field, value=value):
                    self.assertEqual(self.errors({"code": "print(1)", "language": "python",
                                                  field: value}), [(["body", field], kind)])
        self.ends("print(1)", "1\n", timeout=1, max_memory_mb=64)

    def test_null_means_the_default(self):
        self.ends("print(1)", "1\n", timeout=None, max_memory_mb=None, execution_id=None)

    def test_execution_id(self):
        for name in ("optional-custom-id", "x", "x" * 256, "a b/c?d=é 🐍", '"\\\n\0</script>'):
            with self.subTest(name=name):
                self.assertEqual(self.execute("1", execution_id=name)["execution_id"], name)
        for name in (5, True, [], {}, "x" * 257, "x" * 100_000):
            with self.subTest(name=str(name)[:20]):
                errors = self.errors({"code": "1", "language": "python", "execution_id": name})
                self.assertEqual([loc for loc, _ in errors], [["body", "execution_id"]])

    def test_every_execution_without_an_id_gets_its_own(self):
        seen = [self.execute("1")["execution_id"] for _ in range(20)]
        for name in seen:
            self.assertRegex(name, UUID)
        self.assertEqual(len(set(seen)), len(seen))

    def test_all_errors_at_once(self):
        self.assertEqual([loc[1] for loc, _ in self.errors(
            {"timeout": 0, "max_memory_mb": "x", "execution_id": 1, "language": "C"})],
            ["code", "language", "execution_id", "timeout", "max_memory_mb"])

    def test_unknown_fields_are_ignored(self):
        self.ends("print(1)", "1\n", memory_limit=1, script="def main(): return 1", stdin=[{}])

    def test_bodies_that_are_no_object(self):
        for body in (b"", b"null", b"[]", b"1", b'"text"', b"not json", b'{"code": ', b"\xff",
                     b'{"code": "1", "language": "python"} x'):
            with self.subTest(body=body):
                self.assertEqual([loc[0] for loc, _ in self.errors(body)], ["body"])

    def test_another_content_type(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            with self.subTest(kind=kind):
                self.assertEqual([loc for loc, _ in self.errors(
                    {"code": "1", "language": "python"}, {"Content-Type": kind})], [["body"]])

    def test_other_methods(self):
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            with self.subTest(method=method):
                answer = self.server.request(method, PATH)
                self.assertEqual(answer.status, 405)
                self.assertIn("POST", answer.headers["allow"])


class Endings(CodeExecutorTest):
    warm = True

    # Code, stdout, a pattern for all of stderr, exit code.
    COMPLETED = [
        ("print('x')\nimport sys\nsys.exit(3)", "x\n", "", 3),
        ("import sys\nsys.exit()", "", "", 0),
        ("import sys\nsys.exit(None)", "", "", 0),
        ("import sys\nsys.exit(True)", "", "", 1),
        ("import sys\nsys.exit(255)", "", "", 255),
        ("import sys\nsys.exit(256)", "", "", 0),
        ("import sys\nsys.exit(-1)", "", "", 255),
        ("import sys\nsys.exit('good bye')", "", "good bye\n", 1),
        ("raise SystemExit(7)", "", "", 7),
        ("import os\nprint('x', flush=True)\nos._exit(9)", "x\n", "", 9),
        ("import atexit, os\natexit.register(os._exit, 4)", "", "", 4),
        ("import sys\nprint('o')\nprint('e', file=sys.stderr)", "o\n", "e\n", 0),
        ("print('x')\n1 / 0", "x\n",
         r'Traceback \(most recent call last\):\n  File "[^"]+", line 2, '
         r"in <module>\n    1 / 0\n    ~~\^~~\nZeroDivisionError: division by zero\n", 1),
        ("undefined", "", r"Traceback (.|\n)*NameError: name 'undefined' is not defined\n", 1),
        ("print('x'", "", r'  File "[^"]+", line 1\n(.|\n)*SyntaxError: .* never closed\n', 1),
        ("def f():\n    f()\nf()", "", r"Traceback (.|\n)*RecursionError: .*\n", 1),
        ("print(input())", "", r"Traceback (.|\n)*EOFError: EOF when reading a line\n", 1),
        ("raise KeyboardInterrupt", "", r"Traceback (.|\n)*KeyboardInterrupt\n", 130),
        ("import subprocess", "", "", 0),
    ]

    # A fault of the program's own: code, signals it may show as.
    CRASHES = [
        ("import ctypes\nprint('x', flush=True)\nctypes.string_at(0)", {"SIGSEGV": 139}),
        ("import ctypes\nprint('x', flush=True)\nctypes.memset(1, 0, 10)", {"SIGSEGV": 139}),
        ("import os\nprint('x', flush=True)\nos.abort()", {"SIGSEGV": 139, "SIGABRT": 134}),
    ]

    def test_programs_that_end_by_themselves(self):
        for code, stdout, stderr, exit_code in self.COMPLETED:
            with self.subTest(code=code):
                result = self.execute(code)
                self.assertEqual((result["status"], result["stdout"]), ("completed", stdout))
                self.assertRegex(result["stderr"], rf"\A{stderr}\Z")
                if exit_code != 130:
                    self.assertEqual(result["exit_code"], exit_code)
                else:  # Shells' number for an interrupt, or that of any exception.
                    self.assertIn(result["exit_code"], (1, 130))

    def test_crashes(self):
        for code, signals in self.CRASHES:
            with self.subTest(code=code):
                result = self.execute(code)
                self.assertEqual(result["stdout"], "x\n")
                self.assertIn(result["exit_code"], signals.values())
                self.assertRegex(result["stderr"], "|".join(signals))
                self.assertIn(result["status"], ("completed", "error"))
                self.ends("print(1)", "1\n")

    def test_timeout(self):
        for code in ("while True: pass", "import time\ntime.sleep(100)"):
            with self.subTest(code=code):
                answer = self.server.post(PATH, {"code": "print('so far')\n" + code,
                                                 "language": "python", "timeout": 1})
                self.assertEqual(answer.status, 200, answer)
                result = answer.json
                self.assertEqual(set(result), FIELDS)
                self.assertEqual((result["status"], result["stdout"], result["stderr"]),
                                 ("timeout", "so far\n", "Execution timed out after 1 seconds"))
                self.assertNotEqual(result["exit_code"], 0)
                self.assertAlmostEqual(result["execution_time"], 1, delta=0.5 * PATIENCE)
                self.assertLess(answer.seconds, 1 + 0.5 * PATIENCE)

    def test_memory(self):
        for code in ("a = []\nwhile True: a.append(b'1' * 1_000_000)", "a = bytes(1 << 30)",
                     "import numpy\nnumpy.ones(1 << 28)"):
            with self.subTest(code=code):
                result = self.execute("print('so far', flush=True)\n" + code, max_memory_mb=128)
                self.assertEqual((result["status"], result["stdout"], result["exit_code"]),
                                 ("error", "so far\n", 137))
                self.assertRegex(result["stderr"], r"(\A|\n)Memory limit exceeded\Z")

    def test_a_memory_error_that_is_caught(self):
        self.ends("try:\n    bytes(1 << 40)\nexcept MemoryError:\n    print('caught')", "caught\n")

    def test_the_default_of_memory_is_4096(self):
        # Address space, not memory: what numpy has zeroed is not there before it is used.
        code = "import numpy\nprint(len(numpy.zeros({} << 20, 'u1')) >> 20)"
        self.ends(code.format(3700), "3700\n")
        result = self.execute(code.format(4200))
        self.assertEqual((result["status"], result["exit_code"]), ("error", 137))
        self.ends(code.format(4200), "4200\n", max_memory_mb=8192)


class Output(CodeExecutorTest):
    LIMIT = 10 * 1024 * 1024

    def test_up_to_the_limit_nothing_is_cut(self):
        for stream in ("stdout", "stderr"):
            with self.subTest(stream=stream):
                result = self.execute(f"import sys\nsys.{stream}.write('head' + 'x' * "
                                      f"({self.LIMIT} - 8) + 'tail')")
                self.assertEqual((result["status"], result["exit_code"]), ("completed", 0))
                self.assertTrue(result[stream] == "head" + "x" * (self.LIMIT - 8) + "tail",
                                f"{len(result[stream])} characters")

    def test_above_the_limit_head_and_tail_are_kept(self):
        for stream, more in (("stdout", 1), ("stdout", 2_000_000), ("stderr", 2_000_000)):
            with self.subTest(stream=stream, more=more):
                result = self.execute(f"import sys\nsys.{stream}.write('head' + 'x' * "
                                      f"({self.LIMIT} - 8 + {more}) + 'tail')\nsys.exit(3)")
                self.assertEqual((result["status"], result["exit_code"]), ("completed", 3))
                self.assertRegex(result[stream], rf"\Aheadx+{CUT}x+tail\Z")
                kept = result[stream].count("x")
                self.assertLessEqual(kept, self.LIMIT - 8)
                self.assertIn(f" {self.LIMIT - 8 + more - kept} bytes omitted", result[stream])

    def test_no_character_is_cut_in_two(self):
        result = self.execute("print('a' + 'é' * 6_000_000, end='')")
        self.assertRegex(result["stdout"], rf"\Aaé+{CUT}é+\Z")

    def test_output_without_end_is_stopped(self):
        result = self.execute("while True: print('x' * 9_999)", timeout=60)
        self.assertEqual((result["status"], result["exit_code"]), ("error", 137))
        self.assertTrue(result["stderr"].endswith("Output limit exceeded"), result["stderr"])
        self.assertRegex(result["stdout"][:10_001], r"\Ax{9999}\nx\Z")
        self.assertLess(len(result["stdout"]), self.LIMIT + 1000)


class UnsafeCode(CodeExecutorTest):
    warm = True

    UNSAFE = [
        "import os; os.system('ls')",
        "import os\nos . system ( 'ls' )",
        "import os, sys\nsys.stdout.write('x')\nos.popen('ls')",
        "import os as o\no.system('ls')",
        "import os.path\nos.system('ls')",
        "from os import system\nsystem('ls')",
        "from os import system as s\ns('ls')",
        "from os import *\nsystem('ls')",
        "import posix\nposix.system('ls')",
        "import os\nf = os.system\nf('ls')",
        "import os\n[os.system][0]('ls')",
        "import os\ngetattr(os, 'system')('ls')",
        "import os\nif False:\n    os.system('ls')",
        "def f():\n    import os\n    return lambda: os.system('ls')",
        "class A:\n    import os\n    os.system('ls')",
        "import os\nprint(f\"{os.system('ls')}\")",
        "import os\n@os.system\ndef f(): pass",
        "import os\nos.ｓｙｓｔｅｍ('ls')",
        "import os\nos.fork()",
        "import os\nos.execv('/bin/ls', ['ls'])",
        "import os\nos.spawnl(0, '/bin/ls')",
        "import os\nos.kill(1, 9)",
        "import subprocess; subprocess.run(['ls'])",
        "import subprocess as sp\nsp.Popen(['ls'])",
        "import subprocess\nsubprocess.check_output('ls', shell=True)",
        "from subprocess import run\nrun(['ls'])",
        "from subprocess import *\nrun(['ls'])",
        "eval('1')", "exec('x = 1')", "compile('1', 'x', 'eval')", "__import__('os')",
        "x = eval\nx('1')",
        "import builtins\nbuiltins.eval('1')",
        "import importlib\nimportlib.import_module('os')",
        "import shutil\nshutil.rmtree('/')",
    ]

    SAFE = [
        ("import os\nprint(os.path.join('a', 'b'), os.getcwd() == os.path.abspath('.'))",
         "a/b True\n"),
        ("import os\nos.makedirs('a/b')\nprint(os.listdir('a'))", "['b']\n"),
        ("import sys\nprint(sys.version_info[0])", "3\n"),
        ("open('f', 'w').write('text')\nprint(open('f').read())", "text\n"),
        ("# os.system('ls')\nprint(\"os.system('ls'); eval('1')\")",
         "os.system('ls'); eval('1')\n"),
        ("class A:\n    def system(self, x): return x\n    run = eval_ = system\n"
         "os = A()\nprint(os.system('own'))", "own\n"),
        ("import re\nprint(re.compile('a').match('a')[0])", "a\n"),
        ("import pandas as pd\nprint(pd.DataFrame({'A': [1]}).eval('A + 1')[0])", "2\n"),
        ("class Model:\n    def eval(self): return 'model'\nprint(Model().eval())", "model\n"),
        ("import ast\nprint(ast.literal_eval('[1]'))", "[1]\n"),
        ("print(getattr(1, 'real'))", "1\n"),
    ]

    def test_unsafe_code_is_refused(self):
        for code in self.UNSAFE:
            with self.subTest(code=code):
                answer = self.server.post(PATH, {"code": "print('ran')\n" + code,
                                                 "language": "python", "execution_id": "mine"})
                self.assertEqual((answer.status, answer.json),
                                 (400, {"detail": "Unsafe code detected"}))

    def test_code_that_only_looks_unsafe_runs(self):
        for code, stdout in self.SAFE:
            with self.subTest(code=code):
                self.ends(code, stdout)

    def test_a_wrong_request_is_told_first(self):
        self.assertEqual(self.errors({"code": "eval('1')", "language": "python", "timeout": 0}),
                         [(["body", "timeout"], "greater_than_equal")])


class Modules(CodeExecutorTest):
    warm = True

    # Code, the module that it is told to be missing.
    MISSING = [
        ("import tensorflow", "tensorflow"),
        ("import tensorflow as tf, math", "tensorflow"),
        ("import tensorflow.keras.layers as layers", "tensorflow"),
        ("from tensorflow import keras", "tensorflow"),
        ("from tensorflow.keras import layers", "tensorflow"),
        ("def f():\n    import requests\nf()", "requests"),
        ("class A:\n    import yaml", "yaml"),
        ("try:\n    import torch\nexcept ImportError:\n    raise", "torch"),
        ("try:\n    import torch\nfinally:\n    pass", "torch"),
        ("import sympy", "sympy"),  # Installed, and not among the allowed.
        ("from sympy import pi", "sympy"),
        ("import pytz", "pytz"),  # Installed as a part of what is allowed.
        ("import pip", "pip"),
        ("import numpy.nothing_of_that_name", "numpy.nothing_of_that_name"),
        ("from numpy.nothing_of_that_name import x", "numpy.nothing_of_that_name"),
    ]

    CAUGHT = [
        "except ImportError:\n    print('caught')",
        "except ModuleNotFoundError:\n    print('caught')",
        "except Exception as e:\n    print('caught' if isinstance(e, ImportError) else e)",
        "except:\n    print('caught')",
        "except ImportError as e:\n    print('caught' if e.name == 'tensorflow' else e.name)",
        "except ImportError as e:\n"
        "    print('caught' if str(e).startswith(\"No module named 'tensorflow'\") else e)",
    ]

    def test_missing_modules(self):
        for code, module in self.MISSING:
            with self.subTest(code=code):
                self.ends("print('so far')\n" + code + "\nprint('never')", "so far\n",
                          missing(module), 1)

    def test_a_missing_module_can_be_caught(self):
        for handler in self.CAUGHT:
            with self.subTest(handler=handler):
                self.ends("try:\n    import tensorflow\n" + handler + "\nprint('goes on')",
                          "caught\ngoes on\n")

    def test_asking_before_importing(self):
        self.ends("import importlib.util\nprint(importlib.util.find_spec('tensorflow'))", "None\n")

    def test_a_missing_name_is_no_missing_module(self):
        result = self.execute("from numpy import nothing_of_that_name")
        self.assertEqual((result["status"], result["exit_code"]), ("completed", 1))
        self.assertRegex(result["stderr"], r"\ATraceback (.|\n)*ImportError: cannot import name "
                                           r"'nothing_of_that_name' from 'numpy'.*\n\Z")

    def test_allowed_modules(self):
        for name in ("numpy", "pandas", "matplotlib", "scipy", "sklearn"):
            with self.subTest(name=name):
                self.ends(f"import {name}\nprint({name}.__name__)", f"{name}\n")
        self.ends("import numpy.linalg, scipy.stats, matplotlib.pyplot as plt\n"
                  "from sklearn.linear_model import LinearRegression\n"
                  "from pandas import DataFrame\nplt.plot([1, 2])\nplt.savefig('a.png')\n"
                  "print(open('a.png', 'rb').read(4))", "b'\\x89PNG'\n")

    def test_the_standard_library(self):
        names = ("abc argparse array ast asyncio base64 bisect calendar collections "
                 "collections.abc concurrent.futures contextlib copy csv ctypes dataclasses "
                 "datetime decimal difflib email enum fractions functools glob hashlib heapq html "
                 "http.client inspect io itertools json logging math operator os os.path pathlib "
                 "pickle platform random re secrets shutil signal socket sqlite3 statistics string "
                 "struct subprocess sys tempfile textwrap threading time timeit traceback types "
                 "typing unittest urllib.parse uuid xml.etree.ElementTree zipfile zlib zoneinfo "
                 "_thread __future__").split()
        for name in names:
            with self.subTest(name=name):
                code = ("from __future__ import annotations" if name == "__future__"
                        else f"import {name}")
                self.ends(f"{code}\nprint('there')", "there\n")

    def test_a_program_can_import_itself(self):
        self.ends("x = 5\nimport __main__\nprint(__main__.x)", "5\n")


class Settings(unittest.TestCase):
    """The environment variables of the original."""

    def start(self, *flags, warm=False, **env):
        server = Server(*flags, env=env, warm=warm)
        self.addCleanup(server.stop)
        return server

    def execute(self, server, code, **fields):
        answer = server.post(PATH, {"code": code, "language": "python", **fields})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(set(answer.json), FIELDS)
        return answer.json

    def test_defaults_are_in_the_help(self):
        text = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True,
                              timeout=20).stdout
        for default in ("--execution-timeout [300]", "--max-memory-mb [4096]",
                        "--max-output-size [10485760]",
                        "--allowed-modules [numpy,pandas,matplotlib,scipy,sklearn]",
                        "--bypass-setup [true]"):
            self.assertIn(default, text)

    def test_all_of_them_at_once(self):
        server = self.start(EXECUTION_TIMEOUT="1", MAX_MEMORY_MB="64", MAX_OUTPUT_SIZE="1000",
                            ALLOWED_MODULES="pandas, sympy,not_installed", BYPASS_SETUP="false",
                            warm=True)
        with self.subTest("EXECUTION_TIMEOUT"):
            result = self.execute(server, "while True: pass")
            self.assertEqual((result["status"], result["stderr"]),
                             ("timeout", "Execution timed out after 1 seconds"))
            self.assertEqual(self.execute(server, "import time\ntime.sleep(1.2)", timeout=5)[
                "status"], "completed")
        with self.subTest("MAX_MEMORY_MB"):
            code = "print(len(bytearray(100 << 20)) >> 20)"
            result = self.execute(server, code)
            self.assertEqual((result["status"], result["exit_code"]), ("error", 137))
            self.assertEqual(self.execute(server, code, max_memory_mb=256)["stdout"], "100\n")
        with self.subTest("MAX_OUTPUT_SIZE"):
            self.assertEqual(self.execute(server, "print('x' * 999)")["stdout"], "x" * 999 + "\n")
            result = self.execute(server, "import sys\nfor f in sys.stdout, sys.stderr:\n"
                                  "    f.write('head' + 'x' * 5_000 + 'tail')")
            self.assertEqual((result["status"], result["exit_code"]), ("completed", 0))
            for stream in ("stdout", "stderr"):
                self.assertRegex(result[stream], rf"\Aheadx+{CUT}x+tail\Z")
                self.assertEqual(result[stream].count("x"), 992)
        with self.subTest("ALLOWED_MODULES"):
            for name in ("pandas", "sympy", "json"):
                self.assertEqual(self.execute(server, f"import {name}\nprint('there')",
                                              max_memory_mb=512)["stdout"], "there\n")
            for name in ("numpy", "sklearn", "not_installed", "tensorflow"):
                result = self.execute(server, f"import {name}")
                self.assertEqual((result["status"], result["stdout"], result["stderr"],
                                  result["exit_code"]), ("completed", "", missing(name), 1))
        with self.subTest("other APIs do not have them"):
            self.assertEqual(server.result("import numpy\nprint('x' * 5000)")["stdout"],
                             "x" * 5000 + "\n")

    def test_no_module_allowed(self):
        server = self.start("--allowed-modules", "")
        self.assertEqual(self.execute(server, "import numpy")["stderr"], missing("numpy"))
        self.assertEqual(self.execute(server, "import json\nprint('there')")["stdout"], "there\n")

    def test_an_output_limit_of_20_megabytes(self):
        server = self.start(MAX_OUTPUT_SIZE=str(20 << 20))
        result = self.execute(server, f"print('x' * ({18 << 20}))")
        self.assertEqual((result["status"], result["stderr"], result["exit_code"]),
                         ("completed", "", 0))
        self.assertTrue(result["stdout"] == "x" * (18 << 20) + "\n", len(result["stdout"]))

    def test_spellings_and_their_order(self):
        server = self.start("--execution-timeout", "1", EXECUTION_TIMEOUT="100",
                            PYRUNNER_MAX_OUTPUT_SIZE="100")
        result = self.execute(server, "print('x' * 1000, flush=True)\nwhile True: pass")
        self.assertEqual(result["status"], "timeout")
        self.assertRegex(result["stdout"], rf"\Ax+{CUT}x+\n\Z")
        self.assertEqual(result["stdout"].count("x"), 99)

    def test_values_that_make_no_sense(self):
        for name, values in (("EXECUTION_TIMEOUT", ("0", "-1", "soon", "601", "nan")),
                             ("MAX_MEMORY_MB", ("0", "x", "8193")),
                             ("MAX_OUTPUT_SIZE", ("0", "-1", "10MB")),
                             ("ALLOWED_MODULES", ("num py;os", "../x")),
                             ("BYPASS_SETUP", ("maybe",))):
            for value in values:
                with self.subTest(name=name, value=value):
                    ended = subprocess.run([BINARY, "serve", "--port", "0"], env={name: value},
                                           capture_output=True, text=True, timeout=20 * PATIENCE)
                    self.assertGreater(ended.returncode, 0)
                    self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)
                    self.assertIn(name, ended.stderr)


del CodeExecutorTest  # Not a test case of its own.

if __name__ == "__main__":
    unittest.main()
