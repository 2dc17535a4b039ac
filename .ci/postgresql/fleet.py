"""Gateways that share one store, and HAProxy before them, which sends each request to any of them."""

import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

from cluster import free_port, wait_for
from gatehouse import BINARY

SECRET = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="


def settings(public, provider, storage, **more):
    """The configuration that all gateways of a fleet have in common."""
    return {
        "public_url": f"http://127.0.0.1:{public}", "trusted_proxies": ["127.0.0.1/32"], "storage": storage,
        "secret_key": {"file": "secret.key"}, "reactors": 2, "drain_delay": "2s", "invitations": {"per_day": 1_000_000},
        "providers": [{"id": "idp", "issuer": provider, "client_id": "gatehouse", "client_secret": {"file": "secret.key"},
                       "audiences": ["api"], "insecure_allow_http": True}],
        "organizations": [{"id": name, "providers": ["idp"], "claim_mappings": [
            {"claim_name": "groups", "claim_value": f"{name}-managers", "role": "organization-manager"},
            {"claim_name": "groups", "claim_value": f"{name}-viewers", "role": "organization-viewer"},
            {"claim_name": "groups", "claim_value": f"{name}-robots", "role": "inventory-publisher"}]}
            for name in ("acme", "globex")], **more}


class Member:
    """One gateway. `disturbances` has the times at which it was killed or stopped, and what followed."""

    def __init__(self, folder, name, settings, binary=BINARY):
        self.binary = binary
        self.folder, self.name, self.port, self.admin = folder / name, name, free_port(), free_port()
        self.folder.mkdir(parents=True)
        self.disturbances, self.process = [], None
        (self.folder / "secret.key").write_text(SECRET + "\n")
        (self.folder / "secret.key").chmod(0o600)
        self.path = self.folder / "gatehouse.jsonc"
        self.configure(settings)

    def configure(self, settings):
        self.settings = settings
        self.path.write_text(json.dumps(
            settings | {"listen": f"127.0.0.1:{self.port}", "admin_listen": f"127.0.0.1:{self.admin}"}))

    def launch(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve", "--config", self.path], stderr=log)

    def start(self):
        """Starts it, also after what has happened to it."""
        self.launch()
        self.until_ready()
        if self.disturbances and self.disturbances[-1].end is None:
            self.disturbances[-1].end = time.monotonic()

    def until_ready(self, seconds=10):
        def is_ready():
            assert self.process.poll() is None, self.lines()
            return self.readiness() == 200

        wait_for(is_ready, self.lines, seconds)

    def readiness(self):
        """The status of `/readyz`; None without an answer."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=2)
            try:
                connection.request("GET", "/readyz")
                return connection.getresponse().status
            finally:
                connection.close()

    def lines(self):
        return (self.folder / "log").read_text()

    def entries(self):
        """The entries of its log."""
        return [json.loads(line) for line in self.lines().splitlines() if line.startswith("{")]

    def problems(self):
        """The entries that are warnings or errors, without the lines of requests."""
        return [entry for entry in self.entries() if entry.get("level") in ("warning", "error") and "route" not in entry]

    # What happens to it

    def disturb(self, kind):
        self.disturbances.append(Disturbance(kind, time.monotonic()))

    def kill(self):
        self.disturb("killed")
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.disturb("stopped")
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.disturbances[-1].end = time.monotonic()
        self.process.send_signal(signal.SIGCONT)

    def restart(self):
        self.terminate()
        self.start()

    def terminate(self):
        if self.process and self.process.poll() is None:
            self.disturb("terminated")
            self.process.terminate()
            code = self.process.wait(timeout=40)
            assert code == 0, f"{self.name} ended with {code}:\n{self.lines()[-2000:]}"

    def begin_to_end(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()

    def end(self):
        """Ends it, whatever its state is."""
        self.begin_to_end()
        if self.process:
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    # What it uses

    def threads(self):
        return int(re.search(r"(?m)^Threads:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1])

    def descriptors(self, ignored):
        """The number of open descriptors of each kind, without connections to a port. A kind is a path, or the port at the
        other end of a connection."""
        lines = [line.split() for line in pathlib.Path(f"/proc/{self.process.pid}/net/tcp").read_text().splitlines()[1:]]
        ends = {f"socket:[{words[9]}]": int(words[2].partition(":")[2], 16) for words in lines}
        # The port of a client says nothing.
        clients = {f"socket:[{words[9]}]" for words in lines if int(words[1].partition(":")[2], 16) in (self.port, self.admin)}
        counts = collections.Counter()
        for entry in os.scandir(f"/proc/{self.process.pid}/fd"):
            # A connection may end meanwhile.
            with contextlib.suppress(FileNotFoundError):
                target = os.readlink(entry.path)
                kind = "client" if target in clients else ends.get(target, target.partition(":[")[0])
                if kind != ignored:
                    counts[kind] += 1
        return counts

    def metrics(self):
        """The samples of `/metrics`, by name and labels."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/metrics")
            lines = connection.getresponse().read().decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))}

    def run(self, *words, seconds=60):
        """A command of the gateway's program with this configuration."""
        return subprocess.run(
            [self.binary, *map(str, words), "--config", self.path], capture_output=True, text=True, timeout=seconds)


class Disturbance:
    """A time from which a gateway may not answer. `end` is when it was ready again, and `down` when HAProxy knew of it."""

    def __init__(self, kind, at):
        self.kind, self.at, self.end, self.down = kind, at, None, None

    def excuses(self, start, end):
        """Whether a request may have failed that HAProxy sent to the gateway: it was in flight, or two health checks had not
        failed yet. A gateway that was terminated has to answer every request."""
        if self.kind == "terminated":
            return False
        until = self.down or self.end or float("inf")
        return end >= self.at and start <= until


class Outage:
    """A time in which no gateway reaches the database. Requests that need it may be answered with 503, and with nothing else."""

    def __init__(self):
        self.at, self.end = time.monotonic(), None

    def excuses(self, failure):
        return failure.outcome.startswith("503 ") and failure.end >= self.at and (self.end is None or failure.start <= self.end)


class Front:
    """HAProxy. `requests` has what its log says of each request: by the field `X-Load-Id`, the server and the state."""

    def __init__(self, folder, port, members):
        self.port, self.members, self.requests, self.texts = port, members, {}, []
        servers = "\n".join(
            f"    server {member.name} 127.0.0.1:{member.port} check port {member.admin}" for member in members)
        path = folder / "haproxy.cfg"
        path.write_text(f"""
global
    log stdout format raw local0
    maxconn 2000
defaults
    mode http
    log global
    option redispatch 1
    retries 3
    timeout connect 2s
    timeout client 30s
    timeout server 15s
    timeout http-request 10s
frontend public
    bind 127.0.0.1:{port}
    option forwardfor
    declare capture request len 40
    http-request capture req.hdr(X-Load-Id) id 0
    log-format "request %[capture.req.hdr(0)] %s %ST %ts %rc"
    default_backend gateways
# Sessions go on at a server that is marked down: it may be one that ends, and answers what it was sent.
backend gateways
    balance roundrobin
    option httpchk GET /readyz
    default-server inter 500ms fall 2 rise 1 pool-max-conn 0
{servers}
""")
        program = shutil.which("haproxy", path="/usr/sbin:/usr/bin")
        self.process = subprocess.Popen(
            [program, "-db", "-f", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            words = line.split()
            if words[:1] == ["request"] and len(words) == 6:
                self.requests[words[1]] = words[2:]
                continue
            self.texts.append((time.monotonic(), line.rstrip()))
            if match := re.search(r"Server gateways/(\S+) is DOWN", line):
                member = next(member for member in self.members if member.name == match[1])
                # A gateway may be ready again before the second check has failed.
                if member.disturbances and member.disturbances[-1].end is None:
                    member.disturbances[-1].down = time.monotonic()

    def is_up(self, member):
        states = [text for _, text in self.texts if f"Server gateways/{member.name} is " in text]
        return not states or " is UP" in states[-1]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.thread.join(timeout=10)


class Fleet:
    """Gateways over one store, with HAProxy before them. `later` of them, the last ones, are started by the test."""

    def __init__(self, folder, provider, storage, count=3, later=0, binaries=None, **more):
        self.folder, self.port, self.stack = folder, free_port(), contextlib.ExitStack()
        self.settings = settings(self.port, provider.issuer, storage, **more)
        self.members = [
            Member(folder, f"g{number}", self.settings, binary)
            for number, binary in enumerate(binaries or [BINARY] * count, start=1)]
        # `hurry` makes letters due whose sender was killed.
        self.outages, self.hurry = [], lambda: None
        try:
            # All at once: one of them makes the tables.
            for member in self.members:
                self.stack.callback(member.end)
            begun = len(self.members) - later
            for member in self.members[:begun]:
                member.launch()
            for member in self.members[begun:]:
                member.disturb("not started")
            for member in self.members[:begun]:
                member.until_ready()
            self.front = Front(folder, self.port, self.members)
            self.stack.callback(self.front.stop)
            wait_for(self.is_reached, "HAProxy does not answer")
        except BaseException:
            self.stop()
            raise

    def outage(self):
        """A new outage, which begins now and has no end yet."""
        self.outages.append(Outage())
        return self.outages[-1]

    def until_all_are_up(self):
        wait_for(lambda: all(self.front.is_up(member) for member in self.members), lambda: self.front.texts[-5:])

    def is_reached(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/api/v1/me")
            return connection.getresponse().status == 401

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        # Each of them drains for two seconds.
        for member in self.members:
            member.begin_to_end()
        self.stack.close()
