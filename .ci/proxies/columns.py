"""The columns of the matrix: the gateway's program, and what stands before and behind it."""

import contextlib
import json
import os
import re
import signal
import sqlite3
import ssl
import subprocess
from urllib.parse import quote

from application import Application
from browser import Browser
from gatehouse import BINARY
from joserfc import jwt
from joserfc.jwk import KeySet
from provider import Provider
from proxies import FILES, Proxy, program
from recipes import recipe
from wire import accepts, ask, connect, free_port, wait_for

FORWARD_AUTH = list(FILES)
REVERSE_PROXY = ["gateway", "gateway behind apache", "gateway behind haproxy", "apache behind gateway"]

USERS = {
    "manager": ["admins"], "admin": ["admins"], "leaver": ["admins"], "stranger": ["others"],
    "crowd": [f"group-{number:04}" for number in range(200)],
}


def claims(user):
    return {"sub": user, "email": f"{user}@acme.example", "email_verified": True, "name": user.title(),
            "preferred_username": user, "groups": USERS[user]}


def certificate(folder):
    """A self-signed certificate for localhost and the names below it."""
    key, chain = folder / "key.pem", folder / "chain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", key, "-out", chain, "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,DNS:reports.localhost,DNS:other.localhost"],
        check=True, capture_output=True)
    (folder / "both.pem").write_text(chain.read_text() + key.read_text())
    return chain, key


def read(assertion, keys):
    """The token, verified by a JWK set."""
    return jwt.decode(assertion, KeySet.import_key_set(keys), algorithms=["ES256"])


class Column:
    def __init__(self, name, folder):
        self.name, self.folder, self.number, self.stack = name, folder, 0, contextlib.ExitStack()
        self.users = {}
        try:
            self.build()
        except BaseException:
            self.stop()
            raise

    def build(self):
        self.port, self.gateway, self.forward = free_port(), free_port(), free_port()
        self.tls, self.scheme = None, "http"
        behind_tls = self.name.startswith("gateway behind")
        if self.name in REVERSE_PROXY and not behind_tls:
            self.gateway = self.port
        if behind_tls:
            self.chain, self.key = certificate(self.folder)
            self.tls, self.scheme = ssl.create_default_context(cafile=self.chain), "https"
        self.host, self.public = f"reports.localhost:{self.port}", f"localhost:{self.port}"
        self.other = f"other.localhost:{self.port}"
        self.application, self.provider, self.foreign = Application(), Provider("acme"), Provider("globex")
        for part in (self.application, self.provider, self.foreign):
            self.stack.callback(part.close)
        self.behind = self.application.port
        if self.name == "apache behind gateway":
            self.behind = free_port()
            self.apache(self.behind, f"http://127.0.0.1:{self.application.port}/", tls=False)
        self.serve()
        if self.name in FORWARD_AUTH:
            text = re.sub(r"\b300[01]\b", str(self.application.port), recipe(self.name, "--config", self.path))
            proxy = Proxy(self.name, self.folder, text, self.port, self.public)
            self.stack.callback(proxy.stop)
        elif self.name == "gateway behind apache":
            self.apache(self.port, f"http://127.0.0.1:{self.gateway}/", tls=True)
        elif self.name == "gateway behind haproxy":
            self.haproxy()

    def serve(self):
        (self.folder / "secret.key").write_text("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=\n")
        client = {"client_id": "gatehouse", "client_secret": {"file": "secret.key"}, "audiences": ["api"],
                  "groups_claim": "groups", "insecure_allow_http": True}
        mappings = [{"claim_name": "groups", "claim_value": "admins", "role": "organization-manager"},
                    {"claim_name": "groups", "claim_value": "group-0001", "role": "organization-viewer"}]
        upstream = {"id": "reports", "name": "Reports", "host": "reports.localhost", "organization": "acme", "access": [
            {"path": "/healthz", "allow": "anyone"},
            {"path": "/*", "allow": ["organization-manager", "organization-viewer"]}]}
        if self.name in REVERSE_PROXY:
            upstream["address"] = f"http://127.0.0.1:{self.behind}"
        other = {**upstream, "id": "other", "name": "Other", "host": "other.localhost"}
        self.path = self.folder / "gatehouse.jsonc"
        self.settings = {
            "public_url": f"{self.scheme}://{self.public}", "listen": f"127.0.0.1:{self.gateway}",
            "forward_auth_listen": f"127.0.0.1:{self.forward}", "trusted_proxies": ["127.0.0.1/32"],
            "storage": "sqlite:store.db", "secret_key": {"file": "secret.key"},
            "providers": [{"id": part.identifier, "issuer": part.issuer, **client} for part in (self.provider, self.foreign)],
            "organizations": [{"id": part.identifier, "providers": [part.identifier], "claim_mappings": mappings}
                              for part in (self.provider, self.foreign)],
            "upstreams": [upstream, other]}
        self.path.write_text(json.dumps(self.settings))
        log = open(self.folder / "gateway.log", "wb")
        self.process = process = subprocess.Popen([BINARY, "serve", "--config", self.path], stderr=log)
        log.close()
        self.stack.callback(self.end, process)
        wait_for(lambda: process.poll() is not None or accepts(self.gateway), "the gateway did not start")
        assert process.poll() is None, (self.folder / "gateway.log").read_text()

    @contextlib.contextmanager
    def changed(self, **settings):
        """Other settings for a while; the caller waits for what they change."""
        self.reload(self.settings | settings)
        try:
            yield
        finally:
            self.reload(self.settings)

    def reload(self, settings):
        self.path.write_text(json.dumps(settings))
        self.process.send_signal(signal.SIGHUP)

    def end(self, process):
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def start(self, command, port):
        log = open(self.folder / "proxy.log", "wb")
        process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, cwd=self.folder)
        log.close()
        self.stack.callback(self.end, process)
        wait_for(lambda: process.poll() is not None or accepts(port), f"{command[0]} did not start")
        assert process.poll() is None, (self.folder / "proxy.log").read_text()

    def apache(self, port, address, tls):
        modules = ["mpm_event", "authz_core", "proxy", "proxy_http", "proxy_wstunnel", "headers", "ssl", "socache_shmcb", "unixd"]
        lines = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules if name != "unixd"]
        path = self.folder / "apache.conf"
        path.write_text("\n".join([
            *lines, f"ServerRoot {self.folder}", f"PidFile {self.folder}/apache.pid", f"Listen 127.0.0.1:{port}",
            "ServerName localhost", "User www-data", "Group www-data", f"ErrorLog {self.folder}/apache.log",
            "KeepAlive On", "AllowEncodedSlashes NoDecode", "MergeSlashes Off", "ProxyPreserveHost On",
            f"ProxyAddHeaders {'On' if tls else 'Off'}",
            f"ProxyPass / {address} nocanon upgrade=websocket flushpackets=on",
            *(["SSLEngine on", f"SSLCertificateFile {self.chain}", f"SSLCertificateKeyFile {self.key}",
               "RequestHeader unset X-Forwarded-For early", "RequestHeader set X-Forwarded-Proto https"] if tls else []),
        ]) + "\n")
        self.start([program("apache2"), "-f", path, "-DFOREGROUND"], port)

    def haproxy(self):
        path = self.folder / "front.cfg"
        path.write_text(f"""
defaults
    mode http
    timeout connect 5s
    timeout client 1m
    timeout server 1m
    timeout tunnel 1m
frontend public
    bind 127.0.0.1:{self.port} ssl crt {self.folder}/both.pem
    http-request del-header x-forwarded-for
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    default_backend gateway
backend gateway
    server gateway 127.0.0.1:{self.gateway}
""")
        self.start([program("haproxy"), "-f", path], self.port)

    def stop(self):
        self.stack.close()

    # What a test does

    def begin(self):
        self.number += 1
        self.application.events.clear()
        self.application.received.clear()

    def connect(self):
        # Nothing that a client says of itself is believed, unless its address is a trusted proxy's.
        return connect(self.port, self.tls, "127.0.0.2")

    def ask(self, target="/", host=None, fields=(), **options):
        return ask(self.connect(), host or self.host, target, fields=[*fields, self.mark], **options)

    def shown(self, target="/", **options):
        answer = self.ask(target, **options)
        assert answer.status == 200, answer
        return answer.json

    @property
    def mark(self):
        return ("X-Test", str(self.number))

    @property
    def received(self):
        return [request for request in self.application.received if request.field("X-Test") == str(self.number)]

    def signed_in(self, user, provider=None, **more):
        """A browser with a session of a user at the application's host."""
        provider = provider or self.provider
        provider.user = {**claims(user), **more}
        browser = Browser(self.tls)
        browser.open(f"{self.scheme}://{self.public}/auth/login?provider={provider.identifier}")
        browser.open(f"{self.scheme}://{self.host}/healthz/session")
        return browser

    def browser(self, user):
        if user not in self.users:
            self.users[user] = self.signed_in(user)
        return self.users[user]

    def session(self, user):
        cookies = self.browser(user).field(self.host)[1]
        assert "gatehouse-app=" in cookies, (user, self.browser(user).visited)
        return ("Cookie", f"theme=dark; {cookies}; __Host-gatehouse-begin=x; last=1")

    def bearer(self, user):
        return f"Bearer {self.provider.bearer(claims(user))}"

    def sign_in(self, target):
        return f"{self.scheme}://{self.host}/.gatehouse/sign-in?return_to={quote(target, safe='')}"

    def identity_id(self, user):
        members = self.api("GET", "/api/v1/organizations/acme/members?limit=500", "admin").json["items"]
        return next(member["identity_id"] for member in members if member["subject"] == user)

    def api(self, method, path, user, content=None):
        fields = [("Authorization", self.bearer(user)), ("Accept", "application/json"), ("Content-Type", "application/json")]
        return ask(self.connect(), self.public, path, method, fields, content)

    def revoke(self, user):
        path = f"/api/v1/organizations/acme/suspensions/{self.identity_id(user)}"
        answer = self.api("PUT", path, "admin", b"{}")
        assert answer.status in (200, 201, 204), answer

    def age_keys(self, days):
        """Makes the gateway's keys older, as if another process had written them. Their age alone decides."""
        with contextlib.closing(sqlite3.connect(self.folder / "store.db", timeout=10)) as store, store:
            # A little more, since it is compared with the gateway's clock.
            store.execute("UPDATE assertion_key SET made_at = made_at - ?", (days * 86400 + 5,))
            store.execute("UPDATE store_version SET version = version + 1")

    def keys(self):
        answer = ask(self.connect(), self.public, "/.well-known/jwks.json")
        assert answer.status == 200 and answer.json["keys"], answer
        return answer.json

    def verify(self, found):
        """The assertion says what the fields say."""
        token = read(found["X-Gatehouse-Assertion"], self.keys())
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": f"{self.scheme}://{self.public}"},
            aud={"essential": True, "value": "reports"}, exp={"essential": True}, iat={"essential": True},
        ).validate(token.claims)
        said = token.claims
        assert token.header["typ"] == "JWT" and said["sub"] == found["X-Forwarded-User"]
        assert (said["email"], said["role"]) == (found["X-Forwarded-Email"], found["X-Gatehouse-Role"])
        assert (said["identity_issuer"], said["organization"]) == (self.provider.issuer, "acme")
        assert ",".join(said["groups"]) == found["X-Forwarded-Groups"] and said["exp"] - said["iat"] == 300

    def check_contents(self):
        """The gateway's own tests know what it read."""
