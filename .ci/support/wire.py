"""Requests written octet by octet, and the answers to them; servers that show requests as they were received."""

import contextlib
import http.client
import json
import socket
import threading
import time


class Final(http.client.HTTPResponse):
    """Leaves out all interim answers, of which http.client knows 100 only."""

    def _read_status(self):
        while True:
            version, status, reason = super()._read_status()
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            while self.fp.readline(65537) not in (b"\r\n", b"\n", b""):
                pass


class Answer:
    def __init__(self, sock, method):
        response = Final(sock, method=method)
        response.begin()
        self.status, self.fields, self.content = response.status, response.getheaders(), response.read()

    def __repr__(self):
        return f"{self.status} {self.fields} {self.content[:2000]!r}"

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def field(self, name):
        return next(iter(self.all(name)), None)

    @property
    def json(self):
        return json.loads(self.content)


def head(method, target, host, fields=()):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def connect(port, tls=None, source="127.0.0.1"):
    """A connection to this machine, from an address of it; `tls` is a context for TLS."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=15, source_address=(source, 0))
    return tls.wrap_socket(sock, server_hostname="localhost") if tls else sock


def send(sock, octets, method="GET"):
    """The answer to a request that is given as octets; None if the connection is closed without one."""
    with sock:
        sock.sendall(octets)
        try:
            return Answer(sock, method)
        except (http.client.RemoteDisconnected, ConnectionResetError):
            return None


def ask(sock, host, target="/", method="GET", fields=(), content=None):
    """The answer to a request on a connection of its own."""
    fields = [*fields] if any(name == "Connection" for name, _ in fields) else [*fields, ("Connection", "close")]
    if content is not None:
        fields.append(("Content-Length", len(content)))
    return send(sock, head(method, target, host, fields) + (content or b""), method)


def wait_for(condition, about, seconds=20):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, about
        time.sleep(0.01)
    return result


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Request:
    """A request as it was received: target and fields unchanged, the content without its framing."""

    def __init__(self, lines, rest, sock, peer):
        first = lines[0].split(" ")
        self.method, self.target = first[0], " ".join(first[1:-1])
        self.fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        self.head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.sock, self.rest, self.peer, self.is_read = sock, rest, peer, False

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def field(self, name):
        return next(iter(self.all(name)), None)

    def read(self):
        """Yields the content that has not been read."""
        if self.is_read:
            return
        self.is_read = True
        if "chunked" in (self.field("Transfer-Encoding") or "").lower():
            while (size := int(self.line().split(b";")[0], 16)) > 0:
                yield self.exactly(size)
                self.line()
            while self.line():
                pass
        else:
            left = int(self.field("Content-Length") or 0)
            while left > 0:
                if not self.rest:
                    self.more()
                part, self.rest = self.rest[:left], self.rest[left:]
                left -= len(part)
                yield part

    def more(self):
        octets = self.sock.recv(65536)
        if not octets:
            raise ConnectionError
        self.rest += octets

    def exactly(self, count):
        while len(self.rest) < count:
            self.more()
        part, self.rest = self.rest[:count], self.rest[count:]
        return part

    def line(self):
        while b"\r\n" not in self.rest:
            self.more()
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line


class Listener:
    """Calls `serve(request)` for each request; it returns the octets of the answer, or None once the connection is its own."""

    def __init__(self, serve, port=0):
        self.serve, self.sock = serve, socket.create_server(("127.0.0.1", port), backlog=256)
        self.connections, self.lock = set(), threading.Lock()
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        # Closing alone does not wake the thread that accepts.
        with self.lock:
            for sock in [self.sock, *self.connections]:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            self.sock.close()

    def accept(self):
        while True:
            try:
                sock, peer = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self.converse, args=(sock, peer), daemon=True).start()

    def converse(self, sock, peer):
        with self.lock:
            self.connections.add(sock)
        try:
            with sock, contextlib.suppress(OSError, ValueError):
                self.exchange(sock, peer)
        finally:
            with self.lock:
                self.connections.discard(sock)

    def exchange(self, sock, peer):
        rest = b""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            while b"\r\n\r\n" not in rest:
                octets = sock.recv(65536)
                if not octets:
                    return
                rest += octets
            lines, _, rest = rest.partition(b"\r\n\r\n")
            request = Request(lines.decode("latin-1").split("\r\n"), rest, sock, peer)
            if "100-continue" in (request.field("Expect") or "").lower():
                sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            octets = self.serve(request)
            if octets is None:
                return
            for _ in request.read():
                pass
            rest = request.rest
            sock.sendall(octets)


def answer(status, fields=(), content=b""):
    lines = [f"HTTP/1.1 {status} {http.client.responses[status]}", *(f"{name}: {value}" for name, value in fields),
             f"Content-Length: {len(content)}"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content
