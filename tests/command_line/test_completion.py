"""Completion in real shells, as somebody who presses the tabulator key has it."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import BINARY  # noqa: E402


def output(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, check=True, timeout=60).stdout


def flags_of(*command):
    return set(re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)", output(*command, "--help")))


class Completion:
    """The tests; each shell has its way to ask for what `line` may become."""

    shell = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "a file.toml").touch()
        (self.folder / "other.toml").touch()
        self.script = self.folder / ("_pyrunner" if self.shell == "zsh" else "script")
        self.script.write_text(output("completion", self.shell))

    def start(self, *words):
        done = subprocess.run(words, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder),
                                               "TERM": "dumb"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_sub_commands(self):
        words = self.complete("pyrunner ")
        self.assertLessEqual({"serve", "run", "doctor", "config", "completion", "version"}, words)
        self.assertNotIn("man", words)
        self.assertEqual(self.complete("pyrunner ser"), {"serve"})
        self.assertEqual(self.complete("pyrunner config "), {"example", "check"})

    def test_every_flag(self):
        for command in ("serve", "run", "doctor", "config check"):
            with self.subTest(command):
                offered = {word for word in self.complete(f"pyrunner {command} --") if word.startswith("--")}
                self.assertEqual(offered, flags_of(*command.split()))

    def test_values_that_are_known(self):
        self.assertEqual(self.complete("pyrunner serve --log-level "), {"debug", "info", "warning", "error"})
        self.assertEqual(self.complete("pyrunner serve --host ::1 --log-format j"), {"json"})
        self.assertEqual(self.complete("pyrunner run --policy sc"), {"scientific"})
        self.assertEqual(self.complete("pyrunner completion z"), {"zsh"})

    def test_files(self):
        self.assertEqual(self.complete("pyrunner serve --config oth"), {"other.toml"})
        self.assertEqual(self.complete("pyrunner run oth"), {"other.toml"})
        self.assertEqual(self.complete("pyrunner config check oth"), {"other.toml"})

    def test_nothing_where_nobody_knows(self):
        self.assertEqual(self.complete("pyrunner serve --port "), set())
        self.assertEqual(self.complete("pyrunner srve "), set())


@unittest.skipUnless(shutil.which("bash"), "there is no bash")
class Bash(Completion, unittest.TestCase):
    shell = "bash"

    def complete(self, line):
        return set(self.replies(*line.split(" ")))

    def replies(self, *words):
        """What the function answers to words as bash cuts them."""
        return self.start("bash", "--norc", "-c", 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                          '_pyrunner; ((${#COMPREPLY[@]})) && printf "%s\\n" "${COMPREPLY[@]}"; true',
                          "bash", str(self.script), *words).splitlines()

    def test_it_is_registered(self):
        self.assertIn("-F _pyrunner pyrunner", self.start("bash", "--norc", "-c", f"source {self.script}; complete -p"))

    def test_a_value_behind_an_equals_sign(self):
        self.assertEqual(self.replies("pyrunner", "serve", "--log-format", "=", ""), ["text", "json"])
        self.assertEqual(self.replies("pyrunner", "serve", "--log-format", "="), ["text", "json"])
        self.assertEqual(self.replies("pyrunner", "serve", "--log-format", "=", "js"), ["json"])

    def test_a_name_with_a_space(self):
        self.assertEqual(self.replies("pyrunner", "run", "a"), ["a file.toml"])

    @unittest.skipUnless(shutil.which("shellcheck"), "there is no shellcheck")
    def test_the_script_is_sound(self):
        self.assertEqual(self.start("shellcheck", "-s", "bash", str(self.script)), "")


@unittest.skipUnless(shutil.which("fish"), "there is no fish")
class Fish(Completion, unittest.TestCase):
    shell = "fish"

    def complete(self, line):
        lines = self.start("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", str(self.script), line)
        return {line.split("\t")[0] for line in lines.splitlines()}


@unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
class Zsh(Completion, unittest.TestCase):
    """zsh completes in its line editor only: one in a terminal of its own, whose matches are printed
    instead of shown."""

    shell = "zsh"
    driver = r'''
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; unsetopt zle_bracketed_paste; fpath=('$1' $fpath); autoload -Uz compinit; compinit -u -D'
zpty -w z 'zstyle ":completion:*" list-grouped no; zstyle ":completion:*" verbose no'
# Every match goes through this builtin; what is hidden from it is its own business.
zpty -w z 'compadd() { if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi; typeset -a __hits; builtin compadd -A __hits "$@"; for hit in $__hits; do print -r -- "<hit>$hit</hit>"; done; builtin compadd "$@"; }'
zpty -w z 'finish() { zle kill-whole-line; print "<done>"; }; zle -N finish; bindkey "^X" finish; bindkey "^I" complete-word; print "<""ready>"'
zpty -r -m z seen '*<ready>*'
zpty -w -n z "$2"$'\t\C-X'
zpty -r -m z seen '*<done>*'
print -r -- $seen
zpty -d z
'''

    def complete(self, line):
        driver = self.folder / "driver"
        driver.write_text(self.driver)
        text = self.start("zsh", "-f", str(driver), str(self.folder), line)
        return set(re.findall(r"<hit>(.*?)</hit>", text))


if __name__ == "__main__":
    unittest.main()
