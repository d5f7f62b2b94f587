"""A service that cannot start says why, in one line, with an exit code that is not zero."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import kernel  # noqa: E402
from support.server import BINARY, PATIENCE, Server, until  # noqa: E402


class CannotStart(unittest.TestCase):
    def refused(self, *words, prefix=(), binary=BINARY, env=None, cwd=None):
        """The one line on standard error."""
        before = kernel.cgroups()
        process = subprocess.Popen([*prefix, binary, *words], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=cwd,
                                   env={**os.environ, **(env or {})})
        try:
            stdout, stderr = process.communicate(timeout=20 * PATIENCE)
        finally:
            process.kill()
        self.assertNotEqual(process.returncode, 0, stderr)
        self.assertGreater(process.returncode, 0, f"died of a signal: {stderr}")
        self.assertEqual(stdout, "")
        self.assertEqual(len(stderr.splitlines()), 1, stderr)
        self.assertTrue(stderr.startswith("pyrunner: "), stderr)
        self.assertFalse([tree for tree in kernel.cgroups()
                          if tree.endswith(f"pyrunner-{process.pid}") and tree not in before])
        return stderr

    def test_a_busy_port(self):
        server = Server()
        self.addCleanup(server.stop)
        line = self.refused("serve", "--port", str(server.port))
        self.assertIn(str(server.port), line)
        self.assertRegex(line, "(?i)in use")
        self.assertEqual(server.result("print(1)")["stdout"], "1\n")

    def test_an_address_that_is_not_ours(self):
        for host in ("192.0.2.1", "no.such.host.invalid", "not an address"):
            with self.subTest(host=host):
                self.assertIn(host, self.refused("serve", "--port", "0", "--host", host,
                                                 "--insecure-no-auth"))

    def test_elsewhere_than_on_loopback_without_a_key(self):
        for host in ("0.0.0.0", "::", "127.0.0.1.example", "192.0.2.1"):
            with self.subTest(host=host):
                line = self.refused("serve", "--port", "0", "--host", host,
                                    "--keys-file", "/nonexistent/keys.toml")
                self.assertIn("pyrunner key add", line)
                self.assertIn("--insecure-no-auth", line)

    def test_a_broken_keys_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write("\n[keys.ada]\nid = 'x'\n")
            file.flush()
            line = self.refused("serve", "--port", "0", "--keys-file", file.name)
        self.assertIn(f"{file.name}: line 2: keys.ada: id", line)

    def test_wrong_flags(self):
        for words, named in (
                (("--no-such-flag",), "no-such-flag"), (("--port",), "port"),
                (("--port", "abc"), "port"), (("--port", "70000"), "port"),
                (("--port", "-1"), "port"), (("--max-running", "0"), "max-running"),
                (("--policy", "secure"), "policy"), (("--zygote-age", "nan"), "zygote-age"),
                (("extra",), "extra"), (("--config", "/nonexistent.toml"), "/nonexistent.toml")):
            with self.subTest(words=words):
                self.assertIn(named, self.refused("serve", *words))

    def test_wrong_environment(self):
        self.assertIn("PYRUNNER_MAX_RUNNING",
                      self.refused("serve", env={"PYRUNNER_MAX_RUNNING": "many"}))
        self.assertIn("PORT", self.refused("serve", env={"PORT": "http"}))

    def test_wrong_configuration_files(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            for text, named in (("port = ", "line 1"), ("prot = 1", "prot"),
                                ("port = 'x'", "port"), ("max_running = -1", "max_running"),
                                ("port = [1]", "port")):
                with self.subTest(text=text):
                    file.seek(0)
                    file.truncate()
                    file.write(text)
                    file.flush()
                    self.assertIn(named, self.refused("serve", "--config", file.name))

    def test_without_the_zygote_beside_it(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(BINARY, folder)
            line = self.refused("serve", "--port", "0", binary=f"{folder}/pyrunner")
        self.assertIn("pyrunner-zygote", line)

    def test_with_a_broken_zygote(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(BINARY, folder)
            zygote = pathlib.Path(folder, "pyrunner-zygote")
            for name, content in {"empty": b"", "no_program": b"garbage" * 100}.items():
                with self.subTest(zygote=name):
                    zygote.write_bytes(content)
                    zygote.chmod(0o755)
                    process = subprocess.run([f"{folder}/pyrunner", "serve", "--port", "0"],
                                             capture_output=True, text=True, timeout=60 * PATIENCE)
                    self.assertEqual(process.returncode, 78, process.stderr)
                    self.assertIn("pyrunner-zygote", process.stdout + process.stderr)

    def test_unknown_commands(self):
        for words in ((), ("serv",), ("--port", "0")):
            with self.subTest(words=words):
                process = subprocess.run([BINARY, *words], capture_output=True, text=True,
                                         timeout=20)
                self.assertGreater(process.returncode, 0)
                self.assertTrue(process.stderr)

    def test_every_setting_is_in_the_help(self):
        process = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True,
                                 timeout=20)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        for flag in ("--host", "--port", "--policy", "--config", "--max-running"):
            self.assertIn(flag, process.stdout)


class CanStart(unittest.TestCase):
    def test_with_children_of_whoever_executed_it(self):
        """`sh -c 'something & exec pyrunner serve'`: neither waited for nor in the way."""
        process = subprocess.Popen(["sh", "-c", f"sleep 100 >/dev/null 2>&1 & echo $!; exec {BINARY} serve --port 0"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        left = int(process.stdout.readline())
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "serving on" in line:
                    break
            self.assertIn("serving on", lines[-1])
            os.kill(left, 0)  # Not reaped, not ended.
            process.terminate()
            process.communicate(timeout=30 * PATIENCE)
            self.assertEqual(process.returncode, 0)
            os.kill(left, 0)
        finally:
            process.kill()
            os.kill(left, signal.SIGKILL)

    def test_it_is_asked_to_read_its_settings_again_before_it_serves(self):
        with tempfile.NamedTemporaryFile() as log:
            process = subprocess.Popen([BINARY, "serve", "--port", "0"], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=subprocess.STDOUT)
            sent = 0

            def serves():
                nonlocal sent
                # A new program dies of it, as any does, until it has said what it does with it.
                ignored = int(kernel.status(process.pid, "SigIgn") or "0", 16)
                if ignored & 1 << signal.SIGHUP - 1:
                    process.send_signal(signal.SIGHUP)
                    sent += 1
                said = pathlib.Path(log.name).read_text()
                return "serving on" in said or process.poll() is not None
            try:
                until(serves, 30, "it serves")
                process.terminate()
                self.assertEqual(process.wait(45 * PATIENCE), 0)
                self.assertGreater(sent, 0)
            finally:
                process.kill()

    def test_flags_win_over_environment_over_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write("policy = 'open'\nmax_running = 1\nmax_queued = 0\n")
            file.flush()
            server = Server("--config", file.name, "--max-queued", "1",
                            env={"PYRUNNER_MAX_QUEUED": "5", "PYRUNNER_POLICY": "scientific"})
            self.addCleanup(server.stop)
            self.assertEqual(server.result("import os")["error"], "Import of 'os' is not allowed")

    @unittest.skipUnless(os.geteuid() == 0 and os.path.exists("/proc/sys/vm/memfd_noexec"),
                         "needs root, and a kernel that can refuse executable memory files (6.3)")
    def test_beside_another_container_where_memory_files_may_not_be_executed(self):
        """Forks are plain ones then. And a service that counts its processes otherwise is in nobody's
        way."""
        other = Server()
        self.addCleanup(other.stop)
        server = Server(warm=True, prefix=(
            "unshare", "--pid", "--fork", "--mount-proc", "sh", "-c",
            'echo 2 > /proc/sys/vm/memfd_noexec && exec "$@"', "sh"))
        self.addCleanup(server.kill)
        self.assertIn("forks copy its page tables: memfd_create: Permission denied", server.log())
        for zygote in server.request("GET", "/v1/sandbox").json["zygotes"]:
            self.assertEqual(zygote["image_bytes"], 0)
        for each in (server, other):
            self.assertEqual(each.result("import numpy\nprint(6 * 7)")["stdout"], "42\n")
        inside = kernel.children(server.pid)
        os.kill(inside[0], signal.SIGTERM)
        self.assertEqual(server.process.wait(45 * PATIENCE), 0)

    def test_port_and_host_of_the_environment(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = subprocess.Popen([BINARY, "serve"], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True,
                                   env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1"})
        try:
            for line in process.stdout:
                if "serving on" in line:
                    break
            self.assertIn(f"http://127.0.0.1:{port}", line)
        finally:
            process.terminate()
            process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
