"""The scientific policy against the project's own corpus of programs.

accept/ holds honest programs: each must run to its end. reject/ holds one trick in each file: each
must be refused before anything of it runs, with a place that lies in its text. The first line of a
program says why it is there; a line that ends in "# here" is the one that a refusal must name.
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import ROOT, ServerTest  # noqa: E402

CORPUS = pathlib.Path(__file__).resolve().parent
SHARED = ROOT.parent / "shared" / "corpus" / "policy"


def programs(folder, pattern="*.py"):
    """(name, text) of each program; the text exactly as it lies there, whatever ends its lines."""
    found = [(path.stem, path.read_bytes().decode()) for path in sorted(folder.glob(pattern))]
    if not found:
        raise AssertionError(f"no {pattern} in {folder}")
    return found


class Corpus(ServerTest):
    flags = ("--policy", "scientific")
    warm = True

    def accepts(self, found):
        for name, text in found:
            with self.subTest(program=name):
                result = self.server.result(text, timeout=60)
                self.assertEqual((result["status"], result["error"]), ("success", None),
                                 f"{result.get('refusal')} {result['stderr']}")

    def rejects(self, found, syntax_errors=False):
        for name, text in found:
            with self.subTest(program=name):
                result = self.server.result(text)
                if syntax_errors and "SyntaxError" in (result["error"] or ""):
                    continue  # Not Python at all: refused by the parser.
                self.assertIn("refusal", result, f"it ran, and ended so: {result}")
                self.is_orderly(result, text)

    def is_orderly(self, result, text):
        self.assertEqual((result["status"], result["stdout"], result["memory_used"]),
                         ("error", "", None))
        self.assertEqual(result["stderr"], "Security validation failed: " + result["error"])
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        line, column = result["refusal"]["line"], result["refusal"]["column"]
        self.assertTrue(1 <= line <= len(lines), f"line {line} of {len(lines)}")
        self.assertTrue(1 <= column <= len(lines[line - 1]),
                        f"column {column} of {lines[line - 1]!r}")
        marked = [number for number, line in enumerate(lines, 1) if line.endswith("# here")]
        self.assertTrue(not marked or line in marked,
                        f"{result['error']} is said of line {line}, not of {marked}")

    def test_honest_programs_run(self):
        self.accepts(programs(CORPUS / "accept"))

    def test_tricks_are_refused(self):
        self.rejects(programs(CORPUS / "reject"))

    def test_every_program_says_why_it_is_there(self):
        for folder in ("accept", "reject"):
            for name, text in programs(CORPUS / folder):
                with self.subTest(program=f"{folder}/{name}"):
                    self.assertRegex(text, r"\A# why: \S")

    def test_programs_that_projects_share(self):
        if not SHARED.is_dir():
            print(f"{SHARED} is not there: only the project's own programs were tried")
            return
        self.accepts(programs(SHARED, "accept_*.py"))
        self.rejects(programs(SHARED, "reject_*.py"), syntax_errors=True)


if __name__ == "__main__":
    unittest.main()
