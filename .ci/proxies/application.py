"""An application that says what it received."""

import hashlib
import json
import threading

from wire import Listener, answer
from websockets.protocol import State
from websockets.server import ServerProtocol


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
