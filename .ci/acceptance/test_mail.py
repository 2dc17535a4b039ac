"""Invitation emails through third-party mail servers, and through servers that misbehave."""

import os
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

import pytest
from aiosmtpd.smtp import AuthResult
from mail_server import Mailbox
from serving import Gateway, token

INVITATIONS = "/api/v1/organizations/acme/invitations"
PASSWORD = "p\u00e4ss word"


@pytest.fixture
def authority(tmp_path):
    """A test authority, which the gateway trusts, and a server certificate issued by it."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=tmp_path)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority")
    openssl("req", *curve, "-keyout", "mail.key", "-out", "mail.csr", "-subj", "/CN=mail")
    (tmp_path / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost")
    openssl("x509", "-req", "-in", "mail.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "mail.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "mail.pem", tmp_path / "mail.key")
    return context, str(tmp_path / "ca.pem")


class Sender:
    """A gateway that sends invitation emails."""

    def __init__(self, folder, url, authorities=None, **mail):
        environment = os.environ | {"MAIL_PASSWORD": PASSWORD}
        if authorities:
            environment["SSL_CERT_FILE"] = authorities
        self.gateway = Gateway(
            folder, environment, mail={"from": "T\u00fcrsteher <no-reply@gatehouse.example>", "smtp": url, **mail})
        self.manager = token(groups=["acme-managers"], email="boss@acme.example", email_verified=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gateway.stop()

    def invite(self, email="pat@acme.example"):
        status, invitation = self.gateway.send(
            "POST", INVITATIONS, self.manager, {"email": email, "role": "organization-viewer"})
        assert status == 201 and "link" not in invitation, invitation
        return invitation["id"]

    def delivery(self, id):
        items = self.gateway.get(INVITATIONS, self.manager)[1]["items"]
        return next(item["delivery"] for item in items if item["id"] == id)

    def until(self, id, state, attempts=None, seconds=10):
        def reached():
            delivery = self.delivery(id)
            return delivery if delivery["state"] == state and attempts in (None, delivery["attempts"]) else None
        end = time.monotonic() + seconds
        while not (delivery := reached()):
            assert time.monotonic() < end, self.delivery(id)
            time.sleep(0.02)
        return delivery

    def until_refused(self, id):
        end = time.monotonic() + 10
        while not (delivery := self.delivery(id))["failure"]:
            assert time.monotonic() < end, delivery
            time.sleep(0.02)
        return delivery

    def hurry(self):
        """Makes the next attempt due now."""
        with sqlite3.connect(self.gateway.folder / "gatehouse.db", timeout=10) as store:
            store.execute("UPDATE invitation SET next_attempt_at = 1 WHERE delivery = 'queued'")
        store.close()


class Server:
    """A scripted mail server: the test's function handles each connection."""

    def __init__(self, behaviour):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.behaviour, self.connections, self.heard = behaviour, [], b""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.handle, args=(connection,), daemon=True).start()

    def handle(self, connection):
        try:
            self.behaviour(self, connection)
        except OSError:
            pass

    def say(self, connection, *lines):
        """Sends each line and then receives a reply."""
        for line in lines:
            connection.sendall(line + b"\r\n")
            self.heard += connection.recv(65536)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        for connection in self.connections:
            connection.close()


def authenticator(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"gatehouse", PASSWORD.encode())
    return AuthResult(success=good, handled=good)


@pytest.mark.parametrize("way", ["STARTTLS", "TLS"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_an_email_is_sent_over_tls_and_its_link_works(tmp_path, authority, way, mechanism):
    context, authorities = authority
    options = {"authenticator": authenticator, "auth_exclude_mechanism": [{"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[mechanism]]}
    if way == "STARTTLS":
        box = Mailbox(tls_context=context, require_starttls=True, auth_required=True, **options)
    else:
        box = Mailbox("smtps", ssl_context=context, auth_require_tls=False, auth_required=True, **options)
    with box, Sender(tmp_path, box.url, authorities, username="gatehouse", password={"env": "MAIL_PASSWORD"}) as sender:
        sender.until(sender.invite(), "sent")
        envelope, message = box.emails[0]
        assert envelope.mail_from == "no-reply@gatehouse.example" and envelope.rcpt_tos == ["pat@acme.example"]
        assert message["From"] == "T\u00fcrsteher <no-reply@gatehouse.example>"
        assert message["Auto-Submitted"] == "auto-generated" and message.get_content_type() == "multipart/alternative"
        assert "boss@acme.example invites you to acme" in message.get_body(("plain",)).get_content()
        assert box.link().startswith("http://127.0.0.1:1/invitations/accept?token=")
        # No link token reaches the log or the store.
        secret = box.link().split("token=")[1]
        kept = (tmp_path / "log").read_bytes() + b"".join(path.read_bytes() for path in tmp_path.glob("gatehouse.db*"))
        assert secret.encode() not in kept and PASSWORD.encode() not in kept


def test_a_wrong_password_is_logged_and_retried(tmp_path, authority):
    context, authorities = authority
    box = Mailbox(tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticator)
    with box, Sender(tmp_path, box.url, authorities, username="other", password={"env": "MAIL_PASSWORD"}) as sender:
        id = sender.invite()
        assert "535" in sender.until_refused(id)["failure"]
        assert sender.delivery(id)["state"] == "queued" and box.emails == []


def test_a_server_with_an_untrusted_certificate_gets_no_email(tmp_path, authority):
    context, _ = authority
    with Mailbox(tls_context=context, require_starttls=True) as box, Sender(tmp_path, box.url) as sender:
        assert "TLS failed" in sender.until_refused(sender.invite())["failure"]
        assert box.emails == []


def test_without_starttls_no_email_leaves_this_machine(tmp_path):
    # The gateway does not recognize this name as loopback.
    with Mailbox() as box, Sender(tmp_path, box.url.replace("127.0.0.1", "127.1")) as sender:
        assert "no STARTTLS" in sender.until_refused(sender.invite())["failure"]
        assert box.emails == []


def test_a_temporary_refusal_is_retried(tmp_path):
    with Mailbox() as box, Sender(tmp_path, box.url) as sender:
        box.refusal = "451 come back later"
        id = sender.invite()
        assert "451" in sender.until_refused(id)["failure"]
        box.refusal = None
        sender.hurry()
        assert sender.until(id, "sent")["attempts"] == 2
        assert len(box.emails) == 1


def test_a_permanent_refusal_is_shown_and_a_manager_resends(tmp_path):
    with Mailbox() as box, Sender(tmp_path, box.url) as sender:
        box.refusal = "554 we do not want this"
        id = sender.invite()
        assert "554" in sender.until(id, "failed")["failure"]
        box.refusal = None
        assert sender.gateway.send("POST", f"{INVITATIONS}/{id}/resend", sender.manager)[0] == 200
        sender.until(id, "sent")
        assert len(box.emails) == 1


def test_no_email_is_lost_if_the_server_hangs_up(tmp_path):
    def hang_up(server, connection):
        server.say(connection, b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go")
        connection.close()
    with Server(hang_up) as server, Sender(tmp_path, server.url) as sender:
        id = sender.invite()
        sender.until_refused(id)
        assert sender.delivery(id)["state"] == "queued" and b"MIME-Version" in server.heard


def test_a_slow_server_delays_neither_requests_nor_other_emails(tmp_path):
    # The server does not respond on the first two connections, and responds normally on all others.
    def hang(server, connection):
        if len(server.connections) > 2:
            server.say(connection, b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go", b"250 taken")
    with Server(hang) as server, Sender(tmp_path, server.url) as sender:
        begin = time.monotonic()
        stuck = [sender.invite(f"stuck{number}@acme.example") for number in range(2)]
        while len(server.connections) < 2:
            assert time.monotonic() < begin + 5
            time.sleep(0.01)
        for number in range(5):
            sender.until(sender.invite(f"free{number}@acme.example"), "sent", seconds=5)
        assert time.monotonic() - begin < 5
        assert [sender.delivery(id)["state"] for id in stuck] == ["queued", "queued"]


def test_no_email_is_lost_if_the_server_is_down_or_the_gateway_is_killed(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Sender(tmp_path, f"smtp://127.0.0.1:{port}") as sender:
        ids = [sender.invite(f"p{number}@acme.example") for number in range(5)]
        assert "no connection" in sender.until_refused(ids[-1])["failure"]
        sender.gateway.process.kill()
        sender.gateway.process.wait()
        with Mailbox(port=port) as box:
            sender.gateway.start()
            sender.hurry()
            for id in ids:
                sender.until(id, "sent")
            assert sorted(message["To"] for _, message in box.emails) == [f"p{number}@acme.example" for number in range(5)]
