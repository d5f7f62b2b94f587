"""Sandboxes are forked from one warm process: what that must not give away."""

import concurrent.futures
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.server import Server, ServerTest, until  # noqa: E402

RUNS = 20


class FreshRandomness(ServerTest):
    flags = ("--policy", "open")
    warm = True

    def differ(self, program):
        """Each of a program's values, printed as a JSON object, is new in every run."""
        runs = [json.loads(self.prints(program)) for _ in range(RUNS)]
        for name in runs[0]:
            with self.subTest(generator=name):
                values = [json.dumps(run[name]) for run in runs]
                self.assertEqual(len(set(values)), RUNS, values)

    def test_standard_library(self):
        self.differ("""
import json, os, random, secrets, tempfile, uuid
from random import SystemRandom
print(json.dumps({
    "random": random.random(), "getrandbits": random.getrandbits(64),
    "shuffle": random.sample(range(10**6), 5), "new": random.Random().random(),
    "system": SystemRandom().random(), "uuid4": str(uuid.uuid4()), "uuid1": str(uuid.uuid1()),
    "secrets": secrets.token_hex(), "urandom": os.urandom(8).hex(),
    "tempfile": tempfile.mktemp(), "dev_urandom": open('/dev/urandom', 'rb').read(8).hex(),
}))
""")

    def test_scientific_stack(self):
        self.differ("""
import concurrent.futures
import json
import numpy as np
import sympy.core.random
import scipy.stats
import sklearn.utils
from sklearn.datasets import make_blobs
import pandas as pd
print(json.dumps({
    "rand": np.random.rand(), "randn": np.random.randn(2).tolist(),
    "permutation": np.random.permutation(10**5)[:4].tolist(),
    "default_rng": np.random.default_rng().random(),
    "state": np.random.RandomState().rand(),
    "sympy": sympy.core.random.random(), "sympy_rng": sympy.core.random.rng.getrandbits(64),
    "scipy": float(scipy.stats.norm.rvs()), "sklearn": make_blobs(3)[0].tolist(),
    "check_random_state": sklearn.utils.check_random_state(None).rand(),
    "pandas": pd.Series(range(10**5)).sample(4).tolist(),
}))
""")

    def test_a_seed_still_means_what_it_says(self):
        program = ("import random, numpy as np\nrandom.seed(1)\nnp.random.seed(1)\n"
                   "print(random.random(), np.random.rand(), np.random.default_rng(1).random())")
        self.assertEqual({self.prints(program) for _ in range(3)},
                         {"0.13436424411240122 0.417022004702574 0.5118216247002567\n"})


class NothingLeft(ServerTest):
    """What one program does, no other sees."""

    flags = ("--policy", "open", "--ready-sandboxes", "2", "--max-running", "2")
    warm = True

    DIRTY = """
import builtins, gc, json, math, os, random, signal, sys, threading, time
SECRET = 'pineapple-' + 'x7' * 3
keep = [SECRET * 100 for _ in range(100)]
open('left.txt', 'w').write(SECRET)
os.makedirs('d/e')
os.environ['LEFT'] = SECRET
json.dumps = lambda *a, **k: SECRET
math.pi = 3
builtins.print_ = SECRET
sys.modules['left_module'] = math
sys.path.insert(0, '/left')
sys.setrecursionlimit(50_000)
os.umask(0)
random.seed(7)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
import numpy as np
np.random.seed(7)
np.set_printoptions(precision=1)
np.left = SECRET
gc.disable()
time.tzset()
print('done')
"""
    LOOK = """
import builtins, gc, json, math, os, signal, sys
secret = 'pineapple-' + 'x7' * 3
import numpy as np
print(json.dumps({
    "files": sorted(os.listdir('/tmp')), "environment": 'LEFT' in os.environ, "pi": math.pi,
    "builtins": hasattr(builtins, 'print_'), "module": 'left_module' in sys.modules,
    "path": '/left' in sys.path, "recursion": sys.getrecursionlimit(), "umask": os.umask(0),
    "signal": all(signal.getsignal(number) == signal.SIG_DFL
                  for number in (signal.SIGUSR1, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT)),
    "numpy": hasattr(np, 'left') or np.get_printoptions()['precision'] != 8,
    "gc": gc.isenabled(),
    "objects": sum(secret in o for o in gc.get_objects() if isinstance(o, (dict, list, set))
                   and o is not globals()),
}))
"""

    def test_nothing_of_the_last_one(self):
        for _ in range(RUNS // 2):
            self.assertEqual(self.prints(self.DIRTY), "done\n")
            self.assertEqual(json.loads(self.prints(self.LOOK)), {
                "files": ["main.py"], "environment": False, "pi": 3.141592653589793,
                "builtins": False, "module": False, "path": False, "recursion": 1000,
                "umask": 0o077, "signal": True, "numpy": False, "gc": True, "objects": 0})

    def test_nothing_of_one_that_runs(self):

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            other = pool.submit(self.server.result, "open('/tmp/mine', 'w').write('x')\n"
                                "import time\nprint('up')\ntime.sleep(1)")
            for _ in range(5):
                self.assertEqual(self.prints("import os\nprint(os.listdir('/tmp'), os.getpid())"),
                                 "['main.py'] 1\n")
            self.assertEqual(other.result()["stdout"], "up\n")


class Surroundings(unittest.TestCase):
    """What a program can see of the service and of the host."""

    CANARY = "canary-4711-of-the-operator"

    @classmethod
    def setUpClass(cls):
        cls.server = Server("--policy", "open", env={
            "AWS_SECRET_ACCESS_KEY": cls.CANARY, "PYTHONPATH": "/nowhere", "LD_LIBRARY_PATH": "/x",
            "PYTHONINSPECT": "1", "HOME": "/root", "USER": "operator"})
        cls.addClassCleanup(cls.server.stop)

    prints = ServerTest.prints

    def test_the_environment_is_ours(self):
        environment = json.loads(self.prints(
            "import json, os\nprint(json.dumps(dict(os.environ)))"))
        self.assertNotIn(self.CANARY, str(environment))
        for name in ("PYTHONPATH", "LD_LIBRARY_PATH", "PYTHONINSPECT", "USER", "TESTED_BINARY"):
            self.assertNotIn(name, environment)
        self.assertNotEqual(environment.get("HOME"), "/root")
        self.assertLessEqual(set(environment), {
            "HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "TMPDIR", "TZ", "MPLBACKEND",
            "MPLCONFIGDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
            "JOBLIB_MULTIPROCESSING", "LOKY_MAX_CPU_COUNT", "PYTHONDONTWRITEBYTECODE",
            "PYTHONUNBUFFERED", "NUMEXPR_NUM_THREADS", "BLIS_NUM_THREADS", "XDG_CACHE_HOME",
            "FONTCONFIG_PATH", "FONTCONFIG_FILE"})

    def test_descriptors(self):
        found = json.loads(self.prints("""
import json, os
found = {}
for fd in range(1024):
    try:
        found[fd] = oct(os.fstat(fd).st_mode & 0o170000)
    except OSError:
        pass
print(json.dumps(found))
"""))
        self.assertLessEqual({"0", "1", "2"}, set(found))
        self.assertLessEqual(len(found), 4, found)
        self.assertLessEqual(set(list(found.values())[3:]), {oct(0o140000)}, found)  # a socket

    def test_identity(self):
        uid, gid, groups, pid, parent, name = json.loads(self.prints(
            "import json, os\nprint(json.dumps([os.getuid(), os.getgid(), os.getgroups(), "
            "os.getpid(), os.getppid(), os.uname().nodename]))"))
        self.assertGreater(uid, 0)
        self.assertGreater(gid, 0)
        self.assertEqual((groups, pid, parent, name), ([], 1, 0, "sandbox"))

    def test_the_hosts_files(self):
        self.assertEqual(self.prints("""
import os
for path in ('/proc', '/sys', '/root', '/home', '/var', '/run', '/etc/shadow', '/etc/hosts',
             '/etc/machine-id', '/dev/shm', '/dev/pts', '/dev/mem', '/dev/kmsg', '/dev/tty',
             '/proc/self/status', '/tmp/../root/.ssh'):
    if os.path.exists(path):
        print(path, os.listdir(path) if os.path.isdir(path) else '')
for path in ('/proc/1/environ', '/etc/shadow'):
    try:
        print(open(path, 'rb').read(10))
    except OSError:
        pass
"""), "")

    def test_forbidden_things_are_ordinary_exceptions(self):
        for name, statement in {
                "tcp": "import socket; socket.create_connection(('127.0.0.1', 80), 1)",
                "udp": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
                "unix": "import socket; socket.socket(socket.AF_UNIX).connect('\\0x')",
                "url": "import urllib.request; urllib.request.urlopen('http://127.0.0.1/')",
                "resolve": "import socket; socket.getaddrinfo('example.com', 80)",
                "fork": "import os; os.fork()",
                "exec": "import os; os.execv('/bin/true', ['true'])",
                "subprocess": "import subprocess; subprocess.run(['true'])",
                "shell": "import os; assert os.system('true') == 0, OSError",
                "popen": "import os; os.popen('true').read()",
                "multiprocessing": "import multiprocessing as m; m.Process(target=int).start()",
                "pool": "import multiprocessing as m; m.Pool(2)",
                "process_pool": "from concurrent.futures import ProcessPoolExecutor as P; "
                                "P(1).submit(int).result()",
                "kill_all": "import os, signal; os.kill(-1, signal.SIGKILL)",
                "symlink": "import os; os.symlink('/etc/passwd', 'x')",
                "mkfifo": "import os; os.mkfifo('x')",
                "chroot": "import os; os.chroot('.')",
                "setuid": "import os; os.setuid(0)",
                "nice": "import os; os.nice(-5)",
                "clock": "import time; time.clock_settime(time.CLOCK_REALTIME, 0)",
                "shared_memory": "from multiprocessing import shared_memory as s; "
                                 "s.SharedMemory(create=True, size=9)"}.items():
            with self.subTest(attempt=name):
                stdout = self.prints(
                    f"try:\n    {statement}\n    print('it worked')\n"
                    "except Exception as error:\n    print('refused')\nprint('goes on')")
                self.assertEqual(stdout, "refused\ngoes on\n")

    def ready(self):
        """The sandboxes that are locked up."""
        return [pid for pid in kernel.sandboxes(self.server.pid)
                if kernel.status(pid, "Seccomp") == "2"]

    def test_the_sandbox_has_no_host_user(self):
        fields = {"CapInh": "0" * 16, "CapPrm": "0" * 16, "CapEff": "0" * 16, "CapBnd": "0" * 16,
                  "CapAmb": "0" * 16, "NoNewPrivs": "1", "Threads": "1"}

        def not_as_it_should_be():
            return [seen for seen in ({"Uid": (kernel.outer_uid(pid) or 0) > kernel.ZYGOTE_UID} |
                                      {field: kernel.status(pid, field) for field in fields}
                                      for pid in self.ready())
                    if seen != fields | {"Uid": True}]

        # A sandbox is listed from its first moment, before it is locked up: those that are ready
        # stay, and one that never is as it should be keeps this waiting.
        until(lambda: not not_as_it_should_be(), 10, "every sandbox without privileges")
        until(lambda: len(self.ready()) > 2, 10, "several ready sandboxes")
        self.assertEqual(kernel.outer_uid(self.server.pid), kernel.GATEWAY_UID)

    def test_each_ready_sandbox_has_a_user_of_its_own(self):
        def uids():
            """Without those that are given back just now, and as long as there are too few to tell."""
            seen = [uid for pid in self.ready() if (uid := kernel.outer_uid(pid)) is not None]
            return seen if len(seen) > 2 else None

        seen = until(uids, 10, "several ready sandboxes")
        self.assertEqual(len(set(seen)), len(seen))


if __name__ == "__main__":
    unittest.main()
