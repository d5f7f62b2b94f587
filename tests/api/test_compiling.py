"""Sources that are hostile, odd or enormous: each ends in order, and the next notices nothing.

Every program goes through both the open and the scientific policy, because the policy's checker
walks the same tree that the compiler does.
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import PATIENCE, ServerTest  # noqa: E402

MILLION = 1_000_000


def filled(unit, end=""):
    """`unit` as often as a program of a million characters holds it."""
    return unit * ((MILLION - len(end)) // len(unit)) + end


def blocks(head, depth):
    return "".join(" " * i + head + "\n" for i in range(depth)) + " " * depth + "pass\n"


# Compiles, or is an error of the parser or the compiler; never anything else.
DEEP = {
    "parentheses": "(" * 100_000,
    "parentheses_closed": "(" * 190 + "1" + ")" * 190,
    "brackets": "[" * 100_000,
    "brackets_closed": "x = " + "[" * 190 + "]" * 190,
    "braces": "{" * 100_000,
    "braces_closed": "x = " + "{1:" * 190 + "1" + "}" * 190,
    "brackets_mixed": "([{" * 30_000,
    "brackets_closing": ")" * 100_000,
    "subscripts": "x = a" + "[0]" * 100_000,
    "subscripts_nested": "a[" * 190 + "0" + "]" * 190,
    "calls": "f" + "()" * 100_000,
    "calls_nested": "f(" * 190 + ")" * 190,
    "attributes": "x = a" + ".b" * 100_000,
    "attributes_assigned": "a" + ".b" * 100_000 + " = 1",
    "attributes_on_lines": "x = (a" + "\n.b" * 100_000 + ")",
    "additions": filled("1+", "1"),
    "additions_of_text": filled("'a'+", "'a'"),
    "powers": "x = " + "2**" * 50_000 + "1",
    "shifts": "x = 1" + "<<1" * 50_000,
    "divisions_and_calls": "x = 1" + "/f()" * 50_000,
    "nots": filled("not ", "1"),
    "minuses": "-" * 100_000 + "1",
    "tildes": "~" * 5_000 + "1",
    "awaits": "async def f():\n    " + "await " * 100_000 + "x",
    "ands": "x = " + "a and " * 100_000 + "a",
    "ands_and_ors": "x = " + "a and b or " * 50_000 + "c",
    "comparisons": "x = 1" + "<2" * 100_000,
    "conditionals": "x = " + "1 if a else " * 50_000 + "1",
    "lambdas": "x = " + "lambda: " * 50_000 + "1",
    "lambdas_in_defaults": "x = " + "lambda a=" * 10_000 + "1" + ": 0" * 10_000,
    "walruses": "x = " + "(a:=" * 190 + "1" + ")" * 190,
    "stars": "print(" + "*" * 100_000 + "a)",
    "comprehensions": "x = " + "[" * 150 + "a" + " for a in b]" * 150,
    "comprehension_of_many_fors": "x = [a" + " for a in b" * 5_000 + "]",
    "comprehension_of_many_ifs": "x = [a for a in b" + " if a" * 50_000 + "]",
    "strings_nested": "x = f'{f\"{f\"\"\"{f" + "'''{1}'''" + "}\"\"\"}\"}'",
    "strings_braces": "x = f'" + "{" * 100_000 + "'",
    "strings_specs": "x = f'{1:" + "{1:" * 100 + "}" * 101 + "'",
    "strings_in_fields": "x = f'''{" + "(" * 300 + "1" + ")" * 300 + "}'''",
    "strings_with_many_fields": "a = 1\nx = f'" + "{a}" * 20_000 + "'",
    "functions": blocks("def f():", 90),
    "functions_too_many": blocks("def f():", 120),
    "classes": blocks("class A:", 90),
    "ifs": blocks("if 1:", 95),
    "ifs_too_many": blocks("if 1:", 120),
    "fors": blocks("for a in b:", 25),
    "whiles_too_many": blocks("while 0:", 90),
    "tries": "".join(" " * i + "try:\n" for i in range(30)) + " " * 30 + "pass\n"
             + "".join(" " * i + "finally: pass\n" for i in range(29, -1, -1)),
    "withs": blocks("with a:", 30),
    "with_of_many": "with " + ", ".join(["a"] * 5_000) + ": pass",
    "matches": "".join(" " * 2 * i + "match a:\n" + " " * (2 * i + 1) + "case b:\n"
                       for i in range(45)) + " " * 90 + "pass\n",
    "patterns": "match a:\n  case " + "[" * 190 + "b" + "]" * 190 + ": pass",
    "patterns_of_classes": "match a:\n  case " + "A(" * 190 + ")" * 190 + ": pass",
    "patterns_of_alternatives": "match a:\n  case " + "|".join(map(str, range(20_000))) + ": pass",
    "elifs": "if a: pass\n" + "elif a: pass\n" * 20_000,
    "excepts": "try: pass\n" + "except A: pass\n" * 20_000,
    "decorators": "@f\n" * 20_000 + "def g(): pass",
    "decorators_on_a_class": "@f\n" * 5_000 + "class A: pass",
    "targets": "a" + " = a" * 50_000,
    "targets_unpacked": "(" * 190 + "a" + ",)" * 190 + " = 1",
    "annotations": "x: " + "list[" * 190 + "int" + "]" * 190,
    "yields": "def f():\n    x = " + "(yield " * 190 + ")" * 190,
    "backticks_and_others": "`$?!" * 10_000,
    "keywords_only": "if " * 50_000,
    "colons": ":" * 100_000,
    "arrows": "def f()" + "->" * 50_000,
    "ellipses": "." * 100_000,
    "commas": "x = " + "," * 100_000,
    "backslashes": "x = 1 + \\\n" * 50_000 + "1",
    "semicolons": "a=1;" * 50_000,
    "indents_growing": "".join("if 1:\n" + " " * i for i in range(1, 1_000)),
    "invalid_dictionaries": "{" + "".join(f"{{{i}:" for i in range(60)),
    "invalid_calls": "f(a for a in b, " * 60,
    "invalid_lambdas": "lambda a, " * 100 + ":",
    "invalid_targets": "(a, b) += " * 5_000 + "1",
    "invalid_with": "with (" * 60 + "a as b" + ")" * 59,
    "invalid_patterns": "match a:\n  case " + "{**a, " * 60,
}

# What fuzzing has found in CPython's parser and compiler, in one version or another.
FUZZED = {
    "with_and_control_character": "with(0,,):\n\x01",
    "cookie_and_open_bracket": "# coding=latin\r(aaaaaaaaaaaaaaaaa\raaaaaaaaaaa\xb5",
    "comprehension_of_super": "class i:\n if[super for()in e]:d<5<[super for()in e]",
    "chained_comparison": "class i:\n if i:d<2<[super for()in e]",
    "assertion_of_conditional": "def f(): assert (False if 1 else True)\n",
    "not_of_conditional": "def f():\n\tif not (False if 1 else True): return 12\n",
    "name_escape_in_f_string": "f'\\N{\\r}'\n",
    "name_escape_without_end": "f'\\N{'\n",
    "f_string_of_quotes": "f'''{\n'''\n",
    "f_string_of_backslash": "f'{a\\\n}'\n",
    "f_string_of_lambda": "f'{lambda x:1}'\n",
    "with_of_conditionals": "def f(a):\n  with " + ", ".join(
        "a('x' if a else 'y') as b" for _ in range(15)) + ":\n    pass\n",
    "return_in_try_of_while": "def f():\n while 1:\n  try: return\n  finally:\n   while 0: pass\n",
    "except_star_with_break": "def f():\n for x in y:\n  try: pass\n  except* A: break\n",
    "async_comprehension": "async def f(): return [[x async for x in y] for y in z]\n",
    "decorator_with_line_ends": "@\\\nprint\ndef g(): pass\n",
    "dedent_in_brackets": "if 1:\n  (\n)\n 2\n",
    "backslash_at_the_end": "\\\n",
    "text_after_backslash_and_cr": "x = '\\\r\n'\r\\\r",
    "octal_that_is_none": "0_7\n0o\n",
    "nested_triple_quotes": "'''" * 3_333,
    "prefixes": "rb" * 1_000 + "''",
}

LARGE = {
    "text": "x = '" + "a" * (MILLION - 20) + "'\n",
    "text_in_three_quotes": "x = '''" + "a\n" * 490_000 + "'''\n",
    "bytes": "x = b'" + "\\xff" * 240_000 + "'\n",
    "text_of_escapes": "x = '" + "\\N{BULLET}" * 90_000 + "'\n",
    "text_side_by_side": filled("'a' ", "\n"),
    "list": "x = [" + "1," * 490_000 + "]\n",
    "list_of_names": "a = 1\nx = [" + "a," * 490_000 + "]\n",
    "dictionary": "x = {" + ",".join(f"{i}:{i}" for i in range(70_000)) + "}\n",
    "set": "x = {" + ",".join(map(str, range(140_000))) + "}\n",
    "tuple_of_different_constants": "x = (" + ",".join(f"{i}.5" for i in range(100_000)) + ")\n",
    "names": "".join(f"a{i}=1\n" for i in range(90_000)),
    "statements": "pass\n" * 200_000,
    "empty_lines": "\n" * (MILLION - 10) + "a = 1\n",
    "blanks": "a = 1" + " " * (MILLION - 10) + "\n",
    "comment": "#" * MILLION,
    "comments": "# a\n" * 250_000,
    "functions": "def f(): return 1\n" * 5_000,  # CPython needs quadratic time
    "long_name": "a" * (MILLION - 10) + " = 1\n",
    "long_name_not_ascii": "ä" * (MILLION - 10) + " = 1\n",
    "arguments": "def f(" + ",".join(f"a{i}" for i in range(50_000)) + "): pass\n",
    "arguments_of_a_call": "print(" + "1," * 200_000 + "sep='', file=None, end='' if 1 else '')\n",
    "jump_over_much": "if not 1:\n" + " a = b\n" * 100_000,
    "loop_over_much": "for a in [1]:\n" + " b = a\n" * 100_000,
    "one_line": "a = 1; " * 140_000 + "\n",
    "float": "x = 1." + "3" * 900_000 + "\n",
    "float_exponent": "x = 1e" + "9" * 900_000 + "\n",
    "zeros": "x = " + "0" * 900_000 + "\n",
    "hexadecimal": "x = 0x" + "f" * 900_000 + "\n",
    "binary": "x = 0b" + "1" * 900_000 + "\n",
    "power": "x = 10 ** 4300 * 10 ** 4300\n",
    "folded_powers": "x = 2 ** 1000 ** 1000 ** 1000 if 0 else 1\n",
    "folded_text": "x = 'a' * 4000 * 4000\n",
    "folded_tuple": "x = (((1,) * 250) * 250) * 250 if 0 else 1\n",
    "folded_shift": "x = 1 << 1000 << 1000 << 1000\n",
}


class Hostile(ServerTest):
    """The scientific policy; below, the same for the open one."""

    flags = ("--policy", "scientific", "--ready-sandboxes", "2")

    def ends_in_order(self, programs, statuses):
        for name, program in programs.items():
            with self.subTest(program=name):
                self.assertLessEqual(len(program), MILLION)
                result = self.server.result(program, timeout=20)
                self.assertIn(result["status"], statuses, str(result)[-500:])
                self.assertNotRegex(result["error"] or "", "(?i)crash|signal|killed",
                                    result["stderr"][-500:])
                self.assertNotIn("_pyrunner", result["stderr"])
        self.assertEqual(self.prints("print('on')"), "on\n")

    def test_deep_programs(self):
        # What is too deep for the parser's own stack is a MemoryError of CPython.
        self.ends_in_order(DEEP, ("success", "error"))

    def test_what_fuzzing_found(self):
        self.ends_in_order(FUZZED, ("success", "error"))

    def test_large_programs(self):
        self.ends_in_order(LARGE, ("success", "error", "memory_exceeded"))

    def test_large_programs_in_little_memory(self):
        for name in ("additions", "attributes", "ands_and_ors", "brackets"):
            with self.subTest(program=name):
                result = self.server.result(DEEP[name], timeout=20, memory_limit=64)
                self.assertIn(result["status"], ("success", "error", "memory_exceeded"))
        for name in ("list_of_names", "names", "dictionary", "functions"):
            with self.subTest(program=name):
                result = self.server.result(LARGE[name], timeout=20, memory_limit=64)
                self.assertIn(result["status"], ("success", "error", "memory_exceeded"))
        self.assertEqual(self.prints("print('on')"), "on\n")


class HostileToTheOpenPolicy(Hostile):
    flags = ("--policy", "open", "--ready-sandboxes", "2")

    def test_many_at_run_time_too(self):
        self.ends_in_order({
            name: f"try:\n    exec({program!r})\nexcept BaseException as e:\n    print(type(e))\n"
            for name, program in DEEP.items() if len(program) < 400_000}, ("success", "error"))


class HardForTheChecker(ServerTest):
    """Shapes that cost a checker of names more than they cost Python."""

    flags = ("--policy", "scientific", "--ready-sandboxes", "2")

    def test_names_of_modules_that_multiply(self):
        programs = {
            "two_attributes": "import math as x\nif 0:\n" + "  x = x.a\n  x = x.b\n" * 40,
            "many_attributes": "import math as x\nif 0:\n"
                               + "".join(f"  x = x.a{i}\n" for i in range(60)),
            "one_attribute": "import math as x\nif 0:\n" + "  x = x.a\n" * 5_000,
            "many_names": "import math as x0\nif 0:\n"
                          + "".join(f"  x{i + 1} = x{i}.a\n" for i in range(5_000)),
            "each_the_other": "import math as a, cmath as b\nif 0:\n" + "  a, b = b.c, a.c\n"
                              + "  a = b.d\n  b = a.e\n" * 40,
            "star_imports": "from math import *\n" * 5_000 + "if 0:\n  pi, e\n"
                            + "  undefined\n" * 5_000,
            "imports": "import math as a\n" * 20_000,
            "imports_of_one_name": "if 0:\n" + "".join(
                f"  from math import a{i} as x\n" for i in range(5_000)) + "  x.y\n" * 5_000,
            "text_with_braces": "x = '" + "{[" * 400_000 + "'\n",
            "text_with_dots": "x = '" + "{a." * 300_000 + "'\n",
            "text_with_underscores": "x = '" + "_a" * 450_000 + "'\n",
            "text_in_sums": "b = 'b'\nif 0:\n  x = [" + "('a' + b) - 1, " * 20_000 + "]\n",
            "formats": "if 0:\n  x" + ".format" * 2_000 + "\n",
        }
        for name, program in programs.items():
            with self.subTest(program=name):
                result = self.server.result(program, timeout=10 * PATIENCE)
                self.assertEqual(result["status"], "success", str(result)[-500:])
        self.assertEqual(self.prints("print('on')"), "on\n")


# name: (program, what it prints or a part of its error)
PRINTS = {
    "byte_order_mark": ("\ufeffprint('ä')\n", "ä\n"),
    "byte_order_mark_and_cookie": ("\ufeff# coding: latin-1\nprint('ä')\n", "ä\n"),
    "cookie_utf7": ("# -*- coding: utf-7 -*-\nprint('+AGE-')\n", "+AGE-\n"),
    "cookie_on_the_second_line": ("#!/usr/bin/python3\n# vim: set fileencoding=cp037 :\nprint('é')\n",
                                  "é\n"),
    "cookie_unknown": ("# coding: no-such\nprint(1)\n", "1\n"),
    "cookie_of_raw_unicode": ("# coding: raw_unicode_escape\nprint('\\u0041')#\\u000aprint(2)\n",
                              "A\n"),
    "crlf": ("if True:\r\n    print('''a\r\nb''')\r\n", "a\nb\n"),
    "lone_cr": ("if True:\r    print('a')\rprint('b')\r", "a\nb\n"),
    "all_line_ends": ("print(1)\r\nprint(2)\rprint(3)\nprint(4)", "1\n2\n3\n4\n"),
    "form_feeds": ("\x0cif True:\n\x0c    print(1)\n\x0c\n", "1\n"),
    "line_separators_in_text": ("print(len('\u2028\u2029\x85\x1c'))\n", "4\n"),
    "tabs": ("if True:\n\tif True:\n\t\tprint(1)\n", "1\n"),
    "no_line_end_at_the_end": ("if True:\n    print(1)", "1\n"),
    "blanks_at_the_end": ("print(1)\n    ", "1\n"),
    "backslash_and_crlf": ("print(1 + \\\r\n2)\r\n", "3\n"),
    "only_a_comment": ("# nothing", ""),
    "docstring_only": ("'''nothing'''", ""),
    "future_of_uncle_barry": ("from __future__ import barry_as_FLUFL\nprint(1 != 2)\n", "True\n"),
    "future": ("'''doc'''\nfrom __future__ import annotations, division\n"
               "def f(x: undefined): pass\nprint(f.__annotations__)\n", "{'x': 'undefined'}\n"),
    "names_beyond_ascii": ("ünïcödé_变量 = 1\nª = 2\nprint(ünïcödé_变量, a)\n", "1 2\n"),
    "surrogates_by_escape": ("print(ascii('\\ud800'), len('\\udcff\\ud83d\\ude00'))\n",
                             "'\\ud800' 3\n"),
    "surrogate_in_bytes_of_name": ("print('\\N{GREEK SMALL LETTER ALPHA}')\n", "α\n"),
    "soft_keywords": ("match = case = _ = type = 1\nprint(match, case, _)\nmatch match:\n"
                      "    case case: print(case)\n", "1 1 1\n1\n"),
    "match_as_call": ("def match(x): return x\nprint(match(1), match\n(2))\n", "1 2\n"),
    "walrus": ("print((y := 5), [y := x for x in range(3)], y)\n", "5 [0, 1, 2] 2\n"),
    "numbers": ("print(0_0, 1_000, 0xF_F, 1e1_0, .5, 5., 1_0j, 0o17)\n",
                "0 1000 255 10000000000.0 0.5 5.0 10j 15\n"),
    "integer_of_4300_digits": ("print(len(str(" + "9" * 4300 + ")))\n", "4300\n"),
    "hexadecimal_of_many_digits": ("print((0x" + "f" * 10_000 + ").bit_length())\n", "40000\n"),
    "keyword_beside_number": ("print(1if 1else 2)\n", "1\n"),
    "long_name": ("a" * 100_000 + " = 3\nprint(" + "a" * 100_000 + ")\n", "3\n"),
    "text_of_a_megabyte": ("print(len('" + "é" * 400_000 + "'))\n", "400000\n"),
    "lines": ("x = 0\n" + "x += 1\n" * 100_000 + "print(x)\n", "100000\n"),
    "constants": ("print(sum([" + ",".join(map(str, range(100_000))) + "]))\n", "4999950000\n"),
    "names_in_a_function": ("def f():\n" + "".join(f" a{i} = {i}\n" for i in range(40_000))
                            + " return a39999\nprint(f())\n", "39999\n"),
    "except_star_and_return": ("def f():\n  try: raise ExceptionGroup('', [ValueError()])\n"
                               "  except* ValueError: x = 1\n  return x\nprint(f())\n", "1\n"),
    "comprehension_in_class": ("class A:\n  x = [y for y in range(3)]\n  z = lambda: 1\n"
                               "print(A.x)\n", "[0, 1, 2]\n"),
}

ERRORS = {
    "null_byte": ("print(1)\n\0", "source code cannot contain null bytes"),
    "null_byte_in_comment": ("# \0\nprint(1)", "source code cannot contain null bytes"),
    "null_byte_first": ("\0", "source code cannot contain null bytes"),
    "two_byte_order_marks": ("\ufeff\ufeffprint(1)\n", "SyntaxError on line 1"),
    "byte_order_mark_inside": ("print(1)\n\ufeffprint(2)\n", "SyntaxError on line 2"),
    "tabs_and_blanks": ("if 1:\n        x = 1\n\tx = 2\n", "TabError on line 3"),
    "future_that_is_none": ("from __future__ import braces\n", "SyntaxError on line 1"),
    "future_too_late": ("x = 1\nfrom __future__ import annotations\n", "SyntaxError on line 2"),
    "future_unknown": ("from __future__ import sense\n", "SyntaxError on line 1"),
    "unterminated_text": ("x = 1\ny = 'abc\n", "SyntaxError on line 2"),
    "unterminated_lines": ("x = '''abc\n" + "\n" * 1_000, "SyntaxError on line 1"),
    "unterminated_f_string": ("f'{'", "SyntaxError on line 1"),
    "escape_of_x": ("x = '\\x1'\n", "SyntaxError on line 1"),
    "escape_of_u": ("x = '\\U00110000'\n", "SyntaxError on line 1"),
    "escape_of_name": ("x = '\\N{NO SUCH}'\n", "SyntaxError on line 1"),
    "escape_in_bytes": ("x = b'\\x1'\n", "SyntaxError on line 1"),
    "bytes_beyond_ascii": ("x = b'ä'\n", "SyntaxError on line 1"),
    "backslash_at_the_end": ("x = 1 + \\", "SyntaxError on line 1"),
    "backslash_and_more": ("x = 1 \\ 2\n", "SyntaxError on line 1"),
    "character_that_is_invisible": ("x\u200b = 1\n", "SyntaxError on line 1"),
    "character_of_another_script": ("x = 1 – 2\n", "SyntaxError on line 1"),
    "control_character": ("x = 1\x07\n", "SyntaxError on line 1"),
    "number_with_letters": ("x = 1abc\n", "SyntaxError on line 1"),
    "number_with_zero": ("x = 0123\n", "SyntaxError on line 1"),
    "integer_of_4301_digits": ("x = " + "9" * 4301 + "\n", "SyntaxError on line 1"),
    "integer_of_many_digits": ("x = " + "9" * (MILLION - 10) + "\n", "SyntaxError on line 1"),
    "nonlocal_at_the_top": ("nonlocal x\n", "SyntaxError on line 1"),
    "global_after_use": ("def f():\n    x = 1\n    global x\n", "SyntaxError on line 3"),
    "return_outside": ("return 1\n", "SyntaxError on line 1"),
    "yield_outside": ("yield 1\n", "SyntaxError on line 1"),
    "await_outside": ("await f()\n", "SyntaxError on line 1"),
    "break_outside": ("break\n", "SyntaxError on line 1"),
    "same_argument_twice": ("def f(a, a): pass\n", "SyntaxError on line 1"),
    "two_star_targets": ("*a, *b = 1\n", "SyntaxError on line 1"),
    "default_before_none": ("def f(a=1, b): pass\n", "SyntaxError on line 1"),
    "assignment_to_true": ("True = 1\n", "SyntaxError on line 1"),
    "assignment_to_debug": ("__debug__ = 1\n", "SyntaxError on line 1"),
    "walrus_in_comprehension": ("[i := 0 for i in x]\n", "SyntaxError on line 1"),
    "pattern_bound_twice": ("match 1:\n    case [a, a]: pass\n", "SyntaxError on line 2"),
    "pattern_that_hides_others": ("match 1:\n    case a: pass\n    case 2: pass\n",
                                  "SyntaxError on line 2"),
    "blocks_too_deep": (blocks("while 1:", 30), "SyntaxError on line 21"),
    "indentation_too_deep": (blocks("if 1:", 120), "IndentationError"),
    "brackets_too_deep": ("(" * 300 + ")" * 300, "SyntaxError on line 1"),
    "too_many_targets_before_a_star": ("a, " * 300 + "*b = 1\n", "SyntaxError on line 1"),
}


class Odd(ServerTest):
    flags = ("--policy", "scientific", "--ready-sandboxes", "2")

    def test_these_run(self):
        for name, (program, printed) in PRINTS.items():
            with self.subTest(program=name):
                result = self.server.result(program)
                self.assertEqual((result["status"], result["error"], result["stdout"]),
                                 ("success", None, printed), result["stderr"][-500:])

    def test_these_are_errors_of_the_program(self):
        for name, (program, error) in ERRORS.items():
            with self.subTest(program=name):
                result = self.server.result(program)
                self.assertEqual((result["status"], result["stdout"]), ("error", ""), str(result))
                self.assertNotIn("refusal", result)
                self.assertIn(error, result["stderr"] + "\n" + result["error"])
                self.assertRegex(result["error"], r"^(SyntaxError|IndentationError|TabError)\b")
        self.assertEqual(self.prints("print('on')"), "on\n")

    def test_half_characters_in_the_request(self):
        # JSON can spell them, UTF-8 cannot.
        body = b'{"code": "print(len(\'\\ud800\'))"}'
        answer = self.server.request("POST", "/run", body, {"Content-Type": "application/json"})
        self.assertIn(answer.status, (200, 422), str(answer))
        if answer.status == 200:
            self.assertIn(answer.json["status"], ("success", "error"))
        self.assertEqual(self.prints("print('on')"), "on\n")

    def test_refusals_know_their_place_in_odd_text(self):
        for name, program, line, column in (
                ("crlf", "x = 1\r\nx = 2; x.__class__\r\n", 2, 10),
                ("lone_cr", "x = 1\rx.__class__\r", 2, 3),
                ("byte_order_mark", "\ufeffx = 1; x.__class__\n", 1, 10),
                ("form_feed", "x = 1\n\x0cx.__class__\n", 2, 4),
                ("tab", "if 1:\n\tx.__class__\n", 2, 4),
                ("wide_characters", "x = '😀é'; x.__class__\n", 1, 13),
                ("text_of_lines", "x = '''\n\n'''; x.__class__\n", 3, 8),
                ("backslash", "x = 1 + \\\n  x.__class__\n", 2, 5),
                ("name_that_is_normalised", "x = 1\nx.__ｃlass__\n", 2, 3),
                ("name_that_is_longer_when_normalised", "x.ﬁ.__𝐜𝐥𝐚𝐬𝐬__\n", 1, 5),
                ("chain", "x.real.gi_frame.f_back\n", 1, 8)):
            with self.subTest(program=name):
                result = self.server.result(program)
                self.assertEqual(result.get("refusal"), {"line": line, "column": column},
                                 result["error"])


if __name__ == "__main__":
    unittest.main()
