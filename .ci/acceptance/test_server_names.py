"""Several certificates on one listener: the server name that a client sends selects one, and a request for a host of
another one is misdirected."""

import http.client
import json
import signal
import socket
import ssl
import subprocess

import pytest
from gatehouse import BINARY

NAMES = {"gateway": ["access.example.com"], "apps": ["*.apps.example.com"], "wiki": ["wiki.example.com", "docs.example.com"]}


def make_certificate(directory, file, names):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", directory / f"{file}.key", "-out", directory / f"{file}.pem", "-subj", "/CN=test",
         "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)],
        check=True, capture_output=True)


def upstream(name, host):
    return {"id": name, "host": host, "organization": "acme", "access": [{"path": "/*", "allow": "anyone"}]}


@pytest.fixture
def server(tmp_path):
    for file, names in NAMES.items():
        make_certificate(tmp_path, file, names)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "secret.key").write_text("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n")
    configuration = {
        "public_url": f"https://access.example.com:{port}", "listen": f"127.0.0.1:{port}", "storage": "sqlite:store.db",
        "secret_key": {"file": "secret.key"}, "forward_auth_listen": "127.0.0.1:0", "trusted_proxies": ["127.0.0.1/32"],
        "organizations": [{"id": "acme"}],
        "tls": [{"certificate": f"{file}.pem", "private_key": f"{file}.key"} for file in NAMES],
        "upstreams": [
            upstream("reports", "reports.apps.example.com"), upstream("wiki", "wiki.example.com"),
            upstream("docs", "docs.example.com")]}
    (tmp_path / "gatehouse.jsonc").write_text(json.dumps(configuration))
    process = subprocess.Popen([BINARY, "serve", "--config", tmp_path / "gatehouse.jsonc"], stderr=subprocess.PIPE, text=True)
    while "serving" not in process.stderr.readline():
        assert process.poll() is None
    yield process, port, tmp_path, configuration
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0


class Connection(http.client.HTTPConnection):
    """A connection that sends a server name of its own choice, and trusts one certificate of the test."""

    def __init__(self, port, name, directory, trusted, version=None):
        super().__init__("127.0.0.1", port, timeout=10)
        self.name, self.context = name, ssl.create_default_context(cafile=directory / f"{trusted}.pem")
        # Whether the certificate is the right one is what the tests ask; the name may be another one.
        self.context.check_hostname = False
        if version:
            self.context.minimum_version = self.context.maximum_version = version

    def connect(self):
        super().connect()
        self.sock = self.context.wrap_socket(self.sock, server_hostname=self.name)

    def status(self, host, path="/.gatehouse/jwks.json"):
        self.request("GET", path, headers={"Host": host})
        answer = self.getresponse()
        answer.read()
        return answer.status


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("name, file", [
    (None, "gateway"), ("access.example.com", "gateway"), ("elsewhere.example", "gateway"),
    ("reports.apps.example.com", "apps"), ("a.b.apps.example.com", "gateway"), ("wiki.example.com", "wiki"),
    ("DOCS.example.com", "wiki")])
def test_the_name_selects_the_certificate(server, name, file, version):
    _, port, directory, _ = server
    connection = Connection(port, name, directory, file, version)
    connection.connect()
    assert connection.sock.version() == version.name.replace("v1_", "v1.")
    connection.close()
    for other in NAMES.keys() - {file}:
        with pytest.raises(ssl.SSLCertVerificationError):
            Connection(port, name, directory, other, version).connect()


def test_a_host_of_another_certificate_is_misdirected(server):
    _, port, directory, _ = server

    def statuses(name, file, *hosts):
        # All requests use one connection, as a browser's do.
        connection = Connection(port, name, directory, file)
        found = [connection.status(host) for host in hosts]
        connection.close()
        return found

    hosts = [f"reports.apps.example.com:{port}", "wiki.example.com", "DOCS.example.com", "reports.apps.example.com"]
    assert statuses("reports.apps.example.com", "apps", *hosts) == [200, 421, 421, 200]
    # One certificate is for both hosts.
    assert statuses("wiki.example.com", "wiki", *hosts) == [421, 200, 200, 421]
    assert statuses("access.example.com", "gateway", *hosts) == [421, 421, 421, 421]
    assert statuses(None, "gateway", *hosts) == [421, 421, 421, 421]
    for name, file, expected in (("access.example.com", "gateway", 200), ("wiki.example.com", "wiki", 421), (None, "gateway", 200)):
        connection = Connection(port, name, directory, file)
        assert connection.status(f"access.example.com:{port}", "/.well-known/jwks.json") == expected
        assert connection.status("elsewhere.example", "/") == 421
        connection.close()


def test_a_session_is_resumed_with_its_own_certificate_only(server):
    _, port, directory, _ = server
    context = ssl.create_default_context()
    for file in NAMES:
        context.load_verify_locations(directory / f"{file}.pem")
    # The name of a session of TLS 1.3 plays no part when it is resumed.
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    def visit(name, session=None):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            with context.wrap_socket(raw, server_hostname=name, session=session) as secured:
                secured.sendall(f"GET /.gatehouse/jwks.json HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
                return secured.session_reused, int(secured.recv(4096).split()[1]), secured.session

    _, status, session = visit("wiki.example.com")
    assert status == 200
    # Two hosts have one certificate.
    assert visit("wiki.example.com", session)[:2] == (True, 200)
    assert visit("docs.example.com", session)[1] == 200
    assert visit("reports.apps.example.com", session)[:2] == (False, 200)
    _, _, session = visit("reports.apps.example.com")
    assert visit("wiki.example.com", session)[:2] == (False, 200)


def test_a_reload_replaces_the_list_and_check_reads_every_certificate(server):
    process, port, directory, configuration = server

    def reload(word):
        (directory / "gatehouse.jsonc").write_text(json.dumps(configuration))
        process.send_signal(signal.SIGHUP)
        while word not in process.stderr.readline():
            pass

    def check():
        done = subprocess.run(
            [BINARY, "check", "--config", directory / "gatehouse.jsonc"], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    assert check()[0] == 0 and "certificate" not in check()[1]
    files = configuration["tls"]
    configuration["tls"] = files[:2]
    reload("was reloaded")
    code, words = check()
    assert code == 0 and words.count("is not a name of any certificate of") == 2
    Connection(port, "wiki.example.com", directory, "gateway").connect()
    configuration["tls"] = [*files, {"certificate": "wiki.pem", "private_key": "apps.key"}]
    reload("the old one stays")
    code, words = check()
    assert code == 1 and "tls[3].private_key" in words
    configuration["tls"] = files
    reload("was reloaded")
    Connection(port, "wiki.example.com", directory, "wiki").connect()
