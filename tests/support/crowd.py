"""Many clients at once, from one thread: each its own connection, all open together."""

import json
import re
import selectors
import socket
import time

from support.server import PATIENCE, Answer


def run_request(code, path="/run", close=True, **fields):
    """The bytes of a request to run a program."""
    return post_request(path, json.dumps({"code": code, **fields}).encode(), close)


def post_request(path, body, close=True):
    end = b"Connection: close\r\n" if close else b""
    return (b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s"
            b"Content-Length: %d\r\n\r\n" % (path.encode(), end, len(body))) + body


def parse_answer(data, seconds=0.0):
    """An Answer, or None while it is incomplete."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    lines = head.decode("latin-1").split("\r\n")
    status = int(re.match(r"HTTP/1\.1 (\d{3}) ", lines[0])[1])
    headers = [line.split(": ", 1) for line in lines[1:]]
    length = int({name.lower(): value for name, value in headers}.get("content-length", 0))
    if len(body) < length:
        return None
    return Answer(status, headers, body[:length], seconds)


class Client:
    """One of a crowd."""

    def __init__(self, port, request):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.rest = request
        self.data = b""
        self.answer = None
        self.error = None
        self.start = time.monotonic()
        try:
            self.socket.connect(("127.0.0.1", port))
        except BlockingIOError:
            pass

    def step(self, events):
        """True when it is done."""
        try:
            if events & selectors.EVENT_WRITE and self.rest:
                self.rest = self.rest[self.socket.send(self.rest):]
            if events & selectors.EVENT_READ:
                data = self.socket.recv(65536)
                self.data += data
                self.answer = parse_answer(self.data, time.monotonic() - self.start)
                if not data and not self.answer:
                    self.error = f"closed after {self.data[:200]!r}"
        except OSError as error:
            self.answer = parse_answer(self.data, time.monotonic() - self.start)
            self.error = None if self.answer else repr(error)
        return bool(self.answer or self.error)


def crowd(port, requests, seconds=60, at_once=None):
    """Sends all requests, each on its own connection; the clients, in the order of the requests.

    A client has an `answer` or an `error`. `at_once` bounds the connections that are open together.
    """
    selector = selectors.DefaultSelector()
    waiting = list(enumerate(requests))[::-1]
    clients = {}
    open_now = 0
    deadline = time.monotonic() + seconds * PATIENCE
    while waiting or open_now:
        while waiting and (at_once is None or open_now < at_once):
            index, request = waiting.pop()
            client = clients[index] = Client(port, request)
            selector.register(client.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, client)
            open_now += 1
        for key, events in selector.select(max(0, min(1, deadline - time.monotonic()))):
            client = key.data
            done = client.step(events)
            if done:
                selector.unregister(client.socket)
                client.socket.close()
                open_now -= 1
            elif not client.rest:
                selector.modify(client.socket, selectors.EVENT_READ, client)
        if time.monotonic() > deadline:
            for key in list(selector.get_map().values()):
                key.data.error = f"no answer within {seconds * PATIENCE} s"
                key.data.socket.close()
            break
    selector.close()
    return [clients[index] for index in range(len(requests)) if index in clients]
