"""Programs that want more memory than there is: they are ended, and nothing else is."""

import concurrent.futures
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.server import SANITIZED, Server, until  # noqa: E402

ENDED = {"memory_exceeded"}
ANY = {"memory_exceeded", "error", "success"}  # Python, or the program, may see it coming

# name: (source, the right statuses)
GREEDY = {
    "anonymous": ("x = []\nwhile True: x.append(b'x' * (1 << 20))", ENDED),
    "anonymous, in threads": (
        "import threading\ndef grow():\n    x = []\n    while True: x.append(b'x' * (1 << 20))\n"
        "for _ in range(8): threading.Thread(target=grow).start()", ANY),
    "shared": ("import mmap\nm = mmap.mmap(-1, 1 << 30)\n"
               "for at in range(0, 1 << 30, 4096): m[at] = 1", ENDED),
    "files in /tmp": ("f = open('f', 'wb', buffering=0)\nwhile True: f.write(bytes(1 << 20))", ENDED),
    # A page and a page of a page table for every 2 MiB.
    "page tables": ("import mmap\nm = []\nwhile True:\n    m.append(mmap.mmap(-1, 1 << 30))\n"
                    "    for at in range(0, 1 << 30, 2 << 20): m[-1][at] = 1", ENDED),
    "buffers of pipes": (
        "import os\nheld = []\nwhile True:\n    ends = os.pipe()\n    held.append(ends)\n"
        "    os.set_blocking(ends[1], False)\n    os.write(ends[1], bytes(1 << 16))", ANY),
    "page cache": (
        "import os\nfor folder, _, names in os.walk('/usr/lib/python3'):\n"
        "    for name in names:\n        try: open(os.path.join(folder, name), 'rb').read()\n"
        "        except OSError: pass\nraise SystemExit(1)", ANY),
}
MANY = 14


def vital(server):
    """The processes that must outlive every program."""
    return server.pid, kernel.supervisor(server.pid), sorted(kernel.zygotes(server.pid))


class AtTheOwnLimit(unittest.TestCase):
    def test_only_the_greedy_program_ends(self):
        server = Server("--policy", "open", "--ready-sandboxes", "3", "--max-running", "8",
                        "--queue-time", "60", "--scratch-mb", "512", warm=True)
        self.addCleanup(server.kill)
        before = vital(server)

        def ends(name):
            source, right = GREEDY[name]
            answer = server.run(source, timeout=30, memory_limit=64)
            self.assertEqual(answer.status, 200, (name, answer))
            self.assertIn(answer.json["status"], right, (name, answer))

        for name in GREEDY:
            with self.subTest(program=name):
                ends(name)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:  # and many of them at once
            for done in [pool.submit(ends, list(GREEDY)[i % len(GREEDY)]) for i in range(MANY)]:
                done.result()
        self.assertEqual(vital(server), before)
        self.assertEqual(server.result("print('here')")["stdout"], "here\n")
        self.assertEqual(server.stop(), 0)


def limited_group(megabytes):
    """A memory cgroup with this limit, or why there is none."""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            group = pathlib.Path("/sys/fs/cgroup/memory" + path) / f"memory-test-{os.getpid()}"
            limit = "memory.limit_in_bytes"
            break
    else:
        group = pathlib.Path(f"/sys/fs/cgroup/memory-test-{os.getpid()}")
        limit = "memory.max"
    try:
        group.mkdir()
        (group / limit).write_text(str(megabytes << 20))
    except OSError as error:
        return None, f"no memory cgroup can be made here: {error}"
    return group, None


@unittest.skipIf(SANITIZED, "an instrumented gateway does not fit into so little memory")
class AtTheServicesLimit(unittest.TestCase):
    """More was promised than there is, and it is all asked for at once."""

    def test_the_kernel_takes_programs_and_nothing_else(self):
        group, why_not = limited_group(700)
        if not group:
            self.skipTest(why_not)
        self.addCleanup(lambda: until(lambda: self.gone(group), 10, "the group is empty"))
        enter = ("sh", "-c", f'echo $$ >"{group}/cgroup.procs" && exec "$@"', "sh")
        server = Server("--policy", "open", "--ready-sandboxes", "3", "--queue-time", "60",
                        "--memory-overcommit", "8", prefix=enter, warm=True)
        self.addCleanup(server.kill)
        # The budget is that of the group, less the half of so little.
        self.assertRegex(server.log(), r"memory: 350 MiB for running programs; .* 2800 MiB")
        before = vital(server)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            source, _ = GREEDY["anonymous"]
            answers = [done.result() for done in
                       [pool.submit(server.run, source, timeout=30) for _ in range(MANY)]]
        for answer in answers:
            self.assertEqual((answer.status, answer.json["status"]), (200, "memory_exceeded"),
                             answer)
        self.assertEqual(vital(server), before)
        self.assertEqual(server.result("print('here')")["stdout"], "here\n")
        self.assertEqual(server.stop(), 0)

    def gone(self, group):
        try:
            group.rmdir()
        except OSError:
            return not group.exists()
        return True


if __name__ == "__main__":
    unittest.main()
