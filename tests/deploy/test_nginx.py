"""nginx with deploy/nginx.conf in front of a real service, with real traffic through both."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.crowd import parse_answer, run_request  # noqa: E402
from support.server import PATIENCE, ROOT, Answer, Server, until  # noqa: E402

NAME = "runner.example"
JSON = {"Content-Type": "application/json"}
PAGE = (ROOT / "docs" / "proxy.md").read_text()
LINES = [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S)
         for line in block.splitlines()]
COMMANDS = {line.split()[0]: line for line in LINES}

MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
worker_processes 2;
events {{ worker_connections 1024; }}
http {{
    log_format upstreams '$request_method $status | $upstream_addr | $upstream_bytes_sent';
    access_log {folder}/access.log upstreams;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/pyrunner.conf;
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def replaced(text, *pairs):
    for old, new in pairs:
        if old not in text:
            raise AssertionError(f"deploy/nginx.conf has no {old!r} any more")
        text = text.replace(old, new)
    return text


class Nginx:
    """deploy/nginx.conf on ports of its own, with the certificate of the page's command. With several
    ports of services it has the upstream of deploy/nginx-balance.conf."""

    def __init__(self, *service_ports):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pyrunner-nginx-"))
        self.folder.chmod(0o755)  # the workers are another user's
        subprocess.run(["bash", "-c", COMMANDS["openssl"]], cwd=self.folder, check=True,
                       capture_output=True)
        self.port, self.plain_port = free_port(), free_port()
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        if len(service_ports) > 1:
            text = re.sub(r"^upstream .*?^}$", (ROOT / "deploy" / "nginx-balance.conf").read_text(), text,
                          flags=re.M | re.S)
        (self.folder / "pyrunner.conf").write_text(replaced(
            text, *((f"127.0.0.1:{8000 + i}", f"127.0.0.1:{port}") for i, port in enumerate(service_ports)),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("/etc/nginx/runner.", f"{self.folder}/runner.")))
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder))
        self.process = None

    def start(self):
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if not program:
            raise AssertionError("there is no nginx: apt-get install nginx-light")
        arguments = [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"),
                     "-e", str(self.folder / "error.log")]
        checked = subprocess.run([*arguments, "-t"], capture_output=True, text=True, timeout=60)
        if checked.returncode != 0:
            raise AssertionError(checked.stderr)
        self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self.listens, 10, f"nginx listens: {self.log()}")

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def log(self):
        path = self.folder / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class ThroughNginx(unittest.TestCase):
    flags = ()

    @classmethod
    def setUpClass(cls):
        words = shlex.split(COMMANDS["build/release/pyrunner"])
        cls.server = Server("--policy", "open", *words[2:], *cls.flags)
        cls.addClassCleanup(cls.server.kill)
        cls.nginx = Nginx(cls.server.port)
        cls.addClassCleanup(cls.nginx.stop)
        cls.nginx.start()
        cls.tls = ssl.create_default_context(cafile=cls.nginx.folder / "runner.crt")

    def tcp(self, seconds=30):
        raw = socket.create_connection(("127.0.0.1", self.nginx.port), seconds * PATIENCE)
        return self.tls.wrap_socket(raw, server_hostname=NAME)

    def connect(self):
        connection = http.client.HTTPSConnection(NAME, self.nginx.port, context=self.tls)
        connection.sock = self.tcp(90)
        self.addCleanup(connection.close)
        return connection

    def request(self, method, path, body=None, headers=None, connection=None):
        connection = connection or self.connect()
        connection.request(method, path, body, {"Host": NAME, **(headers or {})})
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())

    def run_code(self, code, connection=None, headers=None, **fields):
        return self.request("POST", "/run", json.dumps({"code": code, **fields}),
                            {**JSON, **(headers or {})}, connection)

    def exchange(self, data, seconds=20):
        """All that comes back until the connection is closed."""
        received = b""
        with self.tcp(seconds) as connection:
            connection.sendall(data)
            try:
                while piece := connection.recv(65536):
                    received += piece
            except (ConnectionResetError, ssl.SSLError):
                pass
        return received


class Traffic(ThroughNginx):
    def test_the_pages_commands(self):
        self.assertEqual(list(COMMANDS.values()), LINES, "one of them is run nowhere")
        line = replaced(COMMANDS["curl"], (f"{NAME}:443:", f"{NAME}:{self.nginx.port}:"),
                        (f"https://{NAME}/", f"https://{NAME}:{self.nginx.port}/"),
                        ("curl ", "curl -sS "))
        for version in ("", "--http2 ", "--http1.1 "):
            done = subprocess.run(["bash", "-c", line.replace("-sS ", "-sS " + version)],
                                  cwd=self.nginx.folder, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["stdout"], "42\n")

    def test_plain_http_leads_to_tls(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.nginx.plain_port, timeout=20)
        connection.request("POST", "/run", "{}", {"Host": NAME})
        response = connection.getresponse()
        self.assertEqual((response.status, response.headers["location"]),
                         (308, f"https://{NAME}/run"))
        connection.close()

    def test_one_connection_many_requests(self):
        connection = self.connect()
        for i in range(50):
            answer = self.run_code(f"print({i})", connection)
            self.assertEqual((answer.status, answer.json["stdout"]), (200, f"{i}\n"))
            self.assertIn("server-timing", answer.headers)
            self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_connections_to_the_service_are_kept(self):
        """Those that are over stay in the kernel's table for a minute."""
        before = self.connections_to_the_service()
        for _ in range(30):
            self.assertEqual(self.run_code("print(1)").status, 200)
        self.assertLess(len(self.connections_to_the_service() - before), 10)

    def connections_to_the_service(self):
        rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
        port = f":{self.server.port:04X}"
        return {(row[1], row[2]) for row in rows if port in row[1] + row[2] and row[3] != "0A"}

    def test_many_at_once_do_not_mix(self):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda i: self.run_code(f"print('token', {i})"), range(100)))
        for i, answer in enumerate(answers):
            self.assertEqual((answer.status, answer.json["stdout"]), (200, f"token {i}\n"))

    def test_more_than_its_share_gets_429(self):
        connections = [self.connect() for _ in range(90)]
        with concurrent.futures.ThreadPoolExecutor(90) as pool:
            statuses = list(pool.map(
                lambda own: self.run_code("import time\ntime.sleep(1)", own).status, connections))
        self.assertEqual(set(statuses), {200, 429})
        self.assertGreaterEqual(statuses.count(200), 64)

    def test_large_bodies_and_answers(self):
        padding = "#" * 999_000
        answer = self.run_code(f"print('x' * 500_000)\n{padding}", filler="y" * 11_000_000)
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "x" * 500_000 + "\n"))
        answer = self.request("POST", "/run", b" " * 14_000_000, JSON)
        self.assertEqual(answer.status, 413)
        self.assertIn("too large", answer.json["detail"])

    def test_a_chunked_body(self):
        connection = self.connect()
        connection.request("POST", "/run", iter([b'{"code":', b'"print(7)"}']),
                           {"Host": NAME, **JSON}, encode_chunked=True)
        self.assertEqual(json.loads(connection.getresponse().read())["stdout"], "7\n")

    def test_a_slow_client_costs_the_service_nothing(self):
        with self.tcp() as slow:
            slow.sendall(b"POST /run HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
                         b"Content-Length: 1000\r\n\r\n{" % NAME.encode())
            start = time.monotonic()
            self.assertEqual(self.run_code("print(1)").status, 200)
            self.assertLess(time.monotonic() - start, 3 * PATIENCE)
            received = slow.recv(65536)
        self.assertLess(time.monotonic() - start, 13 * PATIENCE)
        self.assertTrue(not received or parse_answer(received).status == 408, received)


class Hostile(ThroughNginx):
    def test_requests_that_smuggle(self):
        """What nginx passes on has one reading; the inner request is never answered."""
        inner = b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" \
                b"Content-Length: 26\r\n\r\n" b'{"code":"print(\'inner\')"}'
        head = b"POST /run HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n" \
            % NAME.encode()
        for name, fields in {
                "length_and_chunked": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "chunked_and_length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "two_lengths": b"Content-Length: 5\r\nContent-Length: 200\r\n",
                "length_list": b"Content-Length: 5, 200\r\n",
                "odd_coding": b"Transfer-Encoding: xchunked\r\n",
                "chunked_twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "tab": b"Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n",
                "control": b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 5\r\n",
                "space_before_colon": b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n",
                "bare_newline": b"X: y\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "connection_listed": b"Connection: close, transfer-encoding\r\n"
                                     b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        }.items():
            with self.subTest(shape=name):
                received = self.exchange(head + fields + b"Connection: close\r\n\r\n"
                                         + b"0\r\n\r\n" + inner)
                self.assertNotIn(b"inner\\n", received)
                self.assertLessEqual(received.count(b"HTTP/1.1 "), 1, received)
                answer = parse_answer(received)
                if answer:
                    self.assertIn(answer.status, (400, 413, 422, 501), answer)
        # Nothing of it is left in a connection that nginx keeps to the service.
        for i in range(20):
            answer = self.run_code(f"print('next', {i})")
            self.assertEqual((answer.status, answer.json["stdout"]), (200, f"next {i}\n"))

    def test_pages_of_other_sites(self):
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                        {"Sec-Fetch-Site": "cross-site"},
                        {"Origin": f"http://{NAME}", "Sec-Fetch-Site": "cross-site"}):
            with self.subTest(headers=headers):
                answer = self.run_code("print(1)", headers=headers)
                self.assertEqual(answer.status, 403)
                self.assertIn("--allowed-origins", answer.json["detail"])

    def test_its_own_pages(self):
        answer = self.run_code("print(1)", headers={"Origin": f"https://{NAME}",
                                                    "Sec-Fetch-Site": "same-origin"})
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "1\n"))
        # On a port that is not TLS's own, browsers have it in both fields.
        authority = f"{NAME}:{self.nginx.port}"
        answer = self.run_code("print(1)", headers={"Host": authority,
                                                    "Origin": f"https://{authority}"})
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "1\n"))

    def test_other_names(self):
        for host in ("evil.example", "runner.example.evil.example", f"x.{NAME}"):
            with self.subTest(host=host):
                self.assertEqual(self.run_code("print(1)", headers={"Host": host}).status, 421)

    def test_what_is_not_http_gets_words(self):
        received = self.exchange(b"GARBAGE\0\r\n\r\n")
        self.assertTrue(not received or b" 400 " in received, received)
        answer = self.request("GET", "/nothing")
        self.assertEqual((answer.status, answer.json), (404, {"detail": "Not Found"}))


class Ends(ThroughNginx):
    flags = ("--max-running", "2")

    def test_clients_that_leave_stop_their_programs(self):
        for _ in range(2):
            leaving = [self.tcp() for _ in range(2)]
            for connection in leaving:
                connection.sendall(run_request("import time\ntime.sleep(60)", timeout=100)
                                   .replace(b"Host: localhost", b"Host: " + NAME.encode()))
            time.sleep(1)
            for connection in leaving:
                connection.close()
            start = time.monotonic()
            answer = self.run_code("print('next')")
            self.assertEqual((answer.status, answer.json["stdout"]), (200, "next\n"))
            self.assertLess(time.monotonic() - start, 5 * PATIENCE)


class Down(ThroughNginx):
    def test_a_service_that_is_down(self):
        self.assertEqual(self.run_code("print(1)").status, 200)
        self.assertEqual(self.server.stop(), 0)
        for _ in range(2):
            answer = self.run_code("print(1)")
            self.assertEqual(answer.status, 502)
            self.assertIn("stopped or restarting", answer.json["detail"])


if __name__ == "__main__":
    unittest.main()
