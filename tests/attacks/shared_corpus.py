"""What the corpus of attacks beside the project expects on the host; its README says so."""

import contextlib
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
        if not FOLDER.exists():  # Somebody may have planted it to stay.
            FOLDER.mkdir()
            self.callback(FOLDER.rmdir)
        FOLDER.chmod(0o755)
        secret, path = FOLDER / "secret", FOLDER / "sock"
        if not secret.exists():
            secret.write_text("CANARY-file")
            self.callback(secret.unlink)
        path.unlink(missing_ok=True)
        for family, address in ((socket.AF_INET, ("127.0.0.1", TCP)), (socket.AF_UNIX, str(path)),
                                (socket.AF_UNIX, "\0pyrunner-canary")):
            self.listen(family, address)
        self.callback(path.unlink)
        path.chmod(0o777)
        echo = self.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        echo.bind(("127.0.0.1", UDP))

        def repeat():
            data, peer = echo.recvfrom(4096)
            if not peer:
                raise OSError("shut down")
            echo.sendto(data, peer)
        self.serve(echo, repeat)
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
