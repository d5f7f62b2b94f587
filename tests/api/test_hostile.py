"""Programs that attack what watches them: each gets an orderly answer, and the next one serves."""

import concurrent.futures
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.server import ServerTest, until  # noqa: E402

# Finds the socket to the service, if there is one.
CHANNEL = """
import os, struct
channel = []
for fd in range(3, 256):
    try:
        os.fstat(fd)
        channel.append(fd)
    except OSError:
        pass
def send(data):
    for fd in channel:
        try:
            os.write(fd, data)
        except OSError as error:
            print(error.strerror)
def frame(kind, payload):
    return struct.pack('=II', kind, len(payload)) + payload
"""


class Hostile(ServerTest):
    flags = ("--policy", "open", "--max-running", "4", "--ready-sandboxes", "3",
             "--max-ready-sandboxes", "0")
    warm = True

    def tearDown(self):
        self.assertEqual(self.prints("print('next')"), "next\n")

    def ends(self, program, status, **fields):
        """The body of an answer that came within the program's time."""
        answer = self.server.run(program, timeout=3, **fields)
        self.assertEqual(answer.status, 200, answer)
        self.assertLess(answer.seconds, 5)
        self.assertEqual(answer.json["status"], status, answer)
        return answer.json

    def test_garbage_on_the_channel(self):
        for name, attack in {
                "zeros": "send(bytes(4096))", "ones": "send(b'\\xff' * 4096)",
                "endless": "import itertools\nfor _ in range(2000): send(os.urandom(4096))",
                "every_kind": "for kind in range(300): send(frame(kind, b''))",
                "huge_length": "send(struct.pack('=II', 1, 0xffffffff))",
                "half_a_frame": "send(struct.pack('=I', 1))",
                "text": "send(b'GET / HTTP/1.1\\r\\n\\r\\n')"}.items():
            with self.subTest(attack=name):
                answer = self.server.run(CHANNEL + attack + "\nprint('after')\n", timeout=3)
                self.assertEqual(answer.status, 200)
                self.assertLess(answer.seconds, 5)
                self.assertIn(answer.json["status"], ("success", "error"))
                if answer.json["status"] == "error":
                    self.assertTrue(answer.json["error"], answer)

    def test_forged_frames_lie_only_about_oneself(self):
        # Whatever it claims of its end, the kernel's word on how it ended stands.
        for kind in range(16):
            for payload in ("b''", "bytes(64)", "b'\\x01' * 64",
                            "struct.pack('=I', 5) + b'forged' + bytes(40)"):
                with self.subTest(kind=kind, payload=payload):
                    answer = self.server.run(
                        f"{CHANNEL}send(frame({kind}, {payload}))\nprint('mine')\n"
                        "import ctypes\nctypes.string_at(0)\n", timeout=3)
                    self.assertEqual((answer.status, answer.json["status"]), (200, "error"))
                    self.assertNotIn("forged", answer.json["stderr"])

    def test_a_forged_frame_does_not_reach_the_neighbour(self):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            neighbour = pool.submit(self.server.result,
                                    "import time\ntime.sleep(1)\nprint('untouched')")
            for kind in range(8):
                self.server.run(CHANNEL + f"send(frame({kind}, bytes(64)))\nos._exit(0)")
            self.assertEqual(neighbour.result()["stdout"], "untouched\n")

    def test_channel_read_empty(self):
        # Waiting for a message that never comes is the program's own time.
        self.ends(CHANNEL + "for fd in channel:\n    os.set_blocking(fd, True)\n"
                  "    os.read(fd, 1)\nimport time\ntime.sleep(60)\n", "timeout")

    def test_all_descriptors_closed(self):
        result = self.ends("import os\nprint('before')\nos.closerange(0, 1024)\n"
                           "print('after')\n", "error")
        self.assertEqual(result["stdout"], "before\n")
        self.ends("import os, time\nos.closerange(0, 1024)\ntime.sleep(60)\n", "timeout")
        self.ends("import os\nos.closerange(0, 1024)\nos._exit(0)\n", "success")

    def test_descriptors_exchanged(self):
        result = self.ends("import os\nos.dup2(2, 1)\nprint('crossed')\n", "success")
        self.assertEqual((result["stdout"], result["stderr"]), ("", "crossed\n"))
        answer = self.server.run(CHANNEL + "for fd in channel:\n    os.dup2(fd, 1)\n"
                                 "print('x' * 1000)\n", timeout=3)
        self.assertIn(answer.json["status"], ("success", "error"))
        self.assertEqual(answer.json["stdout"], "")

    def test_output_closed_while_it_runs_on(self):
        result = self.ends("import os, time\nos.close(1)\nos.close(2)\ntime.sleep(0.3)\n"
                           "os._exit(0)\n", "success")
        self.assertGreaterEqual(result["execution_time"], 0.3)

    def test_signals_to_itself(self):
        for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGSTOP", "SIGTSTP", "SIGSEGV", "SIGABRT",
                     "SIGPIPE", "SIGXCPU", "SIGALRM", "SIGSYS", "SIGCHLD", "SIGUSR1"):
            with self.subTest(signal=name):
                answer = self.server.run(
                    f"import os, signal\nprint('up')\nos.kill(os.getpid(), signal.{name})\n"
                    "print('on')\n", timeout=3)
                self.assertEqual(answer.status, 200)
                self.assertLess(answer.seconds, 5)
                self.assertIn(answer.json["stdout"], ("up\n", "up\non\n"))
                if answer.json["status"] == "error":
                    self.assertTrue(answer.json["error"])
                else:
                    self.assertEqual(answer.json["status"], "success")

    def test_stopped_forever(self):
        # Process 1 of a namespace cannot stop itself; if it could, its time would end it.
        answer = self.server.run("import os, signal\nos.kill(0, signal.SIGSTOP)\n"
                                 "os.kill(os.getpid(), signal.SIGSTOP)\nprint('on')", timeout=2)
        self.assertIn(answer.json["status"], ("success", "error", "timeout"))
        self.assertLess(answer.seconds, 4)

    def test_crashes(self):
        for name, program in {
                "null": "import ctypes\nctypes.string_at(0)",
                "wild_write": "import ctypes\nctypes.memset(0x41414141, 0, 8)",
                "wild_call": "import ctypes\nctypes.CFUNCTYPE(None)(0x1000)()",
                "abort": "import os\nos.abort()",
                "heap": "import ctypes\nctypes.memset(id(object()) - (1 << 20), 65, 4 << 20)",
                "c_stack": "import sys\nsys.setrecursionlimit(10**9)\n"
                           "class A:\n    def __getattr__(self, n): return repr(self) \n"
                           "    def __repr__(self): return str([self])\nrepr(A())",
                "in_thread": "import ctypes, threading\nt = threading.Thread(target="
                             "ctypes.string_at, args=(0,))\nt.start()\nt.join()",
                "at_exit": "import atexit, ctypes\natexit.register(ctypes.string_at, 0)",
        }.items():
            with self.subTest(crash=name):
                result = self.ends("print('before')\n" + program, "error")
                self.assertEqual(result["stdout"], "before\n")
                self.assertRegex(result["error"], r"\ACrashed with SIG[A-Z]+")
                self.assertTrue(result["stderr"].endswith(result["error"]), result)

    def test_a_forbidden_system_call(self):
        for name, number in {"ptrace": 101, "mount": 165, "bpf": 321, "keyctl": 250,
                             "io_uring_setup": 425, "kexec_load": 246, "reboot": 169}.items():
            with self.subTest(call=name):
                answer = self.server.run("import ctypes\nprint('before')\n"
                                         f"print(ctypes.CDLL(None).syscall({number}, 0, 0, 0, 0))",
                                         timeout=3)
                result = answer.json
                self.assertEqual(result["status"], "error", answer)
                self.assertEqual(result["stdout"], "before\n")
                self.assertEqual(result["error"], "Stopped for a forbidden system call")

    def test_endings_without_a_word(self):
        for code, status, error in ((0, "success", None), (1, "error", "Exited with code 1"),
                                    (77, "error", "Exited with code 77"),
                                    (137, "error", "Exited with code 137"),
                                    (124, "error", "Exited with code 124")):
            with self.subTest(code=code):
                result = self.ends(f"import os\nprint('last')\nos._exit({code})", status)
                self.assertEqual((result["stdout"], result["error"]), ("last\n", error))

    def test_exit_from_a_thread(self):
        result = self.ends("import os, threading, time\n"
                           "threading.Timer(0.1, os._exit, [5]).start()\ntime.sleep(60)", "error")
        self.assertEqual(result["error"], "Exited with code 5")

    def test_the_interpreter_taken_apart(self):
        for name, program in {
                "builtins_cleared": "import builtins\nbuiltins.__dict__.clear()",
                "modules_cleared": "import sys\nsys.modules.clear()",
                "stdout_poisoned": "import sys\nclass S:\n    def flush(self): 1/0\n"
                                   "    def write(self, t): 1/0\nsys.stdout = sys.stderr = S()",
                "stderr_deleted": "import sys\ndel sys.stderr, sys.stdout\n1/0",
                "threading_poisoned": "import threading\nthreading._shutdown = lambda: 1/0",
                "atexit_poisoned": "import atexit\natexit._run_exitfuncs = None",
                "compile_replaced": "import builtins\nbuiltins.compile = None\n1/0",
                "traceback_poisoned": "import traceback, linecache\nlinecache.getlines = None\n"
                                      "traceback.print_exception = None\n1/0",
                "type_renamed": "class E(Exception): pass\nE.__name__ = 'a' * 10**6\nraise E",
                "no_more_recursion": "import sys\nsys.setrecursionlimit(30)\n1/0",
                "trace_function": "import sys\nsys.settrace(lambda *a: 1/0)\ndef f(): pass\nf()",
        }.items():
            with self.subTest(program=name):
                answer = self.server.run("print('before')\n" + program, timeout=3)
                self.assertEqual(answer.status, 200)
                self.assertIn(answer.json["status"], ("success", "error"), answer)
                self.assertEqual(answer.json["stdout"], "before\n")
                self.assertNotRegex(answer.json["error"] or "", "Crashed", answer)
                self.assertLess(len(answer.body), 3_000_000)

    def test_no_sandbox_outlives_its_program(self):
        self.server.run("import threading, time\nfor _ in range(10):\n"
                        "    threading.Thread(target=time.sleep, args=(60,)).start()", timeout=1)
        until(lambda: len(kernel.sandboxes(self.server.pid)) == 2 * 3, 10,
              "three ready sandboxes of each zygote, and none else")


if __name__ == "__main__":
    unittest.main()
