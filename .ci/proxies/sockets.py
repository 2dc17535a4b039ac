"""A WebSocket client for one thread.

That of `websockets` reads and writes in two, which Python's TLS sockets do not bear before version 3.13."""

from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri


class Ended(Exception):
    """The connection has ended."""


class WebSocket:
    """An open connection; `InvalidStatus` is raised if it is refused."""

    def __init__(self, sock, url, fields):
        self.sock, self.protocol, self.frames = sock, ClientProtocol(parse_uri(url)), []
        request = self.protocol.connect()
        for name, value in fields:
            request.headers[name] = value
        self.protocol.send_request(request)
        self.flush()
        while self.protocol.state is State.CONNECTING and not self.protocol.handshake_exc:
            self.fill()
        if self.protocol.handshake_exc:
            raise self.protocol.handshake_exc

    def send(self, text):
        self.protocol.send_text(text.encode())
        self.flush()

    def receive(self):
        """The next text; raises `Ended` at the end, however it comes."""
        while not self.frames:
            if self.protocol.state is State.CLOSED:
                raise Ended
            self.fill()
        return self.frames.pop(0)

    def fill(self):
        try:
            octets = self.sock.recv(65536)
        except ConnectionError:
            octets = b""
        self.protocol.receive_data(octets) if octets else self.protocol.receive_eof()
        self.frames += [event.data.decode() for event in self.protocol.events_received()
                        if getattr(event, "opcode", None) is not None and event.opcode.name == "TEXT"]
        self.flush()

    def flush(self):
        for octets in self.protocol.data_to_send():
            if octets:
                self.sock.sendall(octets)
