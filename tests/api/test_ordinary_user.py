"""The service of an ordinary user, who has no root and no cgroups."""

import os
import pathlib
import shutil
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import BINARY, Server, ServerTest, until  # noqa: E402

UID = 54321
AS_USER = ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--inh-caps=-all")


def processes_of_user():
    """Those that run; who waits for the others is no business of the service that was killed."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                status = pathlib.Path(f"/proc/{entry}/status").read_text()
            except OSError:
                continue  # it has just ended
            if f"Uid:\t{UID}" in status and "State:\tZ" not in status:
                found.append(int(entry))
    return found


class OrdinaryUser(ServerTest):
    @classmethod
    def setUpClass(cls):
        # Where this user can reach it.
        cls.folder = tempfile.mkdtemp(prefix="pyrunner-user-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        os.chmod(cls.folder, 0o755)
        for name in ("pyrunner", "pyrunner-zygote"):
            shutil.copy(pathlib.Path(BINARY).parent / name, cls.folder)
        cls.server = cls.start()
        cls.addClassCleanup(lambda: cls.server.stop())

    @classmethod
    def start(cls):
        return Server("--policy", "open", prefix=AS_USER, warm=True,
                      binary=str(pathlib.Path(cls.folder) / "pyrunner"))

    def test_programs_run(self):
        self.assertEqual(self.server.result("print(6 * 7)")["stdout"], "42\n")
        self.assertEqual(self.server.result(
            "import pandas as pd\nprint(pd.DataFrame({'a': [1, 2]}).a.sum())")["stdout"], "3\n")

    def test_the_log_says_what_is_in_force(self):
        log = self.server.log()
        self.assertIn("isolation: level full", log)
        self.assertIn("held by weaker means: memory_limit (a resource limit", log)
        self.assertIn("own_user (not started as root of the host)", log)
        self.assertNotIn("error", self.server.log())

    def test_nothing_of_the_host_is_seen(self):
        result = self.server.result(
            "import os\n"
            "print(os.getuid(), os.getgid(), os.getpid(), os.path.exists('/etc/shadow'),"
            " os.path.exists('/proc'), os.path.exists('/home'), os.listdir('/tmp'))")
        self.assertEqual(result["stdout"], "1000 1000 1 False False False ['main.py']\n")

    def test_acts_are_refused(self):
        for act in ("os.fork()", "os.setuid(0)", "__import__('socket').socket()",
                    "os.kill(2, 9)", "open('/usr/x', 'w')", "os.chroot('/tmp')",
                    "__import__('ctypes').CDLL(None).unshare(0x10000000) and 1/0",
                    "os.execv('/usr/bin/python3', ['python3'])"):
            with self.subTest(act=act):
                result = self.server.result(f"import os\n{act}\nprint('done')")
                self.assertEqual((result["status"], result["stdout"]), ("error", ""), result)

    def test_memory_is_limited_and_told(self):
        eater = "x = []\nwhile True: x.append(bytearray(1_000_000))"
        for code in (eater, "x = bytearray(200_000_000)",
                     "import numpy as np\nx = np.ones(100_000_000)"):
            with self.subTest(code=code):
                result = self.server.result(code, memory_limit=64)
                self.assertEqual(result["status"], "memory_exceeded", result)
        used = self.server.result("x = bytearray(30_000_000)\nprint(len(x))")["memory_used"]
        self.assertTrue(28 <= used <= 45, used)
        self.assertIsNotNone(self.server.result("print(1)")["memory_used"])

    def test_time_and_processes_are_limited(self):
        result = self.server.result("while True: pass", timeout=1)
        self.assertEqual(result["status"], "timeout")
        threads = self.server.result(
            "import threading, time\n"
            "n = 0\n"
            "try:\n"
            "    while n < 5000:\n"
            "        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
            "        n += 1\n"
            "except RuntimeError: pass\n"
            "print(n)", timeout=8)
        self.assertLess(int(threads["stdout"] or 5000), 100, threads)

    def test_a_full_scratch_directory_is_an_ordinary_error(self):
        result = self.server.result("open('x', 'wb').write(bytes(100_000_000))")
        self.assertIn("OSError", result["error"])

    def test_a_killed_service_leaves_no_process(self):
        server = self.start()
        self.assertEqual(server.result("print(1)")["stdout"], "1\n")
        self.server.stop()
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        try:
            until(lambda: not processes_of_user(), 10, "all processes of the user are gone")
        finally:
            type(self).server = self.start()


if __name__ == "__main__":
    unittest.main()
