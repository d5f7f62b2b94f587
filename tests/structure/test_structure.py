"""The rules of the tree that no compiler checks. Each message says what to do."""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"

# What each room may include of the others: the one direction of dependency.
ALLOWED = {
    "base": set(),
    "wire": {"base"},
    "sandbox": {"wire", "base"},
    "http": {"base"},
    "access": {"http", "base"},
    "policy": {"wire", "base"},
    "engine": {"policy", "sandbox", "wire", "base"},
    "telemetry": {"engine", "sandbox", "http", "base"},
    "api": {"policy", "engine", "sandbox", "http", "base"},
    "cli": {"api", "access", "telemetry", "policy", "engine", "http", "sandbox", "wire", "base"},
    "interpreter": {"policy", "sandbox", "wire", "base"},
}

# Headers with one place: a pattern, the file or folder that may include them, and why.
RESERVED = [
    (r"Python\.h", "src/interpreter/",
     "only pyrunner-zygote links libpython; send it a message of src/wire instead"),
]

# Headers that a room must not include.
FORBIDDEN = {
    "engine": [(r"nlohmann/.*", "the engine knows no JSON; encode in src/api")],
    "sandbox": [(r"nlohmann/.*", "the sandbox knows no JSON; encode in src/api or src/cli")],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def sources():
    return sorted(p for p in SOURCE.rglob("*") if p.suffix in (".h", ".cpp"))


def includes():
    """Each (file, line number, included header) of src/."""
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            yield relative(path), text.count("\n", 0, match.start(1)) + 1, match[1]


def tracked_files():
    """The files that git tracks or would track; all of them where there is no git."""
    try:
        listing = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], check=True, capture_output=True).stdout
        names = [name for name in listing.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        hidden = (".git", ".deps", "build", "__pycache__")
        names = [relative(p) for p in ROOT.rglob("*")
                 if not set(p.relative_to(ROOT).parts) & set(hidden)]
    return sorted(name for name in names if (ROOT / name).is_file())


class Rooms(unittest.TestCase):
    def test_every_folder_of_src_is_a_known_room(self):
        for folder in sorted(p.name for p in SOURCE.iterdir() if p.is_dir()):
            with self.subTest(folder=folder):
                self.assertIn(folder, ALLOWED, f"src/{folder} is new: give it its place in ALLOWED "
                              "here, in CMakeLists.txt and in the architecture document")

    def test_dependencies_point_one_way(self):
        for file, line, header in includes():
            parts = file.split("/")
            room, other = parts[1], header.split("/")[0]
            if len(parts) < 3 or other not in ALLOWED or "/" not in header or other == room:
                continue
            if not (SOURCE / header).exists():
                continue  # Another library's header whose folder has a room's name.
            with self.subTest(file=file, line=line):
                self.assertIn(
                    other, ALLOWED[room],
                    f"{file}:{line} includes {header}, but {room} may depend only on "
                    f"{', '.join(sorted(ALLOWED[room])) or 'nothing'}: move what is needed down, "
                    "or pass it in from above")

    def test_main_only_includes_cli(self):
        for file, line, header in includes():
            if file != "src/main.cpp" or not (SOURCE / header).exists():
                continue
            with self.subTest(line=line):
                self.assertTrue(header.startswith("cli/"), f"{file}:{line} includes {header}: "
                                "main only chooses a sub-command, so move this into src/cli")

    def test_includes_name_the_room(self):
        for file, line, header in includes():
            beside = (ROOT / file).parent / header
            with self.subTest(file=file, line=line):
                self.assertFalse(
                    "/" not in header and beside.exists() or header.startswith("."),
                    f"{file}:{line} includes {header}: write it from src/ on, as in "
                    f'"{file.split("/")[1]}/{pathlib.PurePath(header).name}"')

    def test_reserved_headers_stay_in_their_place(self):
        for file, line, header in includes():
            for pattern, place, why in RESERVED:
                if re.fullmatch(pattern, header):
                    with self.subTest(file=file, line=line):
                        self.assertTrue(file.startswith(place), f"{file}:{line} includes {header}, "
                                        f"which only {place} may: {why}")

    def test_forbidden_headers_are_absent(self):
        for file, line, header in includes():
            for pattern, why in FORBIDDEN.get(file.split("/")[1], []):
                with self.subTest(file=file, line=line):
                    self.assertIsNone(re.fullmatch(pattern, header),
                                      f"{file}:{line} includes {header}: {why}")


class Files(unittest.TestCase):
    def test_no_file_names_a_path_of_a_developers_machine(self):
        pattern = re.compile(r"(?<![\w./-])/(?:home|Users)/\w[\w.-]*/|(?<![\w./-])/work(?:space)?/\w"
                             r"|[A-Z]:\\Users\\")
        for name in tracked_files():
            try:
                text = (ROOT / name).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            for number, line in enumerate(text.splitlines(), 1):
                found = pattern.search(line)
                if found:
                    with self.subTest(file=name, line=number):
                        self.fail(f"{name}:{number} names {found[0]}, which exists on one machine "
                                  "only: use a path relative to the project")


class Documents(unittest.TestCase):
    def commands(self):
        """The sub-commands that ./dev knows, from its help."""
        text = subprocess.run([str(ROOT / "dev"), "help"], check=True, capture_output=True,
                              text=True).stdout
        return set(re.findall(r"^  ([a-z]+)\b", text, re.MULTILINE))

    def test_help_lists_what_dev_dispatches(self):
        script = (ROOT / "dev").read_text(encoding="utf-8")
        dispatched = set()
        cases = script[script.rindex("case $command in"):]
        for line in re.findall(r"^  ([a-z| -]+)\)", cases, re.MULTILINE):
            dispatched |= {word for word in re.split(r"[ |]+", line) if word[0] != "-"}
        self.assertTrue(self.commands(), "./dev help lists no command")
        self.assertEqual(self.commands(), dispatched,
                         "./dev help and the dispatch at the end of ./dev differ: name each "
                         "command in both")

    def test_documented_dev_commands_exist(self):
        known = self.commands()
        documents = [p for p in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
                     if p.exists()]
        for path in documents:
            text = path.read_text(encoding="utf-8")
            for match in re.finditer(r"\./dev[ \t]+([a-z][\w-]*)", text):
                with self.subTest(file=relative(path), command=match[1]):
                    self.assertIn(match[1], known,
                                  f"{relative(path)} names `./dev {match[1]}`, which does not "
                                  "exist: correct the document or add the command to ./dev")


if __name__ == "__main__":
    unittest.main()
