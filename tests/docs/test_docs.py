"""Every command of the README and of docs/ is run, and what they say of settings is true."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import BINARY, ROOT, Server  # noqa: E402

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


def commands():
    """(page, command line) of every sh block; comments are not commands."""
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in block.splitlines():
                if line and not line.startswith("#"):
                    yield page.name, line


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(warm=True)
        cls.addClassCleanup(cls.server.stop)

    def curl(self, line):
        line = line.replace("localhost:8000", f"localhost:{self.server.port}")
        done = subprocess.run(["bash", "-c", line.replace("curl ", "curl -sS --fail ", 1)],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_every_command_is_one_that_a_test_runs(self):
        unknown = [entry for entry in commands()
                   if not re.match(r"curl |\./dev (serve|test|bench)\b", entry[1])]
        self.assertEqual(unknown, [], "teach this test to run them")

    def test_curl_commands_answer(self):
        lines = [entry for entry in commands() if entry[1].startswith("curl ")]
        self.assertGreater(len(lines), 4)
        for page, line in lines:
            with self.subTest(page=page, line=line):
                self.assertIn("status", self.curl(line))

    def test_readme_examples_end_as_they_say(self):
        runs = [line for page, line in commands() if page == "README.md" and "/run" in line]
        answers = [self.curl(line) for line in runs]
        self.assertEqual([answer["status"] for answer in answers],
                         ["success", "error", "timeout", "memory_exceeded"])
        self.assertEqual(answers[0]["stdout"], "A    2.0\ndtype: float64\n")
        shown = json.loads(blocks(ROOT / "README.md", "json")[0])
        self.assertEqual(list(answers[0]), list(shown))
        self.assertEqual(answers[2]["stdout"], "42\n")


class Configuration(unittest.TestCase):
    page = ROOT / "docs" / "configuration.md"

    def test_the_table_is_that_of_help(self):
        done = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        in_help = dict(re.findall(r"^  --([a-z-]+) \[(.*?)\]", done.stdout, re.M))
        in_page = {name: value.strip("`").replace("none", "") for name, value in
                   re.findall(r"^\| `--([a-z-]+)` \| (\S+) \|", self.page.read_text(), re.M)}
        self.assertEqual(in_page, in_help)

    def test_the_example_file_is_accepted(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(blocks(self.page, "toml")[0])
            file.flush()
            server = Server("--config", file.name)  # its flag --port wins
        self.addCleanup(server.stop)
        self.assertNotEqual(server.port, 8080)
        self.assertEqual(server.run("print(1)").json["stdout"], "1\n")


if __name__ == "__main__":
    unittest.main()
