"""Opens connections to the gateway and sends no complete request, until it is stopped: `flood.py PORT MODE SECONDS`.

MODE is `same` (all from 127.0.0.1, like the clients of the test), `one` (all from 127.0.0.2) or `many` (each from its own
address). A third of the connections stay silent, a third send half a head, a third trickle one byte per second."""

import random
import resource
import selectors
import socket
import sys
import time

port, mode, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
MOST = 1500
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
selector = selectors.DefaultSelector()
held = {}
opened = 0
end = time.monotonic() + seconds
next_trickle = 0


def source():
    if mode != "many":
        return "127.0.0.1" if mode == "same" else "127.0.0.2"
    return f"127.{random.randint(1, 250)}.{random.randint(0, 255)}.{random.randint(2, 254)}"


def drop(connection):
    selector.unregister(connection)
    held.pop(connection, None)
    connection.close()


while time.monotonic() < end:
    for _ in range(20):
        if len(held) >= MOST:
            break
        connection = socket.socket()
        connection.setblocking(False)
        try:
            connection.bind((source(), 0))
            connection.connect_ex(("127.0.0.1", port))
        except OSError:
            connection.close()
            continue
        opened += 1
        kind = opened % 3
        held[connection] = kind
        selector.register(connection, selectors.EVENT_READ | (selectors.EVENT_WRITE if kind else 0))
    for key, events in selector.select(0.002):
        connection = key.fileobj
        try:
            if events & selectors.EVENT_READ:
                if not connection.recv(4096):
                    drop(connection)
                    continue
            if events & selectors.EVENT_WRITE:
                connection.send(b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-")
                selector.modify(connection, selectors.EVENT_READ)
        except OSError:
            drop(connection)
    if time.monotonic() > next_trickle:
        next_trickle = time.monotonic() + 1
        for connection, kind in list(held.items()):
            if kind == 2:
                try:
                    connection.send(b"a")
                except OSError:
                    pass
print(opened)
