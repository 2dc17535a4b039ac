"""TLS on the listener, as clients see it: versions, half a record, and changed certificates."""

import json
import pathlib
import signal
import socket
import ssl
import subprocess
import time

import pytest
from gatehouse import BINARY


def make_certificate(directory, name):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", directory / "tls.key", "-out", directory / "tls.pem", "-subj", f"/CN={name}"],
        check=True, capture_output=True)


@pytest.fixture
def server(tmp_path):
    make_certificate(tmp_path, "first")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "gatehouse.jsonc").write_text(json.dumps({
        "public_url": f"https://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}", "storage": "sqlite:store.db",
        "tls": {"certificate": "tls.pem", "private_key": "tls.key"}}))
    process = subprocess.Popen([BINARY, "serve", "--config", tmp_path / "gatehouse.jsonc"], stderr=subprocess.PIPE, text=True)
    while "serving" not in process.stderr.readline():
        pass
    yield process, port, tmp_path
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0


def context(version=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_alpn_protocols(["h2", "http/1.1"])
    if version:
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = made.maximum_version = version
    return made


def handshake(port, version=None):
    with socket.create_connection(("127.0.0.1", port)) as raw, context(version).wrap_socket(raw) as secured:
        return secured.version(), secured.selected_alpn_protocol(), secured.getpeercert(True)


def test_versions_and_protocol(server):
    _, port, _ = server
    assert handshake(port)[:2] == ("TLSv1.3", "http/1.1")
    assert handshake(port, ssl.TLSVersion.TLSv1_2)[:2] == ("TLSv1.2", "http/1.1")
    with pytest.raises(ssl.SSLError):
        handshake(port, ssl.TLSVersion.TLSv1_1)


def test_half_a_record_costs_no_processor_time(server):
    process, port, _ = server
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context().wrap_bio(incoming, outgoing)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        while True:
            try:
                client.do_handshake()
                raw.sendall(outgoing.read())
                break
            except ssl.SSLWantReadError:
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(65536))
        client.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        record = outgoing.read()
        raw.sendall(record[:len(record) // 2])
        ticks = lambda: sum(map(int, pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        before = ticks()
        time.sleep(1)
        assert ticks() - before < 20
        raw.sendall(record[len(record) // 2:])
        answer = b""
        while not answer:
            incoming.write(raw.recv(65536))
            try:
                answer = client.read(65536)
            except ssl.SSLWantReadError:
                pass
        assert answer.startswith(b"HTTP/1.1 200 OK")


def test_a_reload_uses_a_new_certificate_and_ignores_a_broken_one(server):
    process, port, directory = server

    def reload(word):
        process.send_signal(signal.SIGHUP)
        while word not in process.stderr.readline():
            pass
        return handshake(port)[2]

    first = handshake(port)[2]
    make_certificate(directory, "second")
    second = reload("was reloaded")
    assert second != first
    (directory / "tls.key").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    assert reload("the old one stays") == second


def test_plain_http_and_garbage_close_the_connection(server):
    _, port, _ = server
    for words in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 100, b"\0" * 5):
        with socket.create_connection(("127.0.0.1", port), timeout=15) as raw:
            raw.sendall(words)
            try:
                while raw.recv(65536):
                    pass
            except (ConnectionResetError, TimeoutError) as error:
                assert not isinstance(error, TimeoutError)
