"""What a policy says of imports when the program already runs, and policies of an operator's own.

A program reaches an import that reading it does not show only by running text as code, which an
operator may allow in the configuration file.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import BINARY, PATIENCE, Server, ServerTest  # noqa: E402


class OwnPolicy(ServerTest):
    """Tests with a server whose policy stands in a configuration file."""

    policies = ""
    policy = "lab"

    @classmethod
    def setUpClass(cls):
        cls.server = started_with(cls.policies, cls.policy)
        cls.addClassCleanup(cls.end)

    def is_refused(self, code, reason):
        result = self.server.result(code)
        self.assertIn("refusal", result, str(result))
        self.assertEqual(result["error"], reason)

    def ends_in_import_error(self, code, reason):
        """It ran, and its uncaught exception has the policy's words."""
        result = self.server.result(code)
        self.assertNotIn("refusal", result, str(result))
        self.assertEqual(result["status"], "error", str(result))
        self.assertEqual(result["stderr"].rstrip().split("\n")[-1], "ImportError: " + reason)
        self.assertRegex(result["error"], r"^ImportError on line \d+$")


def started_with(policies, policy):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(policies)
        file.flush()
        return Server("--config", file.name, "--policy", policy, warm=True)


class HiddenImports(OwnPolicy):
    policies = """
[policies.lab]
extends = "scientific"
allow_builtins = ["exec", "eval", "compile"]
refuse_modules = ["uuid"]
messages = { socket = "No network here: upload the data with your program instead." }
"""

    # What the policy says of a text when it reads it, and what must come when it runs.
    REFUSED = ("import os", "from os import path", "import os.path as p", "import ctypes",
               "from xml.dom import minidom", "import uuid", "import sys, os", "import builtins",
               "import no_such_module", "import _strptime", "import __main__",
               "if 1:\n import pickle", "def f():\n import pickle\nf()",
               "class A:\n  from threading import Lock")

    def test_an_import_that_cannot_be_seen_fails_in_the_same_words(self):
        for code in self.REFUSED:
            with self.subTest(code=code):
                seen = self.server.result(code)
                self.assertIn("refusal", seen, str(seen))
                self.ends_in_import_error(f"print('on')\nexec({code!r})\n", seen["error"])

    def test_parts_of_modules_as_well(self):
        for code in ("import numpy.f2py", "from numpy import f2py", "from io import open",
                     "import sympy.parsing.sympy_parser", "from random import _os"):
            with self.subTest(code=code):
                seen = self.server.result(code)
                self.assertIn("refusal", seen, str(seen))
                self.ends_in_import_error(f"code = {[*code]!r}\nexec(''.join(code))\n",
                                          seen["error"])

    def test_every_way_to_run_text(self):
        reason = "Import of 'os' is not allowed"
        for code in ("exec('import os', {})", "exec('import os', {'x': 1}, {})",
                     "exec(compile('import os', '', 'exec'))",
                     "exec(b'import os')",
                     "def f():\n    exec('import os')\nf()",
                     "class A:\n    exec('import os')",
                     "(lambda: exec('import os'))()",
                     "list(map(exec, ['import os']))",
                     "exec('exec(\"import os\")')",
                     "eval(compile('import os', '', 'exec'))",
                     "x = [exec('import os') for _ in [1]]"):
            with self.subTest(code=code):
                self.ends_in_import_error(code, reason)

    def test_relative_imports_have_nothing_to_be_relative_to(self):
        result = self.server.result("exec('from . import os')")
        self.assertIn("ImportError: attempted relative import", result["stderr"])

    def test_the_operators_words(self):
        words = "No network here: upload the data with your program instead."
        self.is_refused("import socket", words)
        self.ends_in_import_error("exec('import ' + 'socket')", words)

    def test_what_is_allowed_can_be_imported(self):
        self.assertEqual(self.prints("exec('import math, numpy as np')\nprint(math.pi, np.ones(2))"),
                         "3.141592653589793 [1. 1.]\n")
        self.assertEqual(self.prints("exec('from collections import *')\nprint(Counter('aa'))"),
                         "Counter({'a': 2})\n")
        self.assertEqual(self.prints("exec('import scipy.signal')\nprint(scipy.signal.butter(1, 0.5))"
                                     "\n").count("array"), 2)

    def test_the_error_is_an_ordinary_one(self):
        self.assertEqual(self.prints("try:\n    exec('import os')\nexcept ImportError as error:\n"
                                     "    print(type(error).__name__, error)\n"),
                         "ImportError Import of 'os' is not allowed\n")

    def test_refused_modules_stay_loaded_for_the_libraries(self):
        self.assertEqual(self.prints(
            "try:\n    exec('import os')\nexcept ImportError:\n    pass\n"
            "import pandas as pd, io\n"
            "print(pd.read_csv(io.StringIO('a\\n1')).a.sum(), pd.DataFrame({'a': [1]}).to_html()[:6])"
            "\n"), "1 <table\n")


class ImportsOfLibraries(ServerTest):
    """What libraries import for themselves, some of it only when they are called."""

    flags = ("--policy", "scientific")
    warm = True

    # name: (program, what it prints)
    PROGRAMS = {
        "strptime_of_time": ("import time\nprint(time.strptime('2020', '%Y').tm_year)", "2020\n"),
        "strptime_of_datetime": ("from datetime import datetime\n"
                                 "print(datetime.strptime('1.2.20', '%d.%m.%y'))",
                                 "2020-02-01 00:00:00\n"),
        "array_to_file": ("import numpy as np\nnp.arange(3.0).tofile('x.bin')\nprint('written')",
                          "written\n"),
        "table_as_html": ("import pandas as pd\nprint(pd.DataFrame({'a': [1]}).to_html()[:6], "
                          "len(pd.DataFrame({'a': [1]}).style.to_html()) > 9)", "<table True\n"),
        "table_as_plot": ("import io, pandas as pd\nout = io.BytesIO()\n"
                          "pd.Series([1, 2]).plot().figure.savefig(out, format='svg')\n"
                          "print(out.getvalue()[:5])", "b'<?xml'\n"),
        "page_of_pdf": ("import io\nimport matplotlib.pyplot as plt\nout = io.BytesIO()\n"
                        "plt.plot([1])\nplt.savefig(out, format='pdf')\nprint(out.getvalue()[:4])",
                        "b'%PDF'\n"),
        "model_in_parallel": ("from sklearn.datasets import load_iris\n"
                              "from sklearn.model_selection import cross_val_score\n"
                              "from sklearn.svm import SVC\n"
                              "print(cross_val_score(SVC(), *load_iris(return_X_y=True), n_jobs=2)"
                              ".mean() > 0.9)", "True\n"),
        "less_usual_parts": ("import mpl_toolkits.mplot3d, scipy.cluster.hierarchy, scipy.ndimage\n"
                             "import sklearn.manifold, sympy.physics.mechanics, pandas.plotting\n"
                             "print('here')", "here\n"),
        "copies_of_objects_of_c": ("import array, copy, datetime, decimal\nimport numpy as np\n"
                                   "print(copy.deepcopy([decimal.Decimal(1), np.dtype('f8'), "
                                   "datetime.date(2020, 1, 1), array.array('d', [1])]))",
                                   "[Decimal('1'), dtype('float64'), datetime.date(2020, 1, 1), "
                                   "array('d', [1.0])]\n"),
        "encodings": ("print('é'.encode('ascii', 'namereplace'), 'a'.encode('idna'), "
                      "b'x'.decode('cp037'))",
                      "b'\\\\N{LATIN SMALL LETTER E WITH ACUTE}' b'a' Ì\n"),
        "time_zones": ("import datetime, zoneinfo, dateutil.tz, pytz\n"
                       "print(datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('Asia/Tokyo'))"
                       ".utcoffset(), dateutil.tz.gettz('Europe/Berlin') is not None, "
                       "pytz.timezone('Asia/Tokyo'))", "9:00:00 True Asia/Tokyo\n"),
        "days_of_pandas": ("import pandas as pd\n"
                           "print(pd.to_datetime('5.6.2024', format='%d.%m.%Y').day_name())",
                           "Wednesday\n"),
    }

    def test_libraries_import_what_they_need(self):
        for name, (program, printed) in self.PROGRAMS.items():
            with self.subTest(program=name):
                self.assertEqual(self.prints(program), printed)

    def test_formulas_in_text_do_not_import(self):
        for code in ("from sympy import S\nS('exec(\"import os; print(os.sep)\")')",
                     "from sympy import lambdify\nlambdify([], \"exec('import os; print(os.sep)')\")()"):
            with self.subTest(code=code):
                result = self.server.result(code)
                self.assertEqual((result["status"], result["stdout"]), ("error", ""))


class OtherBases(OwnPolicy):
    policies = """
[policies.careful]
extends = "no-dangerous-imports"
allow_builtins = ["exec"]
refuse_modules = ["xml"]
"""
    policy = "careful"

    def test_the_list_of_refused_modules_holds_at_run_time(self):
        self.ends_in_import_error("exec('import os')", "Import of 'os' is not allowed")
        self.ends_in_import_error("exec('from xml import dom')", "Import from 'xml' is not allowed")
        self.assertEqual(self.prints("exec('import threading')\nprint(threading.active_count())\n"
                                     "import time\nprint(time.strptime('2020', '%Y').tm_year)"),
                         "1\n2020\n")


class UncheckedAtRunTime(OwnPolicy):
    policies = """
[policies.lax]
extends = "scientific"
allow_builtins = ["exec"]
check_imports_at_run_time = false
"""
    policy = "lax"

    def test_the_check_can_be_switched_off(self):
        self.is_refused("import os", "Import of 'os' is not allowed")
        self.assertEqual(self.prints("exec('import os; print(os.sep)')"), "/\n")


class Keys(OwnPolicy):
    policies = """
[policies.base]
refuse_builtins = ["exec"]

[policies.lab]
extends = "scientific"
allow_modules = ["asyncio", "os"]
refuse_modules = ["random"]
allow_builtins = ["open", "__import__"]
refuse_builtins = ["input"]
allow_calls = ["reload"]
refuse_calls = ["solve_it_for_me"]
allow_attributes = ["__class__", "gi_frame"]
refuse_attributes = ["to_pickle"]
allow_members = ["numpy.fromfile", "sympy.parsing", "scipy.io.os"]
refuse_members = ["numpy.linalg.inv", "scipy.io"]
allow_standard_library = false
guard_modules = false
check_strings = false

[policies.lab.messages]
random = "Use numpy.random.default_rng(seed), so that results can be repeated."
pickle = "Pickles are programs: use JSON."
to_pickle = "Use to_csv."
"numpy.linalg.inv" = "Solve the equation with numpy.linalg.solve instead."
input = "Nobody is there to answer: set the value in the program."
"""

    def test_what_is_allowed_beyond_the_base(self):
        for code in ("import os", "import asyncio", "open('/tmp/x', 'w').close()",
                     "print((1).__class__)", "(x for x in [1]).gi_frame",
                     "import numpy as np\nopen('/tmp/x', 'w').close()\nnp.fromfile('/tmp/x', 'u1')",
                     "from sympy.parsing.sympy_parser import parse_expr\nparse_expr('x')",
                     "import math\nmath.pi = 3", "print('{0.__class__}'.format(1))",
                     "def reload(x): pass\nreload(1)"):
            with self.subTest(code=code):
                result = self.server.result(code)
                self.assertEqual((result["status"], result["error"]), ("success", None),
                                 str(result))

    def test_a_built_in_function_named_like_this__(self):
        self.assertEqual(self.prints("print(__import__('math').pi)"), "3.141592653589793\n")

    def test_what_is_refused_beyond_the_base(self):
        self.is_refused("import random", "Use numpy.random.default_rng(seed), so that results can be "
                        "repeated.")
        self.is_refused("from random import random", "Use numpy.random.default_rng(seed), so that "
                        "results can be repeated.")
        self.is_refused("import pickle", "Pickles are programs: use JSON.")
        self.is_refused("x = 1\nx.to_pickle('/tmp/x')", "Use to_csv.")
        self.is_refused("import numpy as np\nnp.linalg.inv([[1]])",
                        "Solve the equation with numpy.linalg.solve instead.")
        self.is_refused("input()", "Nobody is there to answer: set the value in the program.")
        self.is_refused("from scipy import io", "Import of 'scipy.io' is not allowed")
        self.is_refused("solve_it_for_me()", "Call to 'solve_it_for_me' is not allowed")

    def test_what_the_base_says_otherwise_still_holds(self):
        self.is_refused("import sys", "Import of 'sys' is not allowed")
        self.is_refused("eval('1')", "Call to 'eval' is not allowed")
        self.is_refused("x.__globals__", "Access to '__globals__' attribute is not allowed")
        self.is_refused("import requests", "Import of 'requests' is not in the allowed list")


class NoBase(OwnPolicy):
    policies = """
[policies.own]
refuse_modules = ["os"]
refuse_builtins = ["exec"]
check_imports_at_run_time = true
"""
    policy = "own"

    def test_without_a_base_only_what_is_named_is_refused(self):
        self.is_refused("import os", "Import of 'os' is not allowed")
        self.is_refused("exec('1')", "Call to 'exec' is not allowed")
        self.assertEqual(self.prints("import sys\nprint(eval('1 + 1'), (1).__class__.__name__)"),
                         "2 int\n")
        self.ends_in_import_error("eval('__import__(\"os\")')", "Import of 'os' is not allowed")

    def test_only_the_standard_library(self):
        server = started_with('[policies.std]\nallow_standard_library = true\n'
                              'allow_modules = ["numpy"]\n', "std")
        try:
            for code, error in (("import os, json, asyncio, numpy", None),
                                ("import pandas", "Import of 'pandas' is not in the allowed list")):
                with self.subTest(code=code):
                    self.assertEqual(server.result(code)["error"], error)
        finally:
            self.assertEqual(server.stop(), 0)


class Mistakes(unittest.TestCase):
    """A file that is wrong is told in one line, and nothing starts."""

    # What is wrong: what the line must say.
    FILES = {
        '[policies.lab]\nallow_modul = ["os"]': r"policies\.lab\.allow_modul: there is no such key",
        '[policies.lab]\nallow_modules = "os"': r"policies\.lab\.allow_modules: .*list of names",
        '[policies.lab]\nallow_modules = [1]': r"policies\.lab\.allow_modules: .*list of names",
        '[policies.lab]\nallow_modules = [""]': r"policies\.lab\.allow_modules: .*list of names",
        '[policies.lab]\nallow_modules = [["os"]]': r"policies\.lab\.allow_modules: .*list of names",
        '[policies.lab]\ncheck_strings = 1': r"policies\.lab\.check_strings: .*true or false",
        '[policies.lab]\ncheck_strings = "true"': r"policies\.lab\.check_strings: .*true or false",
        '[policies.lab]\nextends = "strict"': r"policies\.lab\.extends: 'strict' is no built-in",
        '[policies.lab]\nextends = ["open"]': r"policies\.lab\.extends: must be",
        '[policies.a]\n[policies.lab]\nextends = "a"': r"policies\.lab\.extends: 'a' is no built-in",
        '[policies.lab]\nmessages = "no"': r"policies\.lab\.messages: .*table of texts",
        '[policies.lab]\nmessages = { os = 1 }': r"policies\.lab\.messages: .*table of texts",
        '[policies.scientific]\nallow_modules = ["os"]': r"policies\.scientific: .*built-in",
        '[policies.open]': r"policies\.open: .*built-in",
        '[policies]\nlab = 1': r"policies\.lab: must be a table",
        'policies = ["lab"]': r"policies: must be a table",
        '[policies.lab\n': r"2|1",
        '[policies.lab]\nextends = "open"\nextends = "open"': r"3|extends",
        f'[policies.{"x" * 65}]': r"policies\.x+: needs a name",
    }

    def start(self, text, *flags):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(text)
            file.flush()
            clean = {k: v for k, v in os.environ.items() if not k.startswith("PYRUNNER_")}
            return file.name, subprocess.run(
                [BINARY, "serve", "--port", "0", "--config", file.name, *flags], env=clean,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20 * PATIENCE)

    def test_each_is_told_in_one_line(self):
        for text, pattern in self.FILES.items():
            with self.subTest(file=text):
                name, ended = self.start(text)
                self.assertEqual(ended.returncode, 64, ended.stderr)
                self.assertEqual(ended.stdout, "")
                self.assertRegex(ended.stderr, pattern)
                self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
                self.assertIn(name, ended.stderr)

    def test_a_policy_that_nobody_defined(self):
        lab = '[policies.lab]\nextends = "open"'
        for asked, told in (("lap", ("did you mean 'lab'",)),
                            ("workshop", ("scientific", "no-dangerous-imports", "unsafe-calls",
                                          "open", "lab"))):
            with self.subTest(policy=asked):
                _, ended = self.start(lab, "--policy", asked)
                self.assertEqual(ended.returncode, 64, ended.stderr)
                self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
                for words in (asked, *told):
                    self.assertIn(words, ended.stderr)


if __name__ == "__main__":
    unittest.main()
