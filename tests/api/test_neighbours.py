"""What keeps one program from slowing down the others; how well, `./dev bench neighbours` says."""

import pathlib
import os
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.server import ServerTest, until  # noqa: E402


class Neighbours(ServerTest):
    flags = ("--policy", "open", "--output-kb", "64", "--output-stop-kb", "65536",
             "--ready-sandboxes", "4", "--max-ready-sandboxes", "0")
    warm = True

    def groups(self):
        """The files of the service's cgroups that say who steps back; none where there is no such."""
        return [file for tree in kernel.cgroups(self.server.pid)
                for file in pathlib.Path(tree).glob("*/cpu.idle")]

    def stepped_back(self):
        return sum(file.read_text() == "1\n" for file in self.groups())

    def who_stepped_back(self):
        return {int(pid) for file in self.groups() if file.read_text() == "1\n"
                for pid in file.with_name("cgroup.procs").read_text().split()}

    def ready(self):
        return {pid for pid in kernel.sandboxes(self.server.pid)
                if kernel.status(pid, "Seccomp") == "2"} - self.who_stepped_back()

    def test_a_long_run_steps_back_and_its_group_is_as_good_as_new(self):
        if not self.groups():
            self.skipTest("no cpu controller with cpu.idle here")
        until(lambda: len(self.ready()) == 2 * 4, 20, "no sandbox is being made")
        thread = threading.Thread(
            target=self.server.run, args=("import time\ntime.sleep(3)",))
        thread.start()
        until(lambda: self.stepped_back() == 1, 2, "the program has stepped back")
        until(lambda: self.stepped_back() == 0, 2, "the program has its turn")
        thread.join()
        until(lambda: self.stepped_back() == 0, 2, "no group is left with cpu.idle")
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            # Others are made meanwhile, and step back until they are ready.
            ready = self.ready()
            thread = threading.Thread(
                target=self.server.run, args=("import time\ntime.sleep(0.01)",))
            thread.start()
            while thread.is_alive():
                self.assertEqual(self.who_stepped_back() & ready, set(), "a brief program, too")
            thread.join()

    @unittest.skipIf(os.geteuid() != 0, "not root: nobody may come first")
    def test_the_gateway_comes_first_and_only_it(self):
        # The nice value is the 19th field of proc(5)'s stat, the 17th behind the name.
        def nice(pid):
            try:
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
            except OSError:
                return None  # a sandbox that has just ended
            return int(stat.rpartition(")")[2].split()[16])
        self.assertEqual(nice(self.server.pid), -10)
        others = {nice(pid) for pid in kernel.children(self.server.pid)} - {None}
        self.assertEqual(others, {nice("self")})

    def test_output_that_nobody_keeps_waits(self):
        """Only the program that prints it, and it still gets all of it out."""
        chatter = ("import os, time\nstart = time.monotonic()\nfor _ in range(%d):\n"
                   "    os.write(1, bytes(65536))\nos.write(2, str(time.monotonic() - start).encode())")
        result = self.server.result(chatter % 160)  # 10 MiB
        self.assertEqual(result["status"], "success", str(result)[:500])
        self.assertGreater(float(result["stderr"]), 0.25)
        self.assertIn(f"{159 * 65536} bytes omitted", result["stdout"])


if __name__ == "__main__":
    unittest.main()
