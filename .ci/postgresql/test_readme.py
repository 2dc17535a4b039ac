"""The README's example, as it is pasted: from a gateway on SQLite to three processes over PostgreSQL, behind HAProxy."""

import contextlib
import os
import socket
import subprocess

import pytest
from blocks import block
from cluster import Server, free_port, wait_for
from fleet import Member, settings
from gatehouse import BINARY
from load import ACME, Client, Failed, rows


def is_free(port):
    with contextlib.suppress(OSError), socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        return True
    return False


class Example:
    """The block with the ports of the README, or others if one of them is in use."""

    def __init__(self):
        self.text, self.public, self.database = block("README.md", "many"), 8080, 5432
        self.backends, self.admins = (8081, 8082, 8083), (9091, 9092, 9093)
        if not all(map(is_free, (self.public, *self.backends, *self.admins, self.database))):
            self.move()

    def move(self):
        # The last digit of some ports is the number of the process.
        def ten():
            base = free_port() // 10 * 10
            return base if all(is_free(base + n) for n in range(4)) else ten()

        public, admin, database = ten(), ten(), free_port()
        for old, new in (("127.0.0.1:808", public), ("127.0.0.1:909", admin), ("port 909", admin)):
            assert old in self.text
            self.text = self.text.replace(old, f"{old[:-3]}{new // 10}")
        self.text = self.text.replace(":5432", f":{database}")
        self.public, self.database = public, database
        self.backends, self.admins = ([base + n for n in (1, 2, 3)] for base in (public, admin))


@pytest.fixture
def example(tmp_path):
    return Example()


@pytest.fixture
def database_server(servers, authority, blank, example):
    server = Server(servers / "readme", authority, blank, port=example.database)
    yield server
    server.stop()


def test_three_processes_take_over_from_one(example, database_server, crowd, tmp_path):
    member = Member(tmp_path, "home", settings(example.public, crowd.issuer, "sqlite:gatehouse.db"))
    home, host, manager = member.folder, f"127.0.0.1:{example.public}", crowd.bearer_of("boss", "acme-managers")
    member.start()
    try:
        client = Client(member.port, host)
        invited = client.expect(
            (201,), "POST", f"{ACME}/invitations", {"email": "guest@acme.example", "role": "organization-viewer"}, manager)
        visitor = Client(member.port, host)
        visitor.signed_in(crowd, crowd.claims("visitor", "acme-viewers"))
        member.terminate()
    finally:
        member.end()
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "gatehouse").symlink_to(BINARY)
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}:/usr/sbin", "PGHOST": str(database_server.sockets), "PGPORT": str(example.database)}
    privilege = [] if os.geteuid() == 0 else ["sudo", "-E", f"PATH={environment['PATH']}"]
    with open(home / "said", "wb") as said:
        process = subprocess.Popen([*privilege, "bash", "-c", example.text], cwd=home, stdin=subprocess.DEVNULL,
                                   stdout=said, stderr=said, env=environment, start_new_session=True)

    def lines():
        return "".join(f"\n== {path.name}\n{path.read_text()}" for path in (home / "said", *sorted(home.glob("gatehouse-*.log"))))

    def asked(*words, **options):
        with contextlib.suppress(Failed):
            return Client(example.public, host).ask(*words, **options)

    try:
        def is_served():
            assert process.poll() is None, lines()
            answer = asked("GET", f"{ACME}/summary", bearer=manager, timeout=2)
            return answer is not None and answer.status == 200

        wait_for(is_served, lines, 30)
        for port in (*example.backends, example.public):
            client = Client(port, host)
            assert [row["id"] for row in rows(client, f"{ACME}/invitations", manager)] == [invited.document["id"]]
            client.cookies = visitor.cookies
            client.expect((200,), "GET", f"{ACME}/summary")
        # What one process accepts, all know.
        secret = invited.document["link"].split("token=")[1]
        Client(example.backends[0], host).expect(
            (200,), "POST", "/api/v1/invitations/accept", {"token": secret}, crowd.bearer_of("guest"))
        for port in example.backends:
            wait_for(lambda: Client(port, host).ask("GET", f"{ACME}/summary", bearer=crowd.bearer_of("guest")).status == 200,
                     lines, 2)
    finally:
        subprocess.run([*privilege[:1], "kill", "-TERM", "--", f"-{process.pid}"], check=False)
        process.wait(timeout=20)
        wait_for(lambda: all(map(is_free, (example.public, *example.backends))), lines, 40)
