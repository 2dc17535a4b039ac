"""An application that says what it received."""

import hashlib
import json
import threading

from wire import Listener, answer
from websockets.protocol import State
from websockets.server import ServerProtocol


OK = b"HTTP/1.1 200 OK\r\n"
EXTRA = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled"

# Answers that the gateway must not pass on as they are, and whether the connection then ends.
BROKEN = {
    "both-framings": (OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + EXTRA, False),
    "two-lengths": (OK + b"Content-Length: 3\r\nContent-Length: 99\r\n\r\nabc" + EXTRA, False),
    "signed-length": (OK + b"Content-Length: +3\r\n\r\nabc" + EXTRA, False),
    "bare-lf": (b"HTTP/1.1 200 OK\nX: y\nContent-Length: 3\n\nabc" + EXTRA, False),
    "folded": (OK + b"X: y\r\n Content-Length: 8\r\nContent-Length: 3\r\n\r\nabc" + EXTRA, False),
    "space-before-colon": (OK + b"Content-Length : 3\r\n\r\nabc" + EXTRA, False),
    "nul": (OK + b"X: a\0b\r\nContent-Length: 3\r\n\r\nabc", False),
    "flood": (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1000 + OK + b"Content-Length: 3\r\n\r\nabc", False),
    "no-content-with-body": (b"HTTP/1.1 204 No Content\r\n\r\n" + EXTRA, False),
    "not-modified-with-body": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 8\r\n\r\n" + EXTRA, False),
    "early-close": (OK + b"Content-Length: 300\r\n\r\nabc", True),
    "early-close-chunked": (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", True),
    "too-long": (OK + b"Content-Length: 3\r\n\r\nabcdef", False),
    "second-answer": (OK + b"Content-Length: 3\r\n\r\nabc" + EXTRA, False),
    "head-too-long": (OK + b"X: " + b"y" * 1_000_000 + b"\r\nContent-Length: 3\r\n\r\nabc", True),
    "no-head": (b"garbage\r\n\r\n", True),
    "switched": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + EXTRA, False),
}


class Application:
    def __init__(self):
        self.received = []
        self.events = threading.Event()
        self.listener = Listener(self.serve)
        self.port = self.listener.port

    def close(self):
        self.listener.close()

    def serve(self, request):
        self.received.append(request)
        path = request.target.partition("?")[0]
        if "websocket" in (request.field("Upgrade") or "").lower():
            return self.echo(request)
        if path == "/events":
            return self.stream(request)
        if path.startswith("/broken/"):
            for _ in request.read():
                pass
            octets, closes = BROKEN[path.removeprefix("/broken/")]
            request.sock.sendall(octets)
            return None if closes else b""
        digest, length = hashlib.sha256(), 0
        for part in request.read():
            digest.update(part)
            length += len(part)
        shown = {"method": request.method, "target": request.target, "fields": request.fields,
                 "length": length, "digest": digest.hexdigest()}
        # Nothing of this may reach a browser.
        leak = [("X-Gatehouse-Assertion", "leaked"), ("X-Forwarded-User", "leaked")] if path == "/leak" else []
        return answer(200, [("Content-Type", "application/json"), *leak],
                      b"" if request.method == "HEAD" else json.dumps(shown).encode())

    def stream(self, request):
        """One event at once, the second after `events` is set."""
        request.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                             b"d\r\ndata: first\n\n\r\n")
        self.events.wait(15)
        request.sock.sendall(b"e\r\ndata: second\n\n\r\n0\r\n\r\n")

    def echo(self, request):
        protocol = ServerProtocol()
        protocol.receive_data(request.head + request.rest)
        handshake = protocol.events_received()[0]
        protocol.send_response(protocol.accept(handshake))
        while True:
            for octets in protocol.data_to_send():
                if not octets:
                    return
                request.sock.sendall(octets)
            if protocol.state is State.CLOSED:
                return
            octets = request.sock.recv(65536)
            if not octets:
                return
            protocol.receive_data(octets)
            for frame in protocol.events_received():
                if frame.opcode.name == "TEXT":
                    protocol.send_text(frame.data)
