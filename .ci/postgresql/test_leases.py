"""Work that one of several processes does: its process is killed or stopped in the middle, and another one takes it over.

Claims end by themselves after up to ten minutes. The tests move their ends in the database, as if that time had passed.
"""

import contextlib
import subprocess
import threading
import time

import pytest
from cluster import PROGRAMS, as_account, free_port, wait_for
from fleet import Member, settings
from letters import Letters, SlowLetters
from load import ACME, Client, Failed
from renewals import Renewing

# The intervals at which a process looks for work, and for work that is done once a minute.
ROUND, THOROUGH = 5, 60
# The time after which sessions are renewed.
DUE = 11
DAY = 86400


@pytest.fixture(scope="module")
def provider():
    provider = Renewing()
    yield provider
    provider.close()


class Pair:
    """Two processes over one database, `first` and `second`; a test starts them."""

    def __init__(self, server, provider, folder):
        self.database, self.provider, self.host = server.database(), provider, f"127.0.0.1:{free_port()}"
        self.settings = settings(self.host.split(":")[1], provider.issuer, self.database.storage(folder))
        self.settings["sessions"] = {"revalidate": "10s"}
        self.first, self.second = (Member(folder, name, self.settings) for name in ("first", "second"))

    def client(self, member):
        return Client(member.port, self.host)

    def manager(self):
        return self.provider.bearer_of("boss", "acme-managers")

    def holder(self, name):
        """Who claims some work; the claim may have ended."""
        found = self.database.query(f"SELECT holder FROM lease WHERE name = '{name}'")
        return found[0][0] if found else None

    def pass_time(self, name, seconds):
        """Moves the end of a claim back."""
        moved = self.database.query(f"UPDATE lease SET until = until - {seconds} WHERE name LIKE '{name}' RETURNING name")
        assert moved, "the claim is gone"

    def end(self):
        for member in (self.first, self.second):
            member.begin_to_end()
        for member in (self.first, self.second):
            member.end()


@pytest.fixture
def pair(server, provider, tmp_path):
    provider.reset()
    pair = Pair(server, provider, tmp_path)
    yield pair
    provider.let_go(False)
    pair.end()


@contextlib.contextmanager
def locked(database, table):
    """Locks a table, so that a transaction that comes to it waits. Yields a function that ends the lock."""
    server = database.server
    process = subprocess.Popen(
        [str(word) for word in (PROGRAMS / "psql", "-h", server.sockets, "-p", server.port, "-U", "postgres", "-d",
                                database.name, "-XAtq")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **as_account())

    def unlock():
        if process.poll() is None:
            process.communicate("ROLLBACK;\n", timeout=10)

    try:
        process.stdin.write(f"BEGIN; LOCK TABLE {table}; SELECT 'locked';\n")
        process.stdin.flush()
        assert process.stdout.readline() == "locked\n"
        yield unlock
    finally:
        unlock()


def waits_for(database, table):
    """Whether a transaction of a gateway waits for a table."""
    return database.query(
        f"SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND relation = '{table}'::regclass "
        f"AND usename = '{database.role}'") != []


def interrupt(member, way):
    member.kill() if way == "killed" else member.stop()


# MARK: Renewals

def signed_in(pair, member, *names):
    """Sessions that are due for a renewal."""
    clients = []
    for name in names:
        client = pair.client(member)
        client.signed_in(pair.provider, pair.provider.claims(name, "acme-viewers"))
        clients.append(client)
    time.sleep(DUE)
    return clients


def at(pair, member, user):
    """The same session at another process."""
    client = pair.client(member)
    client.cookies = user.cookies
    return client


def read(client):
    return client.expect((200,), "GET", f"{ACME}/summary", timeout=15)


def begun(pair, user, at_least):
    """Sends a request of a session, whose renewal waits for the provider from then on."""
    def ask():
        with contextlib.suppress(Failed):
            user.ask("GET", f"{ACME}/summary", timeout=60)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    wait_for(lambda: len(pair.provider.held) >= at_least, "no renewal began")
    return thread


def renewed(pair, client, user, count=1):
    """Waits until the provider has renewed a user's session for another time."""
    wait_for(lambda: pair.provider.renewed.count(user) >= count or not read(client), "no renewal follows", 40)


def test_a_renewal_whose_process_is_killed(pair):
    provider, names = pair.provider, ["killed-1", "killed-2"]
    pair.first.start()
    pair.second.start()
    users = signed_in(pair, pair.first, *names)
    provider.holds = True
    for number, user in enumerate(users, start=1):
        begun(pair, user, number)
    # While the claim lasts, the other process does not ask, and decides by the claims that it knows.
    one, two = (at(pair, pair.second, user) for user in users)
    read(one)
    assert len(provider.held) == 2
    pair.first.kill()
    # The provider has not worked on the requests.
    provider.let_go(False)
    pair.pass_time("renewal %", 90)
    # The second process waits for a while before it tries again with the first session, and tries at once with the other.
    read(two)
    renewed(pair, two, names[1])
    read(two)
    assert provider.renewed == [names[1]] and provider.refused == []
    # The token that the provider gave is stored: the next renewal works.
    time.sleep(DUE)
    renewed(pair, two, names[1], 2)
    renewed(pair, one, names[0])
    read(one)
    assert provider.refused == []


def test_a_renewal_whose_process_is_stopped(pair):
    provider, name = pair.provider, "stopped"
    pair.first.start()
    pair.second.start()
    user, = signed_in(pair, pair.first, name)
    provider.holds = True
    thread = begun(pair, user, 1)
    pair.first.stop()
    provider.holds = False
    pair.pass_time("renewal %", 90)
    other = at(pair, pair.second, user)
    renewed(pair, other, name)
    # The provider refuses the first request now, because its token was used. That must not end the session.
    provider.let_go(True)
    wait_for(lambda: provider.refused == [name], "the provider has not answered")
    time.sleep(0.2)
    pair.first.go_on()
    thread.join(timeout=20)
    time.sleep(2)
    read(other)
    read(user)
    time.sleep(DUE)
    renewed(pair, other, name, 2)
    read(other)
    read(user)
    assert provider.refused == [name]


# MARK: Letters

def states(pair, member):
    items = pair.client(member).expect((200,), "GET", f"{ACME}/invitations", bearer=pair.manager()).document["items"]
    return [item["delivery"]["state"] for item in items]


def sent_events(pair):
    exported = pair.second.run("audit", "export")
    return exported.stdout.count('"action":"invitation_send"')


@pytest.mark.parametrize("way, takes_before, letters", [
    ("killed", False, 1), ("killed", True, 2), ("stopped", False, 1), ("stopped", True, 2)])
def test_a_letter(pair, way, takes_before, letters):
    with SlowLetters(takes_before) as slow, Letters() as quick:
        pair.first.configure(pair.settings | {"mail": slow.setting})
        pair.second.configure(pair.settings | {"mail": quick.setting})
        pair.first.start()
        invited = pair.client(pair.first).expect(
            (201,), "POST", f"{ACME}/invitations", {"email": "guest@acme.example", "role": "organization-viewer"},
            pair.manager())
        assert "link" not in invited.document
        wait_for(lambda: slow.asked == 1, "no letter is sent")
        pair.second.start()
        interrupt(pair.first, way)
        # The other process looks at the queue, and leaves the letter to its sender.
        time.sleep(ROUND + 1)
        assert quick.received == [] and states(pair, pair.second) == ["queued"]
        pair.database.query("UPDATE invitation SET next_attempt_at = next_attempt_at - 600 WHERE delivery = 'queued'")
        wait_for(lambda: quick.received, "the letter is not sent", 2 * ROUND)
        wait_for(lambda: states(pair, pair.second) == ["sent"], "the letter is not noted")
        if not takes_before:
            # The late answer may be a refusal of what the other server has taken.
            slow.refusal = "550 no such user"
        slow.answers = True
        if way == "stopped":
            # The answer has come when the process goes on.
            time.sleep(0.5)
            pair.first.go_on()
            wait_for(lambda: any("deliver" in entry["message"] or "sent" in entry["message"] for entry in pair.first.entries()),
                     pair.first.lines)
        time.sleep(ROUND + 1)
        if way == "killed":
            pair.first.start()
            time.sleep(ROUND + 1)
        assert len(slow.received) + len(quick.received) == letters
        assert slow.asked == 1 and states(pair, pair.second) == ["sent"]
        # Each letter has a link of its own, which works.
        secret = (slow.received or quick.received)[0][2]
        pair.client(pair.second).expect(
            (200,), "POST", "/api/v1/invitations/accept", {"token": secret}, pair.provider.bearer_of("guest"))


# MARK: Keys

@pytest.mark.parametrize("way", ["killed", "stopped"])
def test_a_key_of_assertions(pair, way):
    """The first process makes the key at its start, and the second one waits for it."""
    made = pair.first.run("migrate")
    assert made.returncode == 0, made.stderr
    with locked(pair.database, "assertion_key") as unlock:
        pair.first.launch()
        wait_for(lambda: waits_for(pair.database, "assertion_key"), pair.first.lines)
        interrupt(pair.first, way)
        pair.second.launch()
        unlock()
    pair.second.until_ready()
    assert pair.database.value("SELECT count(*) FROM assertion_key") == "1"
    keys = pair.client(pair.second).expect((200,), "GET", "/.well-known/jwks.json").document
    if way == "killed":
        pair.first.start()
    else:
        pair.first.go_on()
        pair.first.until_ready()
    assert pair.client(pair.first).expect((200,), "GET", "/.well-known/jwks.json").document == keys
    assert len(keys["keys"]) == 1 and pair.database.value("SELECT count(*) FROM assertion_key") == "1"


# MARK: Maintenance

def checkpoints(database):
    return int(database.value("SELECT count(*) FROM audit_checkpoint"))


@pytest.mark.parametrize("way", ["killed", "stopped"])
def test_a_checkpoint_and_what_is_swept(pair, way):
    database = pair.database
    pair.first.start()
    wait_for(lambda: pair.holder("maintenance"), "no process does the work")
    invited = pair.client(pair.first).expect(
        (201,), "POST", f"{ACME}/invitations", {"email": "late@acme.example", "role": "organization-viewer"}, pair.manager())
    client = pair.client(pair.first)
    client.signed_in(pair.provider, pair.provider.claims("leaver", "acme-viewers"))
    holder = pair.holder("maintenance")
    # The second process comes to what is done once a minute soon after the first one.
    time.sleep(ROUND)
    pair.second.start()
    database.query("DELETE FROM audit_checkpoint")
    database.query("UPDATE invitation SET expires_at = expires_at - 30 * 86400")
    database.query("UPDATE session SET created_at = created_at - 30 * 86400, used_at = used_at - 30 * 86400")
    with locked(database, "audit_checkpoint") as unlock:
        wait_for(lambda: waits_for(database, "audit_checkpoint"), "no checkpoint is made", THOROUGH + 2 * ROUND)
        assert pair.holder("maintenance") == holder
        interrupt(pair.first, way)
        unlock()
    assert checkpoints(database) == 0
    pair.pass_time("maintenance", 30)
    wait_for(lambda: pair.holder("maintenance") not in (holder, None), "the work is not taken over", 2 * ROUND)
    wait_for(lambda: checkpoints(database), "no checkpoint is made", THOROUGH + 2 * ROUND)
    wait_for(lambda: database.value("SELECT count(*) FROM session") == "0", "the session is not swept")
    assert database.value("SELECT state FROM invitation") == "expired"
    successor = pair.holder("maintenance")
    pair.first.go_on() if way == "stopped" else pair.first.start()
    time.sleep(2 * ROUND)
    assert pair.holder("maintenance") == successor and checkpoints(database) == 1
    exported = pair.second.run("audit", "export")
    assert exported.stdout.count('"action":"invitation_expire"') == 1, exported.stdout
    verified = pair.second.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout
    assert invited.document["id"] in exported.stdout


def test_old_figures(pair):
    """Figures that are older than the retention are deleted by a process as it starts, and every hour."""
    database = pair.database
    made = pair.first.run("migrate")
    assert made.returncode == 0, made.stderr
    today = int(time.time()) // DAY
    days = ", ".join(f"('acme', '', 0, {today - age}, {age})" for age in (5000, 4000, 3000, 2000, 1))
    database.query(f"INSERT INTO usage_history VALUES {days}")

    def kept():
        return [int(row[0]) for row in database.query("SELECT value FROM usage_history ORDER BY day")]

    with locked(database, "usage_history") as unlock:
        pair.first.launch()
        wait_for(lambda: waits_for(database, "usage_history"), pair.first.lines)
        pair.first.kill()
        unlock()
    assert kept() == [5000, 4000, 3000, 2000, 1]
    pair.pass_time("maintenance", 30)
    pair.second.start()
    # The last figure before the retention counts from its beginning on.
    wait_for(lambda: len(kept()) < 5, "the figures are not deleted")
    assert kept()[-2:] == [2000, 1]
