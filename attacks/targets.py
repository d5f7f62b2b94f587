"""What an attack may reach on a host if a wall is missing: planted before a suite, gone after it.

    with Targets() as targets:
        targets.description   # what the programs are told, as JSON: where things are, not the secrets
        targets.environment   # for the service's own environment

Every secret is `canary-` and 24 hexadecimal digits; the programs know its SHA-256 only. Everything
has a name of its own, so that several suites can run beside each other.
"""

import ctypes
import hashlib
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

MARK = "pyrunner-attack"  # in the name of whatever a target or an attack makes

IPC_CREAT, IPC_RMID = 0o1000, 0
SHM_BYTES = 4096


class Targets:
    def __init__(self, uid=None):
        """`uid`: whose the other process is; by default this one's own."""
        self.uid = uid
        self.words = []
        self.closing = []
        self.description = {}

    def word(self):
        word = "canary-" + secrets.token_hex(12)
        self.words.append(word)
        return word

    def __enter__(self):
        try:
            self.plant()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for close in reversed(self.closing):
            close()
        self.closing.clear()

    def plant(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{MARK}-", dir="/tmp"))
        self.closing.append(lambda: shutil.rmtree(self.folder))
        self.folder.chmod(0o755)
        self.drop = self.folder / "drop"  # where everybody may write
        self.drop.mkdir()
        self.drop.chmod(0o1777)
        handle, self.elsewhere = tempfile.mkstemp(prefix=f"{MARK}-", dir="/var/tmp")
        self.closing.append(lambda: os.unlink(self.elsewhere))
        os.write(handle, self.word().encode())
        os.close(handle)
        os.chmod(self.elsewhere, 0o644)
        secret = self.folder / "secret"
        secret.write_text(self.word())
        secret.chmod(0o644)
        self.environment = {"ATTACK_SECRET": self.word()}
        self.neighbour = self.word()  # for programs of honest clients
        unix = str(self.folder / "socket")
        abstract = f"\0{self.folder.name}"
        self.description = {
            "folder": str(self.folder), "file": str(secret), "elsewhere": self.elsewhere,
            "drop": str(self.drop), "unix": unix, "abstract": abstract,
            "datagram": str(self.folder / "datagram"),
            "port": self.listen(socket.AF_INET, ("127.0.0.1", 0)),
            "udp": self.answer(socket.AF_INET, ("127.0.0.1", 0)),
            "pid": self.process(), "shm": self.segment(), "hostname": socket.gethostname(),
        }
        self.listen(socket.AF_UNIX, unix)
        os.chmod(unix, 0o777)
        self.listen(socket.AF_UNIX, abstract)
        self.answer(socket.AF_UNIX, self.description["datagram"])
        os.chmod(self.description["datagram"], 0o777)
        self.description["sha256"] = [hashlib.sha256(word.encode()).hexdigest()
                                      for word in self.words]

    def serve(self, listener, work):
        def loop():
            while True:
                try:
                    work(listener)
                except OSError:
                    return
        threading.Thread(target=loop, daemon=True).start()

        def close():
            try:
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
            except OSError:
                pass
            listener.close()
        self.closing.append(close)

    def listen(self, family, address):
        """A stream socket that tells whoever connects a secret; its port, if it has one."""
        listener = socket.socket(family)
        listener.bind(address)
        listener.listen(64)
        word = self.word().encode()

        def work(listener):
            peer, _ = listener.accept()
            try:
                with peer:
                    peer.sendall(word)
            except OSError:
                pass
        self.serve(listener, work)
        return listener.getsockname()[1] if family == socket.AF_INET else None

    def answer(self, family, address):
        """A datagram socket that answers with a secret, and remembers that somebody spoke."""
        listener = socket.socket(family, socket.SOCK_DGRAM)
        listener.bind(address)
        word = self.word().encode()

        def work(listener):
            data, peer = listener.recvfrom(4096)
            if not data:
                raise OSError("shut down")
            (self.drop / "spoken-to").touch()
            if peer:
                listener.sendto(word, peer)
        self.serve(listener, work)
        return listener.getsockname()[1] if family == socket.AF_INET else None

    def process(self):
        """Somebody else's process, with a secret in its environment."""
        other = subprocess.Popen(["sleep", "3600"], env={"ATTACK_SECRET": self.word()},
                                 stdin=subprocess.DEVNULL, user=self.uid, group=self.uid,
                                 extra_groups=[] if self.uid is not None else None)

        def end():
            other.send_signal(signal.SIGKILL)
            other.wait()
        self.other = other
        self.closing.append(end)
        return other.pid

    def segment(self):
        """The key of a System V shared memory segment that everybody may attach."""
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        key = secrets.randbelow(1 << 30) + 1
        segment = libc.shmget(key, SHM_BYTES, IPC_CREAT | 0o666)
        if segment < 0:
            return 0
        self.closing.append(lambda: libc.shmctl(segment, IPC_RMID, None))
        address = libc.shmat(segment, None, 0)
        word = self.word().encode()
        ctypes.memmove(address, word, len(word))
        libc.shmdt(ctypes.c_void_p(address))
        return key

    def disturbed(self):
        """What an attack changed; empty if nothing."""
        found = [str(path) for path in self.drop.iterdir()]
        daemon = f"(left-{self.folder.name[-8:]}) "
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                text = path.read_text()
            except OSError:
                continue
            if daemon in text and text.split(") ")[1][0] not in "ZX":
                found.append(f"a daemon is left: {path.parent.name}")
        if self.other.poll() is not None:
            found.append("the other process has ended")
        return found
