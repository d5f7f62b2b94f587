"""A program behaves as under `python3 main.py`: same output, same traceback, same end.

Each program below runs twice, in a sandbox and under the distribution's interpreter, and both
streams must be the same to the byte.
"""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.reference import run_python  # noqa: E402
from support.server import ServerTest  # noqa: E402

# name: (program, `error` of the answer)
EXCEPTIONS = {
    "name_error": ("print('before')\nundefined\n", "NameError on line 2"),
    "in_function": ("def f(x):\n    return 1 / x\n\n\ndef g():\n    return f(0)\n\n\ng()\n",
                    "ZeroDivisionError on line 2"),
    "in_library": ("import json\njson.loads('{')\n", "JSONDecodeError on line 2"),
    "in_callback_of_library": (
        "import functools\ndef f(a, b):\n    return a + b\nfunctools.reduce(f, [1, 'x'])\n",
        "TypeError on line 3"),
    "chained_cause": (
        "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e\n",
        "ValueError on line 4"),
    "chained_context": ("try:\n    {}['a']\nexcept KeyError:\n    1 / 0\n",
                        "ZeroDivisionError on line 4"),
    "chained_suppressed": (
        "try:\n    {}['a']\nexcept KeyError:\n    raise ValueError('b') from None\n",
        "ValueError on line 4"),
    "group": ("def f():\n    raise ValueError(1)\ntry:\n    f()\nexcept ValueError as e:\n"
              "    raise ExceptionGroup('two', [e, ExceptionGroup('in', [TypeError('x')])])\n",
              "ExceptionGroup on line 6"),
    "notes": ("e = ValueError('a')\ne.add_note('first\\nsecond')\nraise e\n",
              "ValueError on line 3"),
    "own_class": ("class Odd(Exception):\n    def __str__(self):\n        return 'é\\n∑'\n"
                  "raise Odd\n", "Odd on line 4"),
    "nested_class": ("class A:\n    class B(Exception):\n        pass\nraise A.B('x')\n",
                     "B on line 4"),
    "str_that_raises": ("class Odd(Exception):\n    def __str__(self):\n        1 / 0\n"
                        "raise Odd\n", "Odd on line 4"),
    "multi_line_expression": ("x = {}\ny = (1 +\n     x['key'] +\n     2)\n",
                              "KeyError on line 3"),
    "assertion": ("assert 1 == 2, 'no'\n", "AssertionError on line 1"),
    "keyboard_interrupt": ("raise KeyboardInterrupt\n", "KeyboardInterrupt on line 1"),
    "stop_iteration": ("next(iter([]))\n", "StopIteration on line 1"),
    "recursion": ("def f(n):\n    return f(n + 1)\nf(0)\n", "RecursionError on line 2"),
    "mutual_recursion": ("def f(n):\n    return g(n)\ndef g(n):\n    return f(n)\nf(0)\n",
                         None),
    "recursive_repr": ("a = []\na.append(a)\nprint(a)\nclass R:\n    def __repr__(self):\n"
                       "        return repr(self)\nrepr(R())\n", "RecursionError on line 6"),
    "import_missing": ("import no_such_module\n", "ModuleNotFoundError on line 1"),
    "import_missing_name": ("from math import sinus\n", "ImportError on line 1"),
    "unicode_source": ("größe = '∑'\nprint(größe, größe.nope)\n", "AttributeError on line 2"),
    "suggestion": ("import math\nmath.sqr(2)\n", "AttributeError on line 2"),
    "exec_string": ("exec('x = 1\\n1 / 0')\n", "ZeroDivisionError on line 1"),
    "exec_compiled": ("exec(compile('1 / 0', 'other.py', 'exec'))\n",
                      "ZeroDivisionError on line 1"),
    "generator": ("def g():\n    yield 1\n    raise OSError(2, 'x', 'name')\nlist(g())\n",
                  "FileNotFoundError on line 3"),
    "async": ("import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    1 / 0\n"
              "asyncio.run(f())\n", "ZeroDivisionError on line 4"),
    "input_at_end": ("print('a')\nname = input('Name? ')\nprint(name)\n", "EOFError on line 2"),
    "excepthook": ("import sys\nsys.excepthook = lambda *a: print('mine', a[0].__name__)\n1 / 0\n",
                   "ZeroDivisionError on line 3"),
    "excepthook_that_raises": ("import sys\ndef hook(*a):\n    raise ValueError('hook')\n"
                               "sys.excepthook = hook\n1 / 0\n", "ZeroDivisionError on line 5"),
    "last_frame_gone": ("e = ValueError('x')\nraise e.with_traceback(None)\n",
                        "ValueError on line 2"),
    "long_line": ("x = " + "1 + " * 300 + "y\n", "NameError on line 1"),
    "tabs": ("if True:\n\tx = [\n\t\t1,\n\t\tundefined,\n\t]\n", "NameError on line 4"),
    "memory_error_caught": ("try:\n    raise MemoryError('x')\nexcept MemoryError as e:\n"
                            "    print(e)\n1 / 0\n", "ZeroDivisionError on line 5"),
}

SYNTAX = {
    "missing_parenthesis": ("print('a'\n", "SyntaxError on line 1"),
    "print_statement": ("x = 1\nprint 'a'\n", "SyntaxError on line 2"),
    "indentation": ("def f():\nreturn 1\n", "IndentationError on line 2"),
    "unexpected_indent": ("x = 1\n    y = 2\n", "IndentationError on line 2"),
    "dedent": ("if 1:\n        x = 1\n    y = 2\n", "IndentationError on line 3"),
    "mixed_tabs": ("if 1:\n        x = 1\n\ty = 2\n", "TabError on line 3"),
    "unterminated": ("x = 'abc\n", "SyntaxError on line 1"),
    "unterminated_triple": ("x = 1\ny = '''abc\n\n", "SyntaxError on line 2"),
    "invalid_character": ("x = 1 ＋ 2\n", "SyntaxError on line 1"),
    "assign_to_call": ("f() = 1\n", "SyntaxError on line 1"),
    "return_outside": ("x = 1\nreturn x\n", "SyntaxError on line 2"),
    "await_outside": ("await x\n", "SyntaxError on line 1"),
    "nonlocal_at_top": ("nonlocal x\n", "SyntaxError on line 1"),
    "f_string": ("print(f'{1 +}')\n", "SyntaxError on line 1"),
    "bad_unicode_escape": ("x = '\\N{no such}'\n", "SyntaxError on line 1"),
    "future": ("from __future__ import braces\n", "SyntaxError on line 1"),
    "deep_parentheses": ("(" * 300 + ")" * 300 + "\n", None),
    "no_newline_at_end": ("def f(:", "SyntaxError on line 1"),
    "huge_integer": ("x = " + "9" * 5000 + "\n", None),
}

ENDINGS = {
    "exit_0": ("import sys\nprint('a')\nsys.exit(0)\n", None),
    "exit_none": ("import sys\nsys.exit()\n", None),
    "exit_true": ("import sys\nsys.exit(True)\n", "SystemExit on line 2"),
    "exit_3": ("import sys\nsys.exit(3)\n", "SystemExit on line 2"),
    "exit_text": ("import sys\nsys.exit('over and out')\n", "SystemExit on line 2"),
    "exit_object": ("import sys\nsys.exit(['x', 1])\n", "SystemExit on line 2"),
    "exit_256": ("import sys\nsys.exit(256)\n", None),
    "exit_negative": ("import sys\nsys.exit(-1)\n", "SystemExit on line 2"),
    "exit_in_function": ("def f():\n    raise SystemExit(4)\nf()\n", "SystemExit on line 2"),
    "quit": ("print('a')\nquit()\n", None),
    "exit_in_thread": ("import sys, threading\nt = threading.Thread(target=sys.exit, args=(3,))\n"
                       "t.start()\nt.join()\nprint('on')\n", None),
    "atexit": ("import atexit\natexit.register(print, 'second')\natexit.register(print, 'first')\n"
               "print('main')\n", None),
    "atexit_after_error": ("import atexit\natexit.register(print, 'still')\n1 / 0\n",
                           "ZeroDivisionError on line 3"),
    "atexit_that_raises": ("import atexit\ndef f():\n    1 / 0\natexit.register(print, 'other')\n"
                           "atexit.register(f)\nprint('main')\n", None),
    "atexit_after_exit": ("import atexit, sys\natexit.register(print, 'bye')\nsys.exit(0)\n", None),
    "thread_outlives_main": (
        "import threading, time\ndef f():\n    time.sleep(0.2)\n    print('thread')\n"
        "threading.Thread(target=f).start()\nprint('main')\n", None),
    "daemon_thread_does_not": (
        "import threading, time\ndef f():\n    time.sleep(30)\n    print('thread')\n"
        "threading.Thread(target=f, daemon=True).start()\nprint('main')\n", None),
    "thread_that_raises": (
        "import threading\ndef f():\n    1 / 0\nt = threading.Thread(target=f, name='T')\n"
        "t.start()\nt.join()\nprint('main')\n", None),
    "pool_at_exit": ("from concurrent.futures import ThreadPoolExecutor\n"
                     "pool = ThreadPoolExecutor(1)\n"
                     "for i in range(3):\n    pool.submit(print, 'job')\n", None),
    "del_at_exit": ("class A:\n    def __init__(self, name):\n        self.name = name\n"
                    "    def __del__(self):\n        print('del', self.name)\n"
                    "a = A('global')\nb = A('other')\nA('temporary')\nprint('main')\n", None),
    "del_that_raises": ("class A:\n    def __del__(self):\n        raise ValueError('in del')\n"
                        "A.__del__.__qualname__ = 'A.__del__'\n"
                        "import sys\nsys.unraisablehook = lambda u: print('lost', u.exc_value)\n"
                        "A()\nprint('main')\n", None),
    "generator_closed_at_exit": ("def g():\n    try:\n        yield 1\n    finally:\n"
                                 "        print('closed')\nx = g()\nnext(x)\nprint('main')\n", None),
    "weakref_finalize": ("import weakref\nclass A: pass\na = A()\n"
                         "weakref.finalize(a, print, 'finalized')\nprint('main')\n", None),
    "unflushed_own_buffer": ("import io, sys\nout = io.TextIOWrapper(io.BufferedWriter("
                             "io.FileIO(1, 'w', closefd=False)))\nout.write('mine\\n')\n"
                             "out.flush()\nprint('main')\n", None),
    "stdout_replaced": ("import io, sys\nsys.stdout = io.StringIO()\nprint('lost')\n"
                        "sys.__stdout__.write('kept\\n')\n", None),
    "stdout_closed": ("import sys\nprint('a')\nsys.stdout.close()\n", None),
    "stdout_none": ("import sys\nprint('a')\nsys.stdout = None\nprint('b')\n", None),
}

SOURCES = {
    "byte_order_mark": ("\ufeffprint('ä')\n", None),
    "crlf": ("x = 'a'\r\nif x:\r\n    print(x)\r\nprint('''b\r\nc''')\r\n1 / 0\r\n",
             "ZeroDivisionError on line 6"),
    "cr": ("print(1)\rprint(2)\rprint(repr('''a\rb'''))\r", None),
    "no_newline": ("print('end', end='')", None),
    "comment_only": ("# nothing", None),
    "form_feed": ("print(1)\n\x0cprint(2)\n", None),
    "utf8_cookie": ("# -*- coding: utf-8 -*-\nprint('ä€𝄞')\n", None),
    "dunders": ("import sys\nprint(__name__, __file__, __doc__, __package__, __spec__)\n"
                "print(sys.argv, sorted(k for k in globals() if k[0] != '_'))\n"
                "print(__builtins__.__name__, __annotations__)\n", None),
    "docstring": ("'''Says what.'''\nprint(__doc__)\nx: int = 1\nprint(__annotations__)\n", None),
    "inspect_source": ("import inspect\ndef f():\n    return 1  # one\n"
                       "print(inspect.getsource(f))\n",
                       None),
    "pickle_of_main": ("import pickle\nclass A:\n    pass\nprint(pickle.loads(pickle.dumps(A()))"
                       ".__class__)\n", None),
    "import_main": ("import __main__\nx = 5\nprint(__main__.x)\n", None),
    "import_itself": ("import sys\nif __name__ == '__main__':\n    import main\n"
                      "    print(main.__name__)\n", None),
    "dataclass_and_annotations": ("from __future__ import annotations\nimport dataclasses\n"
                                  "@dataclasses.dataclass\nclass P:\n    x: int\n"
                                  "    y: list[P] = dataclasses.field(default_factory=list)\n"
                                  "print(P(1), P.__dataclass_fields__['y'].type)\n", None),
    "doctest_of_main": ("'''\n>>> 1 + 1\n2\n>>> 1 + 1\n3\n'''\nimport doctest\n"
                        "print(doctest.testmod())\n", None),
    "warning": ("import warnings\nwarnings.warn('careful')\nx = 1 is 1\n", None),
    "syntax_warning": ("x = 1\nif x is 1:\n    print('\\d')\n", None),
    "optimised": ("print(__debug__)\nassert True\n", None),
    "hash_of_numbers": ("print(hash(1.5), hash(10**30))\n", None),
    "file_name_with_umlaut": ("import os\nopen('ä∑', 'w').close()\nprint(os.listdir())\n"
                              "open('nö')\n", "FileNotFoundError on line 4"),
    "encoding": ("import sys, locale\nprint(sys.stdout.encoding, sys.stderr.encoding, "
                 "sys.getdefaultencoding(), sys.getfilesystemencoding(), "
                 "locale.getpreferredencoding(), sys.stdout.errors, sys.stderr.errors)\n", None),
    "isatty": ("import sys\nprint(sys.stdin.isatty(), sys.stdout.isatty(), repr(sys.stdin.read()),"
               " sys.stdout.name, sys.stdin.fileno(), sys.stdout.fileno())\n", None),
    "large_integers": ("print(2**4000)\nimport sys\nprint(sys.get_int_max_str_digits())\n", None),
    "match_and_walrus": ("match {'a': [1, 2]}:\n    case {'a': [x, *y]} if (n := x):\n"
                         "        print(n, y)\n", None),
}


def without_addresses(text):
    return re.sub(r"\b0x[0-9a-f]{6,}\b", "0x...", text)


class LikePython(ServerTest):
    flags = ("--policy", "open")

    def compare(self, programs):
        for name, (program, error) in programs.items():
            with self.subTest(program=name):
                code, stdout, stderr = run_python(program)
                result = self.server.result(program)
                self.assertEqual(result["stdout"], stdout)
                self.assertEqual(without_addresses(result["stderr"]), without_addresses(stderr))
                self.assertEqual(result["status"], "error" if code else "success")
                if error:
                    self.assertEqual(result["error"], error)
                elif code == 0:
                    self.assertIsNone(result["error"])
                else:
                    self.assertRegex(result["error"], r"^\w+ on line \d+$")

    def test_exceptions(self):
        self.compare(EXCEPTIONS)

    def test_syntax_errors(self):
        self.compare(SYNTAX)

    def test_ends_of_programs(self):
        self.compare(ENDINGS)

    def test_source_text_and_main_module(self):
        self.compare(SOURCES)


class NotLikePython(ServerTest):
    """Where a service must differ from a file on disk."""

    flags = ("--policy", "open")

    def test_a_cookie_does_not_change_the_text(self):
        # The text is UTF-8 because JSON is; a file's cookie would say how to read its bytes.
        for cookie in ("latin-1", "utf-7", "utf-16", "no-such-coding"):
            with self.subTest(cookie=cookie):
                self.assertEqual(self.prints(f"# coding: {cookie}\nprint('ä+AGE-', 1)\n"),
                                 "ä+AGE- 1\n")

    def test_a_null_byte_is_a_syntax_error(self):
        result = self.server.result("print(1)\n\0\nprint(2)\n")
        self.assertEqual((result["status"], result["stdout"]), ("error", ""))
        self.assertIn("SyntaxError: source code cannot contain null bytes", result["stderr"])
        self.assertRegex(result["error"], "^SyntaxError")

    def test_nesting_bombs_end_in_order(self):
        for name, program in {
                "parentheses": "(" * 100_000, "brackets": "[" * 5_000 + "]" * 5_000,
                "unary": "-" * 100_000 + "1", "nots": "not " * 50_000 + "1",
                "attributes": "x = a" + ".b" * 50_000, "calls": "f" + "()" * 50_000,
                "additions": "x = " + "1+" * 50_000 + "1",
                "blocks": "".join(" " * i + "if 1:\n" for i in range(120)) + " " * 120 + "pass\n",
                "lambdas": "x = " + "lambda: " * 20_000 + "1",
                "strings": "x = f'" + "{" * 5_000}.items():
            with self.subTest(program=name):
                result = self.server.result(program, timeout=20)
                self.assertIn(result["status"], ("success", "error", "memory_exceeded"))
                self.assertNotRegex(result["error"] or "", "(?i)crash", result["stderr"][-500:])
        self.assertEqual(self.prints("print('on')"), "on\n")

    def test_no_frame_of_the_service_in_a_traceback(self):
        result = self.server.result(
            "import traceback, sys\ntraceback.print_stack()\n"
            "frame, depth = sys._getframe(), 0\nwhile frame:\n"
            "    print(frame.f_code.co_filename)\n    frame = frame.f_back\n")
        self.assertEqual(result["stdout"], "/tmp/main.py\n")
        self.assertEqual(result["stderr"], '  File "/tmp/main.py", line 2, in <module>\n'
                         "    traceback.print_stack()\n")


if __name__ == "__main__":
    unittest.main()
