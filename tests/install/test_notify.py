"""What the service tells the manager that started it, through a real socket."""

import pathlib
import socket
import sys
import tempfile
import threading
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from tests.support.server import PATIENCE, Server  # noqa: E402


class Manager:
    """Keeps what it is told."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        if not address.startswith("@"):
            pathlib.Path(address).chmod(0o777)  # The gateway is an ordinary user; systemd's is like that.
        self.socket.settimeout(30 * PATIENCE)
        self.messages = []
        self.changed = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            try:
                message = self.socket.recv(4096).decode()
            except OSError:
                return
            with self.changed:
                self.messages.append(dict(line.split("=", 1) for line in message.splitlines()))
                self.changed.notify_all()

    def await_message(self, name):
        def found():
            return next((message for message in self.messages if name in message), None)
        with self.changed:
            assert self.changed.wait_for(found, 30 * PATIENCE), f"no {name} in {self.messages}"
            return found()


class Notification(unittest.TestCase):
    def start(self, address, *flags, **env):
        manager = Manager(address)
        self.addCleanup(manager.socket.close)
        server = Server(*flags, env={"NOTIFY_SOCKET": address, **env})
        self.addCleanup(server.kill)
        return manager, server

    def test_ready_and_stopping(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder).chmod(0o755)
            manager, server = self.start(f"{folder}/notify", "--drain-time", "5")
            self.assertEqual(manager.await_message("READY"),
                             {"READY": "1", "STATUS": f"serving on http://127.0.0.1:{server.port}"})
            self.assertEqual(len(manager.messages), 1, "nothing is told before, and no watchdog was asked for")
            self.assertEqual(server.stop(), 0)
            self.assertEqual(manager.await_message("STOPPING"),
                             {"STOPPING": "1", "EXTEND_TIMEOUT_USEC": "20000000", "STATUS": "finishing what runs"})

    def test_an_abstract_socket_and_a_watchdog(self):
        manager, server = self.start(f"@pyrunner-test-{uuid.uuid4().hex}", WATCHDOG_USEC="300000")
        manager.await_message("READY")
        with manager.changed:
            self.assertTrue(manager.changed.wait_for(
                lambda: [message for message in manager.messages if "WATCHDOG" in message][2:], 30 * PATIENCE))
        self.assertEqual(server.stop(), 0)

    def test_programs_do_not_learn_of_it(self):
        name = f"@pyrunner-test-{uuid.uuid4().hex}"
        manager, server = self.start(name, "--policy", "open")
        manager.await_message("READY")
        server.await_log("zygote science: warm", 60)
        self.assertNotIn("NOTIFY_SOCKET", server.result("import os\nprint(dict(os.environ))")["stdout"])
        answer = server.result("import socket\nsocket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"
                               f".sendto(b'STOPPING=1', '\\0{name[1:]}')")
        self.assertEqual(answer["status"], "error")
        self.assertEqual([message for message in manager.messages if "STOPPING" in message], [])
        self.assertEqual(server.stop(), 0)

    def test_one_that_does_not_start_is_never_ready(self):
        manager = Manager(f"@pyrunner-test-{uuid.uuid4().hex}")
        self.addCleanup(manager.socket.close)
        with self.assertRaises(AssertionError):
            Server("--host", "192.0.2.1", env={"NOTIFY_SOCKET": "@" + manager.socket.getsockname()[1:].decode()})
        self.assertEqual(manager.messages, [])


if __name__ == "__main__":
    unittest.main()
