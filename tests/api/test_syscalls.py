"""Every row of src/sandbox/seccomp_policy.def, called in a real sandbox.

A program makes each call with arguments that no kernel takes: whatever the filter lets through
gets the kernel's own complaint about them, and never the filter's.
"""

import errno
import json
import pathlib
import platform
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import syscalls  # noqa: E402
from support.server import ServerTest  # noqa: E402

# [name, number, arguments] of each call in; {name: errno or 0} out. -1 is no pointer, no
# descriptor, no number of flags.
PROGRAM = """
import ctypes, json
libc = ctypes.CDLL(None, use_errno=True)
answers = {}
for name, number, arguments in json.loads('%s'):
    ctypes.set_errno(0)
    value = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    answers[name] = ctypes.get_errno() if value == -1 else 0
print(json.dumps(answers))
"""
WRONG = [-1] * 6

# Allowed, and nothing that a program could make and then tell of.
UNTOLD = {"exit": "ends the thread", "exit_group": "ends the process", "pause": "waits forever",
          "rt_sigreturn": "restores registers that nobody saved"}

# For each row that looks at arguments: some that it allows, and some that it refuses with its
# errno. The first are chosen so that the kernel refuses them for another reason or does nothing.
PAGE = 4096
BY_ARGUMENT = {
    "mmap": (([0, PAGE, 3, 0x22, -1, 0],),
             (([0, PAGE, 7, 0x22, -1, 0], "EACCES"), ([0, PAGE, 6, 0x2, 0, 0], "EACCES"),
              ([0, PAGE, 5, 0x22, -1, 0], "EACCES"), ([0, PAGE, 3, 0x40022, -1, 0], "EINVAL"),
              ([0, PAGE, 3, 0x122, -1, 0], "EINVAL"))),
    "mprotect": (([0, 0, 3],),
                 (([0, 0, 4], "EACCES"), ([0, 0, 5], "EACCES"), ([0, 0, 7], "EACCES"))),
    "madvise": (([0, 0, 0], [0, 0, 4]), (([0, 0, 12], "EINVAL"), ([0, 0, 100], "EINVAL"))),
    "clone": ((), (([17], "EPERM"), ([0x10000011], "EPERM"), ([0x20000011], "EPERM"),
                   ([0], "EPERM"))),
    "futex": (([-1, 1, 0],), (([-1, 6], "ENOSYS"), ([-1, 13], "ENOSYS"), ([-1, 0x201], "ENOSYS"))),
    "kill": (([1, 0],), (([0, 0], "EPERM"), ([-1, 9], "EPERM"), ([2, 0], "EPERM"))),
    "tgkill": (([1, 1, 0],), (([2, 2, 0], "EPERM"), ([-1, -1, 0], "EPERM"))),
    "prctl": (([3], [39]), (([4, 1], "EPERM"), ([1, 9], "EPERM"), ([22, 1], "EPERM"))),
    "prlimit64": (([0, 7, 0, 0],), (([1, 7, 0, 0], "EPERM"), ([2, 7, 0, 0], "EPERM"))),
    "ioctl": (([-1, 0x5401],), (([1, 0x5412], "ENOTTY"), ([-1, 0x8901], "ENOTTY"))),
    "fcntl": (([1, 1], [1, 3]), (([1, 5], "EPERM"), ([1, 1024, 0], "EPERM"),
                                 ([1, 1031, PAGE], "EPERM"), ([1, 4, 0x2000], "EPERM"))),
    "socketpair": (([1, -1, 0, -1],), (([2, 1, 0, -1], "EPERM"), ([40, 1, 0, -1], "EPERM"))),
    "sendto": (([-1, 0, 0, 0, 0, 0],), (([-1, 0, 0, 0, 1, 16], "EPERM"),
                                        ([-1, 0, 0, 0, 1 << 32, 16], "EPERM"))),
    "clock_gettime": (([1, -1],), (([-1, -1], "EINVAL"), ([-6, -1], "EINVAL"))),
    "clock_getres": (([1, -1],), (([-1, -1], "EINVAL"),)),
    "clock_nanosleep": (([1, 0, -1, 0],), (([-1, 0, -1, 0], "EINVAL"),)),
    "getrusage": (([0, -1], [-1, -1], [1, -1]), (([2, -1], "EINVAL"),)),
    "getpriority": (([0, 0],), (([0, 1], "EPERM"), ([2, 0], "EPERM"))),
    "getpgid": (([0], [1]), (([2], "EPERM"), ([-1], "EPERM"))),
    "getsid": (([0], [1]), (([2], "EPERM"),)),
    "sched_getaffinity": (([0, 8, -1], [1, 8, -1]), (([2, 8, -1], "EPERM"),)),
}


class RealSandbox(ServerTest):
    flags = ("--policy", "open")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = syscalls.native_numbers()
        cls.rows = [row for row in syscalls.calls() if row.name in cls.numbers]

    def call(self, *calls):
        """{key: errno or 0} of calls (key, name, arguments)."""
        program = PROGRAM % json.dumps([(key, self.numbers[name], arguments)
                                        for key, name, arguments in calls])
        return json.loads(self.prints(program))

    def names(self, pattern):
        return [row.name for row in self.rows if re.fullmatch(pattern, row.strict)]

    def test_what_is_allowed_reaches_the_kernel(self):
        names = [name for name in self.names("kAllow") if name not in UNTOLD]
        self.assertGreater(len(names), 90 if platform.machine() == "x86_64" else 70)
        for name, answer in self.call(*((name, name, WRONG) for name in names)).items():
            with self.subTest(call=name):
                self.assertNotIn(answer, (errno.ENOSYS, errno.EPERM), errno.errorcode.get(answer))

    def test_what_is_refused_gets_its_errno(self):
        wanted = {row.name: getattr(errno, match[1]) for row in self.rows
                  if (match := re.fullmatch(r"Refuse\((\w+)\)", row.strict))}
        self.assertGreater(len(wanted), 100)
        answers = self.call(*((name, name, WRONG) for name in wanted))
        # As an exploit would have it: null pointers, small numbers.
        zeros = self.call(*((name, name, [0] * 6) for name in wanted))
        for name in wanted:
            with self.subTest(call=name):
                self.assertEqual(errno.errorcode.get(answers[name]), errno.errorcode[wanted[name]])
                self.assertEqual(errno.errorcode.get(zeros[name]), errno.errorcode[wanted[name]])

    def test_what_is_not_listed_is_not_implemented(self):
        listed = {row.name for row in self.rows}
        names = [name for name in self.numbers if name not in listed]
        self.assertGreater(len(names), 30)
        for name, answer in self.call(*((name, name, WRONG) for name in names)).items():
            with self.subTest(call=name):
                self.assertEqual(errno.errorcode.get(answer), "ENOSYS")

    def test_arguments_decide(self):
        names = self.names(r"FirstOf\(.*\)")
        self.assertEqual(sorted(names), sorted(BY_ARGUMENT), "teach this test the row's arguments")
        refused = {error for row in self.rows if row.name in names
                   for error in re.findall(r"(?:Refuse|RefuseIf)\((\w+)", row.strict)}
        calls, wanted = [], {}
        for name, (allowed, denied) in BY_ARGUMENT.items():
            row = next(row for row in self.rows if row.name == name)
            for arguments in allowed:
                calls.append((f"{name}{arguments}", name, arguments))
            for arguments, error in denied:
                self.assertIn(error, row.strict, f"{name}: not what the row says")
                calls.append((f"{name}{arguments}", name, arguments))
                wanted[f"{name}{arguments}"] = error
        self.assertLessEqual(set(wanted.values()), refused)
        for key, answer in self.call(*calls).items():
            with self.subTest(call=key):
                said = errno.errorcode.get(answer)
                if key in wanted:
                    self.assertEqual(said, wanted[key])
                else:
                    self.assertNotIn(said, ("EPERM", "EACCES", "ENOSYS", "ENOTTY"))

    def stopped(self, number):
        answer = self.server.run("import ctypes\nprint('before')\n"
                                 f"print(ctypes.CDLL(None).syscall({number}, 0, 0, 0, 0, 0, 0))",
                                 timeout=5).json
        self.assertEqual((answer["status"], answer["stdout"], answer["error"]),
                         ("error", "before\n", "Stopped for a forbidden system call"))

    def test_what_kills_kills(self):
        names = self.names("kKill")
        self.assertGreater(len(names), 35 if platform.machine() == "x86_64" else 30)
        for name in names:
            with self.subTest(call=name):
                self.stopped(self.numbers[name])

    @unittest.skipUnless(platform.machine() == "x86_64", "only x86-64 has x32 calls")
    def test_calls_of_x32_kill(self):
        for number in (0, 1, 39, 59, 101, 512, 547):
            with self.subTest(number=number):
                self.stopped(0x40000000 + number)

    def test_what_makes_processes_and_sockets_is_refused(self):
        self.assertEqual(self.prints("""
import multiprocessing, os, socket, subprocess
for attempt in (os.fork, lambda: os.posix_spawn('/bin/true', ['true'], {}),
                lambda: subprocess.run(['/bin/true']), lambda: os.execv('/bin/true', ['true']),
                lambda: multiprocessing.Process(target=print).start(), socket.socket,
                lambda: os.kill(2, 0), lambda: os.getpgid(2)):
    try:
        attempt()
        print('done')
    except PermissionError:
        print('refused')
"""), "refused\n" * 8)


if __name__ == "__main__":
    unittest.main()
