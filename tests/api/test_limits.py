"""Every limit, and programs that try to pass it."""

import concurrent.futures
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import PATIENCE, Server, ServerTest  # noqa: E402


class WallTime(ServerTest):
    """Whatever a program does, its answer comes within half a second of its time."""

    flags = ("--policy", "open")

    ENDLESS = {
        "sleep": "import time\ntime.sleep(100)",
        "busy": "while True: pass",
        "deaf": "import signal, time\n"
                "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
                "for s in (1, 2, 3, 15):\n    signal.signal(s, signal.SIG_IGN)\ntime.sleep(100)",
        "stubborn": "import time\nwhile True:\n    try:\n        time.sleep(100)\n"
                    "    except BaseException:\n        pass",
        "power_in_c": "x = 7 ** (10 ** 9)",
        "regular_expression": "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')",
        "c_loop_with_the_gil": "sum(iter(int, 1))",
        "threads": "import threading\ndef f():\n    while True: pass\n"
                   "for _ in range(8): threading.Thread(target=f).start()",
        "sleeping_thread": "import threading, time\n"
                           "threading.Thread(target=time.sleep, args=(100,)).start()",
        "at_exit": "import atexit, time\natexit.register(time.sleep, 100)",
        "finalizer": "class A:\n    def __del__(self):\n        while True: pass\na = A()",
        "blocked_read": "import os\nr, w = os.pipe()\nos.read(r, 1)",
        "lock": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
        "while_compiling": "x = " + "9" * 4000 + " ** 9999999",
        "asyncio": "import asyncio\nasyncio.run(asyncio.sleep(100))",
        "exit_handler_again": "import sys, time\ntry:\n    sys.exit(0)\nfinally:\n"
                              "    time.sleep(100)",
    }

    def test_programs_without_end(self):
        # Two at once: that many processors the smallest machine has.
        def run(program):
            return self.server.run("print('so far')\n" + program, timeout=1)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(run, self.ENDLESS.values()))
        for name, answer in zip(self.ENDLESS, answers):
            with self.subTest(program=name):
                self.assertEqual(answer.json["status"], "timeout", answer)
                self.assertEqual(answer.json["stderr"], "Execution timed out after 1 seconds")
                self.assertEqual(answer.json["error"], None)
                self.assertEqual(answer.json["execution_time"], 1)
                # What the compiler runs into comes before any output.
                if name != "while_compiling":
                    self.assertEqual(answer.json["stdout"], "so far\n")
                self.assertGreaterEqual(answer.seconds, 1)
                self.assertLess(answer.seconds, 1 + 0.5 * PATIENCE)

    def test_a_program_that_ends_in_time_is_not_stopped(self):
        self.assertEqual(self.prints("import time\ntime.sleep(0.7)\nprint('in time')", timeout=1),
                         "in time\n")

    def test_caught_output_before_the_end(self):
        result = self.server.result(
            "import sys, time\nsys.stdout.write('no newline')\nsys.stderr.write('also')\n"
            "time.sleep(100)", timeout=1)
        self.assertEqual(result["stdout"], "no newline")
        self.assertEqual(result["stderr"], "also\nExecution timed out after 1 seconds")


class Memory(ServerTest):
    flags = ("--policy", "open", "--scratch-mb", "512")
    warm = True

    GREEDY = {
        "bytearray": "x = bytearray(300 << 20)",
        "touched_slowly": "x = []\nwhile True: x.append(bytearray(1 << 20))",
        "small_objects": "x = []\nwhile True: x.append([len(x)])",
        "text": "x = 'a'\nwhile True: x += x",
        "integer": "x = 1\nwhile True: x <<= 1 << 28",
        "reservation": "import numpy as np\nx = np.zeros(300 << 20, dtype=np.uint8)",
        "numpy_touched": "import numpy as np\nx = []\n"
                         "while True: x.append(np.ones(1 << 17))",
        "pandas": "import pandas as pd\nx = pd.Series(range(100_000))\n"
                  "while True: x = pd.concat([x, x])",
        "scratch_files": "i = 0\nwhile True:\n    open(f'f{i}', 'wb').write(b'x' * (1 << 20))\n"
                         "    i += 1",
        "threads": "import threading\nbarrier = threading.Barrier(5)\n"
                   "def f():\n    x = []\n    barrier.wait()\n"
                   "    while True: x.append(bytearray(1 << 20))\n"
                   "for _ in range(4): threading.Thread(target=f, daemon=True).start()\nf()",
        "anonymous_mapping": "import mmap\nm = []\nwhile True:\n"
                             "    m.append(mmap.mmap(-1, 1 << 20))\n"
                             "    m[-1].write(b'x' * (1 << 20))",
        "recursion_in_c": "x = ()\nfor _ in range(10**8): x = (x, bytearray(100))",
        "decompression": "import zlib\nd = zlib.compress(b'0' * (1 << 20)) \n"
                         "x = [zlib.decompress(d) for _ in range(1000)]",
    }

    def test_programs_that_want_it_all(self):
        def run(program):
            return self.server.run(program, timeout=60, memory_limit=128)
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            # A neighbour that runs all the while and uses most of its own share.
            neighbour = pool.submit(self.server.run, "import time\nx = bytearray(400 << 20)\n"
                                    "time.sleep(2)\nprint(len(x), sum(x[::4096]))", timeout=90)
            answers = list(pool.map(run, self.GREEDY.values()))
            neighbour = neighbour.result()
        for name, answer in zip(self.GREEDY, answers):
            with self.subTest(program=name):
                self.assertEqual(answer.json["status"], "memory_exceeded", answer)
                self.assertTrue(answer.json["stderr"].endswith("Memory limit exceeded"), answer)
                self.assertIsNone(answer.json["error"])
                self.assertLessEqual(answer.json["memory_used"], 129)
        self.assertEqual(neighbour.json["stdout"], "419430400 0\n", neighbour)

    def test_a_memory_error_can_be_caught(self):
        for program in ("bytearray(1 << 40)", "'a' * (1 << 38)", "[0] * (1 << 36)",
                        "bytearray(300 << 20)"):
            with self.subTest(program=program):
                self.assertEqual(self.prints(
                    f"try:\n    {program}\nexcept MemoryError:\n    print('clean')\n"
                    "print(len(bytearray(50 << 20)))", memory_limit=128), "clean\n52428800\n")
        self.assertEqual(self.prints(
            "import numpy as np\ntry:\n    np.zeros(1 << 40)\nexcept MemoryError as e:\n"
            "    print(type(e).__name__)\nprint(np.arange(3).sum())", memory_limit=128),
            "MemoryError\n3\n")

    def test_memory_given_back_can_be_used_again(self):
        self.assertEqual(self.prints("for _ in range(20):\n    x = bytearray(40 << 20)\n"
                                     "    del x\nprint('all')", memory_limit=64), "all\n")

    def test_the_least_limit_carries_the_whole_stack(self):
        programs = {
            "numpy": "import numpy as np\n"
                     "print(int(np.linalg.det(np.eye(200)) + np.ones(5).sum()))",
            "pandas": "import pandas as pd\nframe = pd.DataFrame({'a': [1, 2, 3]})\n"
                      "print(int(frame.describe().loc['count', 'a']) + 3)",
            "scipy": "from scipy import integrate, optimize\n"
                     "print(round(integrate.quad(lambda x: x, 0, 2)[0]) + 4)",
            "sympy": "import sympy as sp\nx = sp.Symbol('x')\n"
                     "print(sp.integrate(x, (x, 0, 2)) + 4)",
            "sklearn": "from sklearn.linear_model import LinearRegression\n"
                       "m = LinearRegression().fit([[0], [1], [2]], [0, 2, 4])\n"
                       "print(round(m.predict([[3]])[0]))",
            "matplotlib": "import io\nimport matplotlib.pyplot as plt\nplt.plot([1, 2], [3, 4])\n"
                          "b = io.BytesIO()\nplt.savefig(b)\n"
                          "print(6 * (b.getvalue()[1:4] == b'PNG'))",
            "all": "import numpy, pandas, scipy, sympy, sklearn, matplotlib.pyplot\n"
                   "from sklearn.cluster import KMeans\nimport numpy as np\n"
                   "KMeans(2, n_init=1).fit(np.arange(20.).reshape(10, 2))\n"
                   "str(sympy.expand((sympy.Symbol('x') + 1)**5))\n"
                   "pandas.DataFrame(np.eye(50)).corr()\nprint(6)",
        }
        for name, program in programs.items():
            with self.subTest(library=name):
                self.assertEqual(self.prints(program, memory_limit=64), "6\n")

    def test_the_largest_limit_can_be_used(self):
        result = self.server.result("x = bytearray(1_500_000_000)\nx[::4096] = b'x' * "
                                    "len(range(0, len(x), 4096))\nprint(len(x))",
                                    memory_limit=2048, timeout=120)
        self.assertEqual((result["status"], result["stdout"]), ("success", "1500000000\n"))
        self.assertAlmostEqual(result["memory_used"], 1_500_000_000 / 2**20, delta=30)

    def test_a_thread_costs_what_it_uses(self):
        # Not the eight megabytes that its stack might grow to.
        self.assertEqual(self.prints("""
import threading
stop = threading.Event()
threads = [threading.Thread(target=stop.wait) for _ in range(32)]
for thread in threads: thread.start()
stop.set()
for thread in threads: thread.join()
print('all')
""", memory_limit=64, timeout=5), "all\n")

    def test_memory_used_is_the_programs_own(self):
        for library in ("math", "numpy"):
            with self.subTest(library=library):
                hello = self.server.result(f"import {library}\nprint('hello')")["memory_used"]
                self.assertLess(hello, 12)
                large = self.server.result(f"import {library}\nx = bytearray(100 << 20)")
                self.assertAlmostEqual(large["memory_used"] - hello, 100, delta=8)
                # The group that served the large one serves others later.
                again = self.server.result(f"import {library}\nprint('hello')")["memory_used"]
                self.assertLess(again, 12)


class Counts(ServerTest):
    """Threads, files, scratch space: an ordinary OSError, and the program goes on."""

    flags = ("--policy", "open", "--scratch-mb", "8", "--scratch-files", "200",
             "--open-files", "64", "--processes", "20")

    def test_threads(self):
        self.assertRegex(self.prints("""
import threading
stop = threading.Event()
started = []
try:
    for _ in range(200):
        thread = threading.Thread(target=stop.wait)
        thread.start()
        started.append(thread)
except RuntimeError as error:
    print(error)
stop.set()
for thread in started:
    thread.join()
print(len(started))
thread = threading.Thread(target=print, args=("again",))
thread.start()
thread.join()
"""), r"\Acan't start new thread\n1[5-9]\nagain\n\Z")

    def test_open_files(self):
        self.assertRegex(self.prints("""
files = []
try:
    while True:
        files.append(open('/dev/null'))
except OSError as error:
    print(error.strerror)
print(len(files))
files.clear()
print(open('/dev/zero', 'rb').read(1))
"""), r"\AToo many open files\n(5\d|60)\nb'\\x00'\n\Z")

    def test_size_of_a_file(self):
        for program in ("open('f', 'wb').truncate(9 << 20)",
                        "open('f', 'wb').write(b'x' * (9 << 20))",
                        "open('f', 'wb', buffering=0).seek(1 << 40) and "
                        "open('f', 'r+b', buffering=0).truncate(1 << 40)",
                        "import os; fd = os.open('f', os.O_RDWR | os.O_CREAT); "
                        "os.pwrite(fd, b'x', 1 << 33)"):
            with self.subTest(program=program):
                self.assertRegex(self.prints(
                    f"try:\n    {program}\n    print('passed')\nexcept OSError as error:\n"
                    "    print(error.strerror)\n"), "^(File too large|No space left on device)\n$")

    def test_scratch_space(self):
        self.assertRegex(self.prints("""
import os
written = 0
try:
    for i in range(100):
        with open(f'f{i}', 'wb') as file:
            file.write(b'x' * (1 << 20))
        written += 1
except OSError as error:
    print(error.strerror)
for name in os.listdir():
    os.unlink(name)
open('again', 'wb').write(b'x' * (4 << 20))
print(written, os.path.getsize('again'))
"""), r"\ANo space left on device\n[78] 4194304\n\Z")

    def test_scratch_inodes(self):
        self.assertRegex(self.prints("""
import os
made = 0
try:
    for i in range(10_000):
        os.mkdir(f'd{i}') if i % 2 else open(f'f{i}', 'w').close()
        made += 1
except OSError as error:
    print(error.strerror)
print(made)
os.rmdir('d1')
open('again', 'w').close()
"""), r"\ANo space left on device\n19\d\n\Z")

    def test_only_scratch_can_be_written(self):
        self.assertEqual(self.prints("""
import os
for path in ('/x', '/usr/x', '/etc/x', '/dev/x', '/usr/lib/python3/dist-packages/x.py'):
    try:
        open(path, 'w')
        print('wrote', path)
    except OSError as error:
        pass
print(os.getcwd(), os.listdir('/tmp'))
"""), "/tmp ['main.py']\n")

    def test_limits_cannot_be_raised(self):
        self.assertEqual(self.prints("""
import resource
for name in ('NOFILE', 'NPROC', 'FSIZE', 'DATA', 'STACK', 'CPU', 'CORE'):
    kind = getattr(resource, 'RLIMIT_' + name)
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print('raised', name)
    except (OSError, ValueError):
        pass
print(resource.getrlimit(resource.RLIMIT_CORE))
"""), "(0, 0)\n")


class Processor(unittest.TestCase):
    BUSY = """
import hashlib, threading, time
data = b'x' * (1 << 20)
end = time.monotonic() + 2
def work():
    while time.monotonic() < end:
        hashlib.sha256(data).digest()  # without the interpreter's lock
threads = [threading.Thread(target=work) for _ in range(8)]
start, used = time.monotonic(), time.process_time()
for thread in threads: thread.start()
for thread in threads: thread.join()
print((time.process_time() - used) / (time.monotonic() - start))
"""

    def share(self, *flags):
        server = Server("--policy", "open", *flags)
        self.addCleanup(server.stop)
        return float(server.result(self.BUSY)["stdout"])

    def test_many_threads_get_one_processor(self):
        self.assertLess(self.share(), 1.25)

    def test_the_operator_may_give_less(self):
        self.assertLess(self.share("--cpus", "0.3"), 0.45)


if __name__ == "__main__":
    unittest.main()
