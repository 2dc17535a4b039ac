"""SIGTERM while clients keep connecting: every request that was sent is answered, even if the log is not read."""

import json
import os
import random
import selectors
import signal
import socket
import subprocess
import time

from gatehouse import BINARY
from serving import Gateway, token

ROUNDS = int(os.environ.get("GATEHOUSE_DRAIN_ROUNDS", "4"))
RATE, COUNT = 1000, 1000


def connect_steadily(port, bearer, stop_at, stop):
    """Opens `COUNT` connections at `RATE` per second, each with one request; calls `stop` after `stop_at` of them.

    Returns, for each connection that was not refused, when its request was sent and whether it was answered; and when
    the first connection was refused."""
    request = f"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n\r\n".encode()
    selector = selectors.DefaultSelector()
    outcomes, refused_at, open_ones = [], None, 0
    begin = time.monotonic()
    made = 0
    while made < COUNT or open_ones:
        now = time.monotonic()
        assert now < begin + 30
        while made < COUNT and now >= begin + made / RATE:
            made += 1
            if made == stop_at:
                stop()
            connection = socket.socket()
            try:
                connection.connect(("127.0.0.1", port))
                connection.sendall(request)
            except OSError:
                refused_at = refused_at or time.monotonic()
                connection.close()
                continue
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ, [time.monotonic(), b""])
            open_ones += 1
        for key, _ in selector.select(0.001):
            try:
                data = key.fileobj.recv(65536)
            except OSError:
                data = b""
            key.data[1] += data
            if data and b"csrf_token" not in key.data[1]:
                continue
            outcomes.append((key.data[0], key.data[1].startswith(b"HTTP/1.1 200")))
            selector.unregister(key.fileobj)
            key.fileobj.close()
            open_ones -= 1
    return outcomes, refused_at


def test_every_request_that_was_sent_before_the_end_is_answered(tmp_path):
    bearer = token(groups=["acme-managers"])
    asked = lost = 0
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        gateway = Gateway(folder)
        stop_at = random.randint(200, 800)
        outcomes, refused_at = connect_steadily(gateway.port, bearer, stop_at, gateway.process.terminate)
        assert gateway.process.wait(timeout=40) == 0
        assert refused_at is not None
        due = [answered for sent_at, answered in outcomes if sent_at < refused_at - 0.05]
        assert len(due) > 100
        asked += len(due)
        lost += due.count(False)
    print(f"{asked} requests, {lost} unanswered")
    assert lost == 0


def test_during_the_drain_delay_new_connections_are_answered(tmp_path):
    gateway = Gateway(tmp_path, drain_delay="3s", admin_listen="127.0.0.1:0")
    bearer = token(groups=["acme-managers"])
    assert gateway.get("/api/v1/me", bearer)[0] == 200
    begin = time.monotonic()
    gateway.process.terminate()
    gateway.wait(lambda: '"message":"draining"' in gateway.lines())
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(f"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\n\r\n".encode())
        answer = b""
        while data := connection.recv(65536):
            answer += data
    assert answer.startswith(b"HTTP/1.1 200") and b"\r\nConnection: close\r\n" in answer
    assert gateway.process.wait(timeout=10) == 0
    assert 3 <= time.monotonic() - begin < 8


def test_a_second_signal_ends_the_drain_delay(tmp_path):
    gateway = Gateway(tmp_path, drain_delay="60s")
    gateway.process.terminate()
    gateway.wait(lambda: '"message":"draining"' in gateway.lines())
    gateway.process.send_signal(signal.SIGINT)
    assert gateway.process.wait(timeout=10) == 0


def test_a_log_that_is_not_read_does_not_delay_the_end(tmp_path):
    gateway = Gateway(tmp_path)
    gateway.stop()
    config = json.loads(gateway.path.read_text())
    config["listen"] = f"127.0.0.1:{gateway.port}"
    gateway.path.write_text(json.dumps(config))
    reader, writer = os.pipe()
    process = subprocess.Popen([BINARY, "serve", "--config", gateway.path], stderr=writer)
    os.close(writer)
    assert b'"serving"' in os.read(reader, 65536)
    # More lines than fit into a pipe.
    request = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        for _ in range(40):
            connection.sendall(request * 50)
            received = 0
            while received < 50:
                received += connection.recv(1 << 20).count(b"HTTP/1.1 404")
    begin = time.monotonic()
    process.terminate()
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - begin < 8
    os.close(reader)
