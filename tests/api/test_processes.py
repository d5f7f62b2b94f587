"""Policies with `processes = true`: what their programs can do, and what still ends at the sandbox."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.server import BINARY, Server, ServerTest, until  # noqa: E402

CONFIGURATION = """
[policies.build]
extends = "open"
processes = true
"""


def write_configuration(case):
    """A file with the policy `build`, gone when the class is done."""
    file = tempfile.NamedTemporaryFile("w", prefix="pyrunner-test-", suffix=".toml")
    case.addClassCleanup(file.close)
    file.write(CONFIGURATION)
    file.flush()
    return file.name


class ProcessesTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.flags = ("--config", write_configuration(cls), "--policy", "build",
                     *cls.more_flags)
        super().setUpClass()

    more_flags = ()


class WhatWorks(ProcessesTest):
    def test_subprocess(self):
        self.assertEqual(self.prints("""
import subprocess, sys
def output(*arguments, **options):
    return subprocess.run(*arguments, capture_output=True, text=True, check=True, **options).stdout
print(output(["/usr/bin/echo", "by path"]), end="")
print(output(["echo", "by name"]), end="")
print(output("for i in 1 2 3; do echo $((i * i)); done | tail -1", shell=True), end="")
print(output([sys.executable, "-c", "import sys; print(sys.stdin.read().upper())"], input="piped"), end="")
print(output(["pwd"], cwd="/tmp", start_new_session=True), end="")
open("/tmp/helper.py", "w").write("print('of its own')")
print(output([sys.executable, "helper.py"]), end="")
print(subprocess.run(["false"]).returncode, subprocess.run("exit 7", shell=True).returncode)
try:
    subprocess.run(["sleep", "60"], timeout=0.2)
except subprocess.TimeoutExpired:
    print("timed out")
"""), "by path\nby name\n9\nPIPED\n/tmp\nof its own\n1 7\ntimed out\n")

    def test_output_of_children_is_the_programs_output(self):
        result = self.server.result("import os, subprocess\n"
                                    "os.system('echo one; echo two >&2')\n"
                                    "subprocess.run(['echo', 'three'])\nprint('four')")
        self.assertEqual((result["stdout"], result["stderr"]), ("one\nthree\nfour\n", "two\n"))

    def test_multiprocessing(self):
        self.assertEqual(self.prints("""
import multiprocessing as mp
from multiprocessing import shared_memory
def square(x):
    return x * x
def work(queue, lock, value):
    with lock:
        value.value += 1
    queue.put(mp.current_process().name)
with mp.Pool(3) as pool:
    print(pool.map(square, range(6)))
queue, lock, value = mp.Queue(), mp.Lock(), mp.Value("i", 0)
workers = [mp.Process(target=work, args=(queue, lock, value), name=f"w{i}") for i in range(4)]
for worker in workers:
    worker.start()
print(sorted(queue.get(timeout=10) for _ in workers))
for worker in workers:
    worker.join()
print(value.value, [worker.exitcode for worker in workers])
block = shared_memory.SharedMemory(create=True, size=1 << 16)
def fill(name):
    mine = shared_memory.SharedMemory(name=name)
    mine.buf[:5] = b"hello"
    mine.close()
worker = mp.Process(target=fill, args=(block.name,))
worker.start(); worker.join()
print(bytes(block.buf[:5]))
block.close(); block.unlink()
with mp.Manager() as manager:
    shared = manager.dict()
    worker = mp.Process(target=shared.update, args=({"by": "manager"},))
    worker.start(); worker.join()
    print(dict(shared))
"""), "[0, 1, 4, 9, 16, 25]\n['w0', 'w1', 'w2', 'w3']\n4 [0, 0, 0, 0]\nb'hello'\n{'by': 'manager'}\n")

    def test_process_pools(self):
        self.assertEqual(self.prints("""
import concurrent.futures, math
with concurrent.futures.ProcessPoolExecutor(2) as pool:
    print(list(pool.map(math.factorial, range(6))))
"""), "[1, 1, 2, 6, 24, 120]\n")

    def test_scikit_learn_with_jobs(self):
        self.assertEqual(self.prints("""
from sklearn.ensemble import RandomForestClassifier
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
x, y = load_iris(return_X_y=True)
print(cross_val_score(RandomForestClassifier(10, random_state=0), x, y, n_jobs=2).mean() > 0.9)
"""), "True\n")

    def test_asyncio_subprocess(self):
        self.assertEqual(self.prints("""
import asyncio
async def main():
    async def run(number):
        process = await asyncio.create_subprocess_exec(
            "cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        return (await process.communicate(str(number).encode()))[0]
    print(await asyncio.gather(*map(run, range(3))))
asyncio.run(main())
"""), "[b'0', b'1', b'2']\n")

    def test_a_web_server_of_its_own(self):
        self.assertEqual(self.prints("""
import http.server, threading, urllib.request
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(self.path.encode())
    def log_message(self, *_):
        pass
for address in ("127.0.0.1", "::1"):
    class Server(http.server.ThreadingHTTPServer):
        address_family = __import__("socket").AF_INET6 if ":" in address else __import__("socket").AF_INET
    with Server((address, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        name = f"[{address}]" if ":" in address else address
        print(urllib.request.urlopen(f"http://{name}:{server.server_port}/hello").read())
        server.shutdown()
"""), "b'/hello'\nb'/hello'\n")

    def test_a_fork_that_runs_to_the_end_is_not_the_one_who_reports(self):
        for ending in ("", "raise ValueError('of the child')", "raise SystemExit(9)"):
            with self.subTest(ending=ending):
                result = self.server.result(
                    "import os, time\npid = os.fork()\nif pid == 0:\n    print('child', flush=True)\n"
                    f"    {ending or 'pass'}\nelse:\n    status = os.waitpid(pid, 0)[1]\n"
                    "    time.sleep(0.05)\n    print('parent', os.waitstatus_to_exitcode(status))")
                self.assertEqual((result["status"], result["error"]), ("success", None), result)
                code = {"": 0, "raise SystemExit(9)": 9}.get(ending, 1)
                self.assertEqual(result["stdout"], f"child\nparent {code}\n")

    def test_a_program_may_become_another(self):
        result = self.server.result("import os\nos.execvp('sh', ['sh', '-c', 'echo done; exit 3'])")
        self.assertEqual(result["stdout"], "done\n")
        self.assertEqual(result["status"], "error")

    def test_memory_is_that_of_all_processes(self):
        result = self.server.result("""
import multiprocessing as mp, time
def take(ready):
    block = b"x" * (60 << 20)
    ready.wait()
ready = mp.Barrier(4)
workers = [mp.Process(target=take, args=(ready,)) for _ in range(3)]
for worker in workers: worker.start()
ready.wait()
for worker in workers: worker.join()
""", memory_limit=512)
        self.assertEqual(result["status"], "success", result)
        self.assertGreater(result["memory_used"], 150, result)


    def test_the_service_tells_which_policies_have_it(self):
        status = self.server.request("GET", "/v1/sandbox").json
        self.assertEqual(status["policies_with_processes"], ["build", "code-executor"])


class Ends(ProcessesTest):
    def test_children_that_hold_the_output_hold_up_nobody(self):
        for how in ("subprocess.Popen(['sleep', '60'])",
                    "subprocess.Popen(['sleep', '60'], start_new_session=True)",
                    "subprocess.Popen('(sleep 60 &) ; (sleep 60 &)', shell=True).wait()",
                    "os.fork() or time.sleep(60)"):
            with self.subTest(how=how):
                start = time.monotonic()
                result = self.server.result(f"import os, subprocess, time\n{how}\nprint('done')")
                self.assertEqual((result["status"], result["stdout"]), ("success", "done\n"), result)
                self.assertLess(time.monotonic() - start, 5)

    def test_the_time_limit_ends_all(self):
        marker = "86399.25"
        result = self.server.result(f"import subprocess\nfor i in range(3): last = subprocess.Popen("
                                    f"['sleep', '{marker}'])\nlast.wait()", timeout=1)
        self.assertEqual(result["status"], "timeout", result)
        until(lambda: not running(marker), 5, "no child is left")

    def test_a_fork_bomb_is_bounded_and_leaves_nothing(self):
        result = self.server.result("""
import os, time
made = failed = 0
while failed < 20:
    try:
        if os.fork() == 0:
            time.sleep(86398.25)
            os._exit(0)
        made += 1
    except OSError as error:
        failed, why = failed + 1, error.strerror
print(made, why)
""", timeout=10)
        self.assertEqual(result["status"], "success", result)
        made, error = result["stdout"].strip().split(" ", 1)
        self.assertLess(int(made), 64)
        self.assertGreater(int(made), 16)
        self.assertEqual(error, "Resource temporarily unavailable")
        for bomb in ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
                     "import subprocess\nsubprocess.run('b() { b | b & }; b; sleep 60', shell=True)"):
            start = time.monotonic()
            result = self.server.result(bomb, timeout=2)
            self.assertIn(result["status"], ("timeout", "error", "success"), result)
            self.assertLess(time.monotonic() - start, 15)
            self.assertEqual(self.prints("print(2)"), "2\n")

    def test_memory_of_many_small_processes_is_bounded(self):
        start = time.monotonic()
        result = self.server.result("""
import os, time
for i in range(10):
    if os.fork() == 0:
        block = b"x" * (40 << 20)
        time.sleep(3)
        os._exit(0)
ended = [os.waitstatus_to_exitcode(os.wait()[1]) for i in range(10)]
print(ended.count(-9) > 0)
""", memory_limit=128, timeout=20)
        # Whom the kernel chooses is its affair: children, or all of it.
        killed = result["stdout"] == "True\n" or result["status"] != "success"
        self.assertTrue(killed, result)
        self.assertLess(time.monotonic() - start, 20)

    def test_what_sockets_hold_is_bounded(self):
        def held():
            return int(re.search(r"^UDP: inuse \d+ mem (\d+)",
                                 pathlib.Path("/proc/net/sockstat").read_text(), re.M)[1]) * 4096
        most = before = held()
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            answer = threads.submit(self.prints, """
import os, socket, time
def fill():
    sockets, sent = [], 0
    try:
        while True:
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
            one.bind(("127.0.0.1", 0))
            sockets.append(one)
    except OSError:
        pass
    sockets[0].setblocking(False)
    for target in sockets[1:]:
        for _ in range(40):
            try:
                sent += sockets[0].sendto(bytes(60000), target.getsockname())
            except OSError:
                break
    return sent
for _ in range(3):
    if os.fork() == 0:
        fill(); time.sleep(1); os._exit(0)
print(fill() > 50_000_000)
time.sleep(1)
""", memory_limit=128, timeout=20)
            while not answer.done():
                most = max(most, held())
                time.sleep(0.02)
        self.assertEqual(answer.result(), "True\n")
        self.assertLess(most - before, 160 << 20)
        self.assertGreater(most, before, "nothing was measured")

    def test_nothing_of_a_program_is_there_for_the_next(self):
        self.prints("import subprocess\nopen('/dev/shm/left', 'w').write('x')\n"
                    "open('/tmp/left', 'w').write('x')\nsubprocess.Popen(['sleep', '60'])")
        for _ in range(12):
            self.assertEqual(self.prints("import os\nprint(os.listdir('/dev/shm'), os.listdir('/tmp'))"),
                             "[] ['main.py']\n")

    def test_a_burst_is_served(self):
        with concurrent.futures.ThreadPoolExecutor(24) as threads:
            answers = list(threads.map(
                lambda n: self.prints(f"import subprocess\nsubprocess.run(['echo', '{n}'])"), range(48)))
        self.assertEqual(answers, [f"{n}\n" for n in range(48)])


def running(argument):
    """The live processes of this machine with this argument."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if argument.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(entry.name)
        except OSError:
            continue
    return found


class WhatEndsAtTheSandbox(ProcessesTest):
    def refusals(self, *lines, setup=""):
        """The errno of each line, in a program that has to come to its end."""
        code = ("import errno, os, signal, socket, subprocess, sys\n" + setup + "\n" +
                "def attempt(act):\n    try:\n        return f'worked: {act()}'\n"
                "    except OSError as error:\n        return errno.errorcode[error.errno]\n" +
                "".join(f"print(attempt(lambda: {line}))\n" for line in lines))
        return self.prints(code).splitlines()

    def test_the_network_is_its_own(self):
        listener = socket.create_server(("0.0.0.0", 0))
        self.addCleanup(listener.close)
        port = listener.getsockname()[1]
        reached = []

        def accept():
            try:
                while True:
                    reached.append(listener.accept())
            except OSError:
                pass
        threading.Thread(target=accept, daemon=True).start()
        abstract = socket.socket(socket.AF_UNIX)
        self.addCleanup(abstract.close)
        name = f"pyrunner-test-{os.getpid()}"
        abstract.bind("\0" + name)
        abstract.listen()
        self.assertEqual(
            self.refusals(
                f"socket.create_connection(('127.0.0.1', {port}), 3)",
                f"socket.create_connection(('127.0.0.1', {self.server.port}), 3)",
                "socket.create_connection(('192.0.2.1', 80), 3)",
                "socket.create_connection(('2001:db8::1', 80), 3)",
                "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
                f"socket.socket(socket.AF_UNIX).connect('\\0{name}')",
                "socket.socket(socket.AF_UNIX).connect('/run/dbus/system_bus_socket')",
                "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
                "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
                "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
                "socket.socket(socket.AF_VSOCK)"),
            ["ECONNREFUSED", "ECONNREFUSED", "ENETUNREACH", "ENETUNREACH", "ENETUNREACH",
             "ECONNREFUSED", "ENOENT", "EPERM", "EPERM", "EPERM", "EPERM"])
        self.assertEqual(reached, [])

    def test_two_sandboxes_do_not_meet(self):
        meet = ("import socket, time\n"
                "for kind, address in ((socket.AF_INET, ('127.0.0.1', 4711)), (socket.AF_UNIX, '\\0meet')):\n"
                "    place = socket.socket(kind)\n    place.bind(address)\n    place.listen()\n"
                "    globals()['keep%d' % kind] = place\n"
                "time.sleep(1)\nimport os\n"
                "try:\n    os.kill(-1, 9)\nexcept ProcessLookupError:\n    print('alone')")
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            self.assertEqual(list(threads.map(self.prints, 4 * [meet])), 4 * ["alone\n"])

    def test_signals_reach_its_own_only(self):
        self.assertEqual(self.refusals("os.kill(-1, 9)", "os.kill(2, 0)", "os.kill(4711, 9)",
                                       f"os.kill({self.server.pid}, 9)"), 4 * ["ESRCH"])
        self.assertEqual(self.prints(
            "import os, subprocess\nchildren = [subprocess.Popen(['sleep', '60']) for _ in range(3)]\n"
            "os.kill(-1, 9)\nprint([child.wait() for child in children])"), "[-9, -9, -9]\n")
        # Process 1 of a namespace is nobody's to kill from inside.
        self.assertEqual(self.prints("import os\nif os.fork() == 0:\n    os.kill(1, 9)\n    os._exit(0)\n"
                                     "os.wait()\nprint('alive')"), "alive\n")

    def test_only_the_runtime_is_executed(self):
        setup = ("import shutil, stat\n"
                 "for place in ('/tmp/copy', '/dev/shm/copy'):\n"
                 "    shutil.copy('/usr/bin/true', place); os.chmod(place, 0o700)\n"
                 "    open(place + '.sh', 'w').write('#!/bin/sh\\n'); os.chmod(place + '.sh', 0o700)\n"
                 "loader = '/lib64/ld-linux-x86-64.so.2'")
        self.assertEqual(
            self.refusals("subprocess.run(['/tmp/copy'])", "subprocess.run(['/dev/shm/copy'])",
                          "subprocess.run(['/tmp/copy.sh'])", "subprocess.run(['/dev/shm/copy.sh'])",
                          "os.execve(os.open('/tmp/copy', os.O_RDONLY), ['x'], {})", setup=setup),
            5 * ["EACCES"])
        self.assertEqual(self.prints(
            "import os, shutil, subprocess\nshutil.copy('/usr/bin/true', '/tmp/copy')\n"
            "loaders = [p for p in ('/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1') "
            "if os.path.exists(p)]\n"
            "print([subprocess.run([l, '/tmp/copy'], stderr=-3).returncode != 0 for l in loaders])\n"
            "print([subprocess.run([l, '/usr/bin/true']).returncode for l in loaders])"),
            "[True]\n[0]\n")

    def test_set_user_id_programs_gain_nothing(self):
        self.assertEqual(self.prints("""
import glob, os, stat, subprocess
found = [p for p in glob.glob("/usr/bin/*") if os.path.isfile(p) and os.stat(p).st_mode & stat.S_ISUID]
print(len(found) > 0 or "no program to try here")
print(subprocess.run(["/usr/bin/id", "-u"], capture_output=True, text=True).stdout.strip())
for path in found:
    assert "root" not in subprocess.run([path, "-c", "id"], capture_output=True, text=True, timeout=5,
                                        stdin=subprocess.DEVNULL).stdout, path
try:
    os.setuid(0)
except PermissionError:
    print("refused")
"""), "True\n1000\nrefused\n")

    def test_children_are_under_the_same_walls(self):
        self.assertEqual(self.prints("""
import subprocess, sys
code = '''
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for path in ("/etc/shadow", "/proc/self/status", "/", "/sys", "/root"):
    try: print(os.open(path, 0))
    except OSError: pass
try: open("/usr/x", "w"); print("wrote")
except OSError: pass
print(libc.prctl(39, 0, 0, 0, 0), libc.prctl(21, 0, 0, 0, 0), os.getuid())
'''
print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout, end="")
for number in (101, 310, 311, 272, 308, 165):  # ptrace, process_vm_*, unshare, setns, mount
    code = f"import ctypes; ctypes.CDLL(None).syscall({number}, 0, 0, 0, 0, 0, 0); print('alive')"
    print(subprocess.run([sys.executable, "-c", code], capture_output=True).returncode, end=" ")
"""), "1 2 1000\n-31 -31 -31 -31 -31 -31 ")

    def test_no_debugger_of_its_own_children(self):
        result = self.server.result("import ctypes, subprocess\nchild = subprocess.Popen(['sleep', '9'])\n"
                                    "ctypes.CDLL(None).ptrace(16, child.pid, 0, 0)\nprint('attached')")
        self.assertEqual((result["stdout"], result["status"]), ("", "error"), result)

    def test_scratch_space_is_bounded(self):
        quota = 1 << 26
        for place in ("/tmp/x", "/dev/shm/x"):
            self.assertEqual(self.refusals(f"os.posix_fallocate(os.open('{place}', os.O_RDWR | os.O_CREAT), 0, "
                                           f"{quota} + 1)")[0] in ("EFBIG", "ENOSPC"), True)

    def test_the_channel_is_not_passed_on(self):
        self.assertEqual(self.prints(
            "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', "
            "'import os\\nfor fd in range(3, 20):\\n    try: os.fstat(fd); print(fd)\\n    except OSError: pass'], "
            "close_fds=False, capture_output=True, text=True))").count("stdout=''"), 1)

    def test_the_end_of_the_gateway_ends_all(self):
        server = Server(*self.flags)
        self.addCleanup(server.kill)
        marker = "86397.5"
        code = ("import ctypes, subprocess\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\n"
                f"subprocess.run(['sleep', '{marker}'])")

        def post():
            try:
                server.run(code, timeout=60)
            except OSError:
                pass
            except Exception:  # noqa: BLE001 - the connection ends with the server
                pass
        threading.Thread(target=post, daemon=True).start()
        until(lambda: running(marker), 10, "the program runs")
        server.process.kill()
        until(lambda: not running(marker), 10, "it ended with the gateway")


class WherePartsAreMissing(unittest.TestCase):
    """An ordinary user has no cgroup: memory limits of single processes would bound no number of them."""

    def test_the_service_does_not_start(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="pyrunner-user-"))
        self.addCleanup(shutil.rmtree, folder)
        folder.chmod(0o755)
        for name in ("pyrunner", "pyrunner-zygote"):
            shutil.copy(pathlib.Path(BINARY).parent / name, folder)
        (folder / "c.toml").write_text(CONFIGURATION)
        (folder / "program.py").write_text("print(1)")
        as_user = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--inh-caps=-all"]
        for command in (["serve", "--port", "0"], ["run", "program.py"]):
            with self.subTest(command=command):
                done = subprocess.run([*as_user, "./pyrunner", *command, "--config", "c.toml"],
                                      cwd=folder, capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 78, done)
                self.assertIn("processes = true cannot be had here: no cgroup", done.stderr)


class OtherPolicies(ServerTest):
    """A service that has such a policy and uses another one."""

    @classmethod
    def setUpClass(cls):
        cls.flags = ("--config", write_configuration(cls), "--policy", "open")
        super().setUpClass()

    def test_their_programs_are_one_process_as_ever(self):
        self.assertEqual(self.prints("""
import ctypes, errno, os, socket
def attempt(act):
    try:
        return f"worked: {act()}"
    except OSError as error:
        return errno.errorcode[error.errno]
print(attempt(os.fork), attempt(lambda: os.execv("/usr/bin/true", ["true"])))
print(attempt(socket.socket), attempt(lambda: os.kill(-1, 0)))
print(attempt(lambda: open("/dev/shm/x", "w")), attempt(lambda: os.listdir("/dev/shm")))
"""), "EPERM EPERM\nEPERM EPERM\nEROFS EACCES\n")


if __name__ == "__main__":
    unittest.main()
