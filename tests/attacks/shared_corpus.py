"""What the corpus of attacks beside the project expects on the host; its README says so."""

import contextlib
import os
import pathlib
import socket
import threading

FOLDER = pathlib.Path("/tmp/pyrunner-canary")
TCP, UDP = 18999, 18998
ANSWER = b"PRLNET,CANARY\n"


class Planted(contextlib.ExitStack):
    """A context. Its names and ports are fixed, so there can be one at a time on a machine."""

    environment = {"PYRUNNER_CANARY_ENV": "CANARY-env"}
    neighbour = "neighbour"
    description = {}

    def __enter__(self):
        super().__enter__()
        FOLDER.mkdir()
        self.callback(FOLDER.rmdir)
        FOLDER.chmod(0o755)
        secret = FOLDER / "secret"
        secret.write_text("CANARY-file")
        self.callback(secret.unlink)
        for family, address in ((socket.AF_INET, ("127.0.0.1", TCP)), (socket.AF_UNIX, "\0pyrunner-canary"),
                                (socket.AF_UNIX, str(FOLDER / "sock"))):
            self.listen(family, address)
        os.chmod(FOLDER / "sock", 0o777)
        self.callback((FOLDER / "sock").unlink)
        echo = self.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        echo.bind(("127.0.0.1", UDP))
        self.serve(echo, lambda: echo.sendto(*echo.recvfrom(4096)))
        return self

    def listen(self, family, address):
        listener = self.enter_context(socket.socket(family))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(64)

        def answer():
            peer, _ = listener.accept()
            with peer, contextlib.suppress(OSError):
                peer.sendall(ANSWER)
        self.serve(listener, answer)

    def serve(self, listener, work):
        def loop():
            with contextlib.suppress(OSError):
                while True:
                    work()

        def wake():
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        self.callback(wake)
        threading.Thread(target=loop, daemon=True).start()
