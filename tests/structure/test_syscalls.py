"""The reviewed list of system calls, read as a reviewer reads it: src/sandbox/*.def."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import syscalls  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = {
    "x86_64": "#include <asm/unistd_64.h>\n",
    # What Linux's arch/arm64/include/uapi/asm/unistd.h defines before it includes the generic one.
    "aarch64": "".join(f"#define __ARCH_WANT_{what}\n" for what in (
        "RENAMEAT", "NEW_STAT", "SET_GET_RLIMIT", "TIME32_SYSCALLS", "SYS_CLONE3", "MEMFD_SECRET"))
    + "#include <asm-generic/unistd.h>\n",
}
CROSS_COMPILER = "aarch64-linux-gnu-g++"


def kernel_numbers(header):
    """{name: number} of the installed kernel headers."""
    def preprocess(source, *flags):
        return subprocess.run(["g++", "-E", "-x", "c++", *flags, "-"], input=source, text=True,
                              capture_output=True, check=True).stdout
    names = set(re.findall(r"^#define __NR_(\w+) ", preprocess(header, "-dM"), re.M))
    # The name as a string is not expanded, and the macro is, perhaps through another one.
    probe = header + "".join(f'row "{name}" __NR_{name}\n' for name in sorted(names))
    return {name: int(number) for name, number in
            re.findall(r'^row "(\w+)" (\d+)$', preprocess(probe, "-P"), re.M)
            if name not in ("syscalls", "arch_specific_syscall")}


class Numbers(unittest.TestCase):
    def test_they_are_the_kernels(self):
        ours = syscalls.numbers()
        self.assertEqual(list(ours), sorted(ours), "sort src/sandbox/syscall_numbers.def by name")
        for machine, header in HEADERS.items():
            kernel = kernel_numbers(header)
            self.assertGreater(len(kernel), 250, machine)
            with self.subTest(machine=machine):
                # Those of a newer kernel than the headers' are taken from that kernel's.
                newest = max(number for number in kernel.values())
                known = {name: of[machine] for name, of in ours.items()
                         if of[machine] is not None and of[machine] <= newest}
                self.assertEqual(known, kernel)

    def test_no_number_is_two_calls(self):
        for machine in HEADERS:
            used = [of[machine] for of in syscalls.numbers().values() if of[machine] is not None]
            self.assertEqual(len(used), len(set(used)), machine)


class Policy(unittest.TestCase):
    def setUp(self):
        self.calls = {call.name: call for call in syscalls.calls()}

    def test_rows_are_sorted_and_name_each_call_once(self):
        names = [call.name for call in syscalls.calls()]
        self.assertEqual(names, sorted(set(names)), "sort src/sandbox/seccomp_policy.def by name")
        for rows in (syscalls.variants(),):
            keys = [(row.option, row.name) for row in rows]
            self.assertEqual(len(keys), len(set(keys)))

    def test_every_name_is_a_system_call(self):
        known = syscalls.numbers()
        for row in (*syscalls.calls(), *syscalls.variants()):
            with self.subTest(call=row.name):
                self.assertIn(row.name, known, "add it to src/sandbox/syscall_numbers.def")
                self.assertIn(row.name, self.calls, "a WITHOUT row changes a CALL row")

    def test_every_row_has_a_reason(self):
        for row in (*syscalls.calls(), *syscalls.variants()):
            with self.subTest(call=row.name):
                self.assertGreaterEqual(len(row.reason.split()), 2,
                                        "say why a sandbox needs it, or why nobody does")
                self.assertNotRegex(row.reason, r"(?i)\b(todo|fixme|xxx)\b")

    def test_a_borrowed_reason_is_that_of_a_row_with_the_same_answer(self):
        for call in self.calls.values():
            borrowed = re.match(r"as (\w+)(?:$|[:;,])", call.reason)
            if not borrowed:
                continue
            with self.subTest(call=call.name):
                lender = self.calls.get(borrowed[1])
                self.assertIsNotNone(lender, f"there is no row {borrowed[1]}")
                self.assertNotRegex(lender.reason, r"^as \w+$", "a reason borrowed twice")
                if borrowed[0] == call.reason:
                    self.assertEqual((call.strict, call.processes),
                                     (lender.strict, lender.processes))

    def test_a_kill_has_an_argument_of_its_own(self):
        """A library that tries such a call dies with its program: each needs to say that none
        does, or what an attacker gains."""
        seen = {}
        for call in self.calls.values():
            if "kKill" not in call.strict + call.processes:
                continue
            with self.subTest(call=call.name):
                self.assertNotRegex(call.reason, r"^as \w+$", "say it for this call")
                self.assertGreaterEqual(len(call.reason.split()), 3)
                self.assertNotIn(call.reason, seen, "the same words as another kill")
            seen[call.reason] = call.name
        self.assertGreater(len(seen), 20)

    def test_both_profiles_are_argued_where_they_differ(self):
        for call in self.calls.values():
            if call.strict == call.processes or re.match(r"as \w+$", call.reason):
                continue
            with self.subTest(call=call.name):
                self.assertRegex(call.reason, r"strict|processes|namespace|subprocess|as \w+",
                                 "say what the profile `processes` needs it for")

    def test_a_file_of_nothing_but_data(self):
        rows = re.sub(r'"[^"]*"|^//.*$', "", syscalls.POLICY.read_text(), flags=re.M)
        code = re.search(r"^\s*#|\b(?:if|for|while|return|auto|const|constexpr|static)\b|[{};]", rows,
                         re.M)
        self.assertIsNone(code, "code belongs into seccomp_policy.cpp")


class OtherArchitecture(unittest.TestCase):
    @unittest.skipUnless(shutil.which(CROSS_COMPILER),
                         f"there is no {CROSS_COMPILER} (Debian: g++-aarch64-linux-gnu)")
    def test_the_filter_compiles_for_arm64(self):
        for name in ("seccomp.cpp", "seccomp_policy.cpp", "syscall_numbers.cpp"):
            with self.subTest(file=name):
                done = subprocess.run(
                    [CROSS_COMPILER, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                     "-I", str(ROOT / "src"), str(syscalls.SANDBOX / name)],
                    capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
