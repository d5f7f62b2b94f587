"""HTTP: what is malformed, odd or too large gets one clear answer; the rest of the bytes nobody."""

import json
import pathlib
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.crowd import parse_answer, post_request, run_request  # noqa: E402
from support.server import PATIENCE, ServerTest  # noqa: E402

HEAD = b"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BODY = b'{"code":"print(1)"}'


class Raw(ServerTest):
    def exchange(self, data, seconds=10):
        """All bytes that come back until the server closes; it must close in time."""
        with socket.create_connection(("127.0.0.1", self.server.port), seconds * PATIENCE) as s:
            s.sendall(data)
            received = b""
            while True:
                try:
                    piece = s.recv(65536)
                except ConnectionResetError:
                    return received
                if not piece:
                    return received
                received += piece

    def refused(self, data, *statuses):
        """Answered once, with JSON, and the connection closed. Returns the answer."""
        received = self.exchange(data)
        answer = parse_answer(received)
        self.assertIsNotNone(answer, received)
        self.assertIn(answer.status, statuses, answer)
        self.assertEqual(received.count(b"HTTP/1.1 "), 1, received)
        self.assertEqual(answer.headers["connection"], "close")
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertIn("detail", answer.json)
        return answer


class Framing(Raw):
    flags = ("--max-body-kb", "1024")

    def test_shapes_that_smuggle(self):
        inner = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for name, head in {
                "length_and_chunked": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                "chunked_and_length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
                "two_lengths": b"Content-Length: 4\r\nContent-Length: 50\r\n",
                "same_length_twice": b"Content-Length: 4\r\nContent-Length: 4\r\n",
                "length_list": b"Content-Length: 4, 4\r\n", "plus": b"Content-Length: +4\r\n",
                "minus": b"Content-Length: -4\r\n", "hex": b"Content-Length: 0x4\r\n",
                "underscore": b"Content-Length: 1_0\r\n", "empty_length": b"Content-Length: \r\n",
                "overflow": b"Content-Length: 18446744073709551620\r\n",
                "space_before_colon": b"Content-Length : 4\r\n",
                "folded": b"X-A: b\r\n Content-Length: 4\r\n",
                "identity": b"Transfer-Encoding: identity\r\n",
                "chunked_twice": b"Transfer-Encoding: chunked, chunked\r\n",
                "two_codings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "gzip_chunked": b"Transfer-Encoding: gzip, chunked\r\n",
                "odd_coding": b"Transfer-Encoding: xchunked\r\n",
                "tab_coding": b"Transfer-Encoding:\x0bchunked\r\n",
                "null_in_value": b"X-A: a\0b\r\n", "carriage_return_in_value": b"X-A: a\rb\r\n",
                "no_name": b": x\r\n", "no_colon": b"Nonsense\r\n",
                "bare_newline": b"X-A: b\nContent-Length: 4\r\n",
                "two_hosts": b"Host: localhost\r\n",
        }.items():
            with self.subTest(shape=name):
                self.refused(HEAD + head + b"\r\n" + b"0\r\n\r\n" + inner, 400, 413, 501)

    def test_request_lines(self):
        for name, line, statuses in (
                ("no_version", b"GET /\r\n", (400, 505)),
                ("http_2", b"GET / HTTP/2.0\r\n", (400, 505)),
                ("http_1_2_garbage", b"GET / HTTP/1.12\r\n", (400, 505)),
                ("lower_case", b"GET / http/1.1\r\n", (400, 505)),
                ("two_spaces", b"GET  / HTTP/1.1\r\n", (400,)),
                ("absolute_other", b"GET http://example.com/ HTTP/1.1\r\n", (400, 421)),
                ("connect", b"CONNECT example.com:443 HTTP/1.1\r\n", (400, 405, 501)),
                ("space_in_path", b"GET /a b HTTP/1.1\r\n", (400,)),
                ("null_in_path", b"GET /\0 HTTP/1.1\r\n", (400,)),
                ("fragment", b"GET /#x HTTP/1.1\r\n", (400, 404)),
                ("bytes", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", (400,)),
                ("long", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n", (414,))):
            with self.subTest(line=name):
                self.refused(line + b"Host: localhost\r\nConnection: close\r\n\r\n", *statuses)

    def test_hosts(self):
        self.refused(b"GET / HTTP/1.1\r\n\r\n", 400, 421)
        self.refused(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421)
        self.refused(b"GET / HTTP/1.1\r\nHost: local host\r\n\r\n", 400)
        for host in (b"localhost", b"LOCALHOST:1234", b"127.0.0.1", b"[::1]:80"):
            with self.subTest(host=host):
                answer = parse_answer(self.exchange(
                    b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"))
                self.assertEqual(answer.status, 200)

    def test_sizes_of_the_head(self):
        self.refused(HEAD + b"X: " + b"a" * 40_000 + b"\r\n\r\n", 431)
        self.refused(HEAD + b"".join(b"X-%d: a\r\n" % i for i in range(100)) + b"\r\n", 431)

    def test_size_of_the_body(self):
        self.refused(HEAD + b"Content-Length: 99999999\r\n\r\n", 413)
        self.refused(HEAD + b"Content-Length: %d\r\n\r\n" % (2**63), 400, 413)
        self.refused(HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
                     + (b"80000\r\n" + b" " * (1 << 19) + b"\r\n") * 3, 413)
        self.refused(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n", 400, 413)

    def test_chunks(self):
        good = HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = parse_answer(self.exchange(
            good + b"8\r\n" + BODY[:8] + b"\r\n" + b"%X\r\n" % (len(BODY) - 8) + BODY[8:]
            + b"\r\n0\r\nTrailer: x\r\n\r\n"))
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "1\n"))
        for name, chunks in {"no_size": b"\r\nabc", "negative": b"-1\r\n", "plus": b"+5\r\n",
                             "prefix": b"0x5\r\n", "bare_newline": b"5\nhello\r\n",
                             "data_too_long": b"5\r\nhello world\r\n0\r\n\r\n",
                             "extension": b"5;a=b\r\nhello\r\n0\r\n\r\n",
                             "endless_extension": b"5;" + b"a" * 70_000}.items():
            with self.subTest(chunks=name):
                self.refused(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, 400, 413, 431)

    def test_expectations(self):
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as s:
            s.sendall(HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d"
                      b"\r\n\r\n" % len(BODY))
            self.assertEqual(s.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
            s.sendall(BODY)
            self.assertIn(b" 200 OK\r\n", s.recv(65536))
        self.refused(HEAD + b"Expect: 200-maybe\r\nContent-Length: 1\r\n\r\n", 400, 417)
        # What is too long is said before it is sent.
        self.refused(HEAD + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413)

    def test_pipelined_requests_are_answered_in_order(self):
        received = self.exchange(
            b"".join(run_request(f"print({i})", close=False) for i in range(10))
            + b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        printed = [piece.split('"')[0] for piece in received.decode().split('"stdout":"')[1:]]
        self.assertEqual(printed, [f"{i}\\n" for i in range(10)])
        self.assertTrue(received.endswith(b'{"status":"healthy"}'))

    def test_a_request_in_small_pieces(self):
        data = run_request("print('slow')")
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in data:
                s.sendall(bytes([byte]))
            received = b""
            while piece := s.recv(65536):
                received += piece
        self.assertEqual(parse_answer(received).json["stdout"], "slow\n")

    def test_http_1_0(self):
        received = self.exchange(b"POST /run HTTP/1.0\r\nHost: localhost\r\nContent-Type: "
                                 b"application/json\r\nContent-Length: 19\r\n\r\n" + BODY)
        self.assertEqual(parse_answer(received).json["stdout"], "1\n")

    def test_a_client_that_leaves_early(self):
        for data in (b"", b"GET", HEAD, HEAD + b"Content-Length: 100\r\n\r\nhalf",
                     HEAD + b"Content-Length: 19\r\n\r\n" + BODY):
            with self.subTest(data=data):
                with socket.create_connection(("127.0.0.1", self.server.port), 10) as s:
                    s.sendall(data)
        self.assertEqual(self.prints("print('served')"), "served\n")

    def test_a_slow_head_is_given_up(self):
        start = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.server.port), 30 * PATIENCE) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: loc")
            received = s.recv(65536)
        self.assertTrue(received == b"" or parse_answer(received).status == 408, received)
        self.assertLess(time.monotonic() - start, 13 * PATIENCE)


class Methods(Raw):
    def test_wrong_methods_name_the_right_ones(self):
        for path, method, allowed in (
                ("/run", "GET", {"POST"}), ("/run", "DELETE", {"POST"}),
                ("/pyrunner/run", "PUT", {"POST"}), ("/", "POST", {"GET", "HEAD"}),
                ("/health", "PATCH", {"GET", "HEAD"}), ("/health", "POST", {"GET", "HEAD"})):
            with self.subTest(path=path, method=method):
                answer = self.server.request(method, path, BODY if method != "GET" else None)
                self.assertEqual((answer.status, answer.json),
                                 (405, {"detail": "Method Not Allowed"}))
                self.assertEqual({name.strip() for name in answer.headers["allow"].split(",")}
                                 - {"OPTIONS"}, allowed)

    def test_unknown_paths(self):
        for path in ("/nothing", "/run/", "/RUN", "//run", "/run/../health", "/%72un", "/docs/nothing"):
            with self.subTest(path=path):
                answer = self.server.request("GET", path)
                self.assertEqual((answer.status, answer.json), (404, {"detail": "Not Found"}))

    def test_head_has_no_body(self):
        received = self.exchange(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head, _, body = received.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 200 OK"))
        self.assertEqual(body, b"")

    def test_no_page_of_another_site_may_use_it(self):
        for method in ("OPTIONS", "POST"):
            answer = self.server.request(method, "/run", BODY, {
                "Origin": "http://evil.example", "Content-Type": "application/json",
                "Access-Control-Request-Method": "POST"})
            self.assertEqual(answer.status, 403)
            self.assertNotIn("access-control-allow-origin", answer.headers)


class Json(Raw):
    def answer_to(self, body):
        answer = parse_answer(self.exchange(post_request("/run", body)))
        self.assertEqual(answer.headers["content-type"], "application/json")
        return answer

    def test_what_is_no_json(self):
        for name, body in {
                "open": b'{"code":"1"', "single_quotes": b"{'code':'1'}", "trailing": BODY + b"x",
                "two": BODY + BODY, "comma": b'{"code":"1",}', "comment": b'{"code":"1"/**/}',
                "control": b'{"code":"a\nb"}', "escape": b'{"code":"\\x"}',
                "nan": b'{"timeout":NaN}',
                "infinity": b'{"timeout":Infinity,"code":"1"}', "number": b'{"timeout":01}',
                "deep_arrays": b"[" * 100_000, "deep_objects": b'{"a":' * 100_000,
                "deep_and_closed": b'{"code":"1","x":' + b"[" * 5000 + b"]" * 5000 + b"}",
                "bytes": b'{"code":"\xff\xfe"}', "overlong": b'{"code":"\xc0\xaf"}',
                "utf8_surrogate": b'{"code":"\xed\xa0\x80"}',
                "utf16": BODY.decode().encode("utf-16"),
                "huge_number": b'{"code":"1","timeout":1e999}'}.items():
            with self.subTest(body=name):
                answer = self.answer_to(body)
                self.assertIn(answer.status, (400, 422), answer)
                self.assertIn("detail", answer.json)

    def test_lone_surrogates(self):
        for text in (r"\ud800", r"\udc00", r"\ud800x", r"\ud800\ud800", r"\udfff\ud800"):
            with self.subTest(text=text):
                answer = self.answer_to(b'{"code":"print(1) # %s"}' % text.encode())
                self.assertIn(answer.status, (200, 400, 422), answer)
                if answer.status == 200:
                    self.assertIn(answer.json["status"], ("success", "error"))

    def test_what_is(self):
        for name, body, stdout in (
                ("pair", rb'{"code":"print(len(\"\ud834\udd1e\"))"}', "1\n"),
                ("space", b' \t\r\n{ "code" : "print(1)" } \n', "1\n"),
                ("byte_order_mark_free", '{"code":"print(\'ä\')"}'.encode(), "ä\n"),
                ("escapes", rb'{"code":"print(\"a\u00e4\\n\")"}', "aä\n\n"),
                ("many_fields", json.dumps({**{f"f{i}": i for i in range(5000)},
                                            "code": "print(1)"}).encode(), "1\n")):
            with self.subTest(body=name):
                answer = self.answer_to(body)
                self.assertEqual((answer.status, answer.json.get("stdout")), (200, stdout), answer)


if __name__ == "__main__":
    unittest.main()
