"""Every promise of SPECIFICATION.md names what holds it, and that exists."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "SPECIFICATION.md").read_text(encoding="utf-8")


def rows():
    """(promise, last cell) of every row of every table."""
    for line in PAGE.splitlines():
        if line.startswith("| ") and not line.startswith("| promise"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            yield cells[0], cells[-1]


def python_tests(name):
    """The classes of tests/<name>.py, each with its tests and those of its bases there."""
    text = (ROOT / "tests" / f"{name}.py").read_text(encoding="utf-8")
    found = {}
    for piece in re.split(r"^(?=class )", text, flags=re.M):
        head = re.match(r"class (\w+)(?:\(([\w., ]+)\))?", piece)
        if head:
            tests = set(re.findall(r"^    def (test_\w+)", piece, re.M))
            for base in (head[2] or "").split(","):
                tests |= found.get(base.strip(), set())
            found[head[1]] = tests
    return found


def unit_suites(room):
    return {name for file in (ROOT / room).glob("*_test.cpp")
            for name in re.findall(r"^TEST(?:_F|_P)?\((\w+),", file.read_text(encoding="utf-8"), re.M)}


def benchmarks():
    return set(re.findall(r"def bench_(\w+)", "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "bench").glob("*.py"))))


class Specification(unittest.TestCase):
    def assert_exists(self, file, test):
        self.assertIsNotNone(file, f"{test}: of which file?")
        if file.startswith("src/"):
            return self.assertIn(test, unit_suites(file), file)
        self.assertTrue((ROOT / "tests" / f"{file}.py").exists(), f"there is no tests/{file}.py")
        suite, _, name = test.partition(".")
        suites = python_tests(file)
        self.assertIn(suite, suites, file)
        if name:
            self.assertIn(name, suites[suite], file)

    def test_what_holds_a_promise_exists(self):
        self.assertGreater(len(list(rows())), 40)
        for promise, holders in rows():
            with self.subTest(promise=promise):
                named = re.findall(r"`([^`]+)`", holders)
                self.assertTrue(named, "nothing holds it")
                file = None
                for holder in named:
                    if holder.startswith("./dev bench"):
                        name = holder.split()[2]
                        self.assertTrue(name in benchmarks() or name in ("ab", "soak", "scale"), name)
                        continue
                    if ": " in holder:
                        file, _, holder = holder.partition(": ")
                    self.assert_exists(file, holder)

    def test_the_number_of_attacks_is_told(self):
        attacks = re.search(r"with `--attack`, (\d+) attempts",
                            (ROOT / "README.md").read_text(encoding="utf-8"))
        self.assertIn(f"{attacks[1]} attempts", PAGE)


if __name__ == "__main__":
    unittest.main()
