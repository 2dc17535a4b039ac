"""Faults of the database, of the way to it and of the settings: clear errors, 503 in time, and recovery without a leak."""

import contextlib
import secrets
import threading
import time
from urllib.parse import urlsplit

import pytest
from cluster import Authority, free_port, wait_for
from fleet import Fleet, Member, settings
from link import Link
from load import ACME, EFFECTIVE, Client, Failed, Load

WORKERS = ("reader", "signer", "inviter", "publisher")
# What a process knows decides for so long without contact (contract, section 12), and polling is part of it.
GOOD_FOR, POLLED = 5.0, 0.5
# No request waits longer for the database.
LONGEST = 12.0
# The connections of each process, without that of its follower.
CONNECTIONS = 4


class World:
    """Two gateways that reach the database over a network of the test."""

    def __init__(self, server, crowd, folder):
        self.crowd, self.database, self.link = crowd, server.database(), Link(server.port)
        storage = self.database.storage(
            folder, [self.link.port], connections=CONNECTIONS, sslmode="verify-full", sslrootcert=server.authority.certificate)
        try:
            self.fleet = Fleet(folder, crowd, storage, count=2)
        except BaseException:
            self.link.__exit__()
            raise
        self.member, self.host = self.fleet.members[0], f"127.0.0.1:{self.fleet.port}"
        self.cookies = {}

    def stop(self):
        self.fleet.stop()
        self.link.__exit__()

    def status(self, *words, member=None, cookies=None, **options):
        """The status of a request that one gateway answers, and how long that took."""
        client = Client((member or self.member).port, self.host)
        client.cookies, begun = cookies or {}, time.monotonic()
        try:
            status = client.ask(*words, timeout=LONGEST + 7, **options).status
        except Failed as failure:
            status = int(str(failure)[:3]) if str(failure)[:1] == "5" else str(failure)
        return status, time.monotonic() - begun

    def read(self, member=None):
        """A decision by the claims of a token and the rows in memory."""
        bearer = self.crowd.bearer_of("viewer", "acme-viewers")
        return self.status("GET", f"{ACME}/summary", bearer=bearer, member=member)

    def read_by_session(self):
        return self.status("GET", f"{ACME}/summary", cookies=self.cookies)

    def write(self, member=None):
        content = {"email": f"p{secrets.token_hex(6)}@acme.example", "role": "organization-viewer"}
        bearer = self.crowd.bearer_of("boss", "acme-managers")
        return self.status("POST", f"{ACME}/invitations", content, bearer, member=member)

    def sign_in(self):
        client = Client(self.member.port, self.host)
        client.signed_in(self.crowd, self.crowd.claims("visitor", "acme-viewers"))
        self.cookies = client.cookies
        assert self.read_by_session()[0] == 200

    def is_well(self):
        return all(
            member.readiness() == 200 and self.read(member)[0] == 200 and self.write(member)[0] == 201
            for member in self.fleet.members)

    def burst(self):
        """Uses all connections of the gateways."""
        def work(member):
            for _ in range(10):
                self.write(member)
                self.status("GET", f"{ACME}/members", bearer=self.crowd.bearer_of("boss", "acme-managers"), member=member)

        threads = [threading.Thread(target=work, args=(member,)) for member in self.fleet.members for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def usage(self):
        """Threads and descriptors of the processes, and connections at the server. Connections to the provider are kept for
        a while after a sign-in, and do not count."""
        provider = urlsplit(self.crowd.issuer).port
        return {"backends": len(self.database.backends())} | {
            (member.name, kind): count for member in self.fleet.members
            for kind, count in [("threads", member.threads()), *member.descriptors(provider).items()]}

    def warm_up(self):
        """Makes the gateways open all their connections, which they do as they need them."""
        def are_open():
            self.burst()
            return all(
                sum(value for name, value in member.metrics().items() if name.startswith("gatehouse_store_connections"))
                == CONNECTIONS for member in self.fleet.members)

        wait_for(are_open, "some connections are not opened", 20)

    @contextlib.contextmanager
    def recovering(self, seconds=6):
        """A fault inside; afterwards the gateways recover by themselves, and use no more than before."""
        assert self.is_well()
        self.warm_up()
        time.sleep(0.5)
        before, mark = self.usage(), {member.name: len(member.lines()) for member in self.fleet.members}
        self.said = lambda: "".join(member.lines()[mark[member.name]:] for member in self.fleet.members)
        try:
            yield
        except BaseException:
            # The next test finds a network without faults, and gateways that have recovered.
            self.link.delay = 0
            self.link.mend()
            with contextlib.suppress(AssertionError):
                wait_for(self.is_well, "no recovery", 30)
            raise
        wait_for(self.is_well, lambda: f"no recovery: {self.said()[-3000:]}", seconds)

        def differences():
            # Connections that were lost are opened as they are needed, and a request under way has one, too.
            self.burst()
            now = self.usage()
            return {name: (before.get(name, 0), now.get(name, 0)) for name in before | now if before.get(name) != now.get(name)}

        wait_for(lambda: not differences(), lambda: f"not as much is used as before: {differences()}", 15)
        for member in self.fleet.members:
            assert self.database.password not in member.lines()

    def until_refused(self, seconds=GOOD_FOR + 2):
        """Waits until nothing is decided any more."""
        wait_for(lambda: self.read()[0] == 503 and self.write()[0] == 503 and self.member.readiness() == 503,
                 lambda: f"no 503: {self.read()}, {self.write()}", seconds + LONGEST)

    def says(self, *words):
        """Waits until an error in the log has one of some texts."""
        wait_for(lambda: any(word in self.said() for word in words), lambda: f"{words}: {self.said()[-3000:]}")


@pytest.fixture(scope="module")
def world(server, crowd, tmp_path_factory):
    world = World(server, crowd, tmp_path_factory.mktemp("faults"))
    yield world
    world.stop()


# The time that a slow database takes for each statement.
DELAY = 0.1
# The statements between a change and its effect elsewhere, beside the second that is allowed without a delay: a poll that
# is under way (two and its end), the one after it (two), what it takes up (one for each of four kinds of rows), and what
# the measuring request reads itself (two).
STATEMENTS = 3 + 2 + 4 + 2


def test_a_slow_database_is_only_slow(world, crowd):
    with world.recovering():
        world.link.delay = DELAY
        with Load(world.fleet, crowd, workers=("reader", "signer", "signer", "inviter", "inviter", "publisher")) as load:
            time.sleep(15)
            load.finish(within=EFFECTIVE + STATEMENTS * DELAY)
        world.link.delay = 0
        assert load.failures == [] and load.counts["invitations"] > 0
        # Each process is measured.
        assert all(len(watcher.times) > 3 for watcher in load.watchers)


def test_killed_connections_are_replaced(world, crowd):
    with world.recovering():
        with Load(world.fleet, crowd, workers=WORKERS) as load:
            time.sleep(1)
            outage, ended = world.fleet.outage(), 0
            for _ in range(12):
                ended += world.database.end_backends()
                time.sleep(0.3)
            outage.end = time.monotonic() + 1
            for _ in range(6):
                ended += world.link.reset()
                time.sleep(0.3)
            outage.end = time.monotonic() + 2
            time.sleep(4)
            load.finish()
        assert ended > 12


def test_a_cut_network_is_survived_for_five_seconds(world):
    with world.recovering():
        world.sign_in()
        world.link.cut()
        cut_at, writes, reads = time.monotonic(), [], []
        ends = threading.Event()

        def write():
            while not ends.wait(0.05):
                writes.append(world.write())

        writers = [threading.Thread(target=write, daemon=True) for _ in range(3)]
        for writer in writers:
            writer.start()
        while time.monotonic() < cut_at + GOOD_FOR + 3:
            for kind in (world.read, world.read_by_session):
                sent = time.monotonic() - cut_at
                reads.append((round(sent, 2), kind.__name__, *kind()))
            time.sleep(0.1)
        early = [read for read in reads if read[0] < GOOD_FOR - 2 * POLLED]
        late = [read for read in reads if read[0] > GOOD_FOR]
        assert len(early) > 20 and all(read[2] == 200 for read in early), [read for read in early if read[2] != 200]
        assert len(late) > 20 and all(read[2] == 503 for read in late), [read for read in late if read[2] != 503]
        assert max(read[3] for read in reads) < 1, max(reads, key=lambda read: read[3])
        assert world.member.readiness() == 503
        time.sleep(max(0, cut_at + 30 - time.monotonic()))
        ends.set()
        for writer in writers:
            writer.join(timeout=LONGEST + 8)
        assert writes and all(status == 503 and taken < LONGEST for status, taken in writes), writes
        world.link.mend()


def test_a_database_that_refuses_connections_comes_back(world):
    with world.recovering():
        world.link.refuse()
        world.until_refused()
        world.says("Connection refused", "connection refused")
        world.link.mend()


def test_full_connections_are_named_and_survived(world):
    with world.recovering():
        world.database.query(f"ALTER ROLE {world.database.role} CONNECTION LIMIT 0")
        world.database.end_backends()
        world.until_refused()
        world.says("too many connections")
        world.database.query(f"ALTER ROLE {world.database.role} CONNECTION LIMIT -1")


def test_a_changed_password_is_named_and_survived(world):
    database = world.database
    with world.recovering():
        database.query(f"ALTER ROLE {database.role} PASSWORD 'other'")
        database.end_backends()
        world.until_refused()
        world.says("password authentication failed")
        database.query(f"ALTER ROLE {database.role} PASSWORD '{database.password}'")


def test_ended_transactions_are_errors_and_no_loss(world):
    database = world.database
    with world.recovering():
        database.query(f"ALTER ROLE {database.role} SET idle_in_transaction_session_timeout = '20ms'")
        database.end_backends()
        world.link.delay = 0.1
        seen = [world.write() for _ in range(8)]
        world.link.delay = 0
        database.query(f"ALTER ROLE {database.role} RESET idle_in_transaction_session_timeout")
        database.end_backends()
        assert all(status in (201, 503) and taken < LONGEST for status, taken in seen), seen
        if any(status == 503 for status, _ in seen):
            world.says("idle-in-transaction")


def test_a_read_only_database_is_named_and_survived(world):
    database = world.database
    with world.recovering():
        # The setting applies to a new connection of the database; another one can undo it.
        database.server.query(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on")
        database.end_backends()
        wait_for(lambda: world.write()[0] == 503, lambda: f"no 503: {world.write()}", LONGEST)
        world.says("read-only")
        database.server.query(f"ALTER DATABASE {database.name} RESET default_transaction_read_only")
        database.end_backends()


# MARK: The start

@pytest.fixture
def unstarted(server, crowd, tmp_path):
    """Makes a gateway with a setting `storage`, and starts it; returns what it says and its exit code."""
    database, made = server.database(), []

    def start(storage):
        member = Member(tmp_path, f"g{len(made)}", settings(free_port(), crowd.issuer, storage))
        made.append(member)
        member.launch()
        wait_for(lambda: member.process.poll() is not None, lambda: f"it goes on:\n{member.lines()}", 15)
        assert database.password not in member.lines()
        return member.lines(), member.process.returncode

    yield database, start
    for member in made:
        member.end()


def test_a_wrong_password_ends_the_start(unstarted, tmp_path):
    database, start = unstarted
    said, code = start(database.storage(tmp_path, password="wrong"))
    assert code == 1 and "password authentication failed" in said, said


def test_an_unknown_authority_ends_the_start(unstarted, tmp_path):
    database, start = unstarted
    other = Authority(tmp_path / "other")
    said, code = start(database.storage(
        tmp_path, [database.server.port], sslmode="verify-full", sslrootcert=other.certificate))
    assert code == 1 and "certificate verify failed" in said, said
    assert database.tables() == []


def test_no_server_ends_the_start(unstarted, tmp_path):
    database, start = unstarted
    said, code = start(database.storage(tmp_path, [free_port()]))
    assert code == 1 and "refused" in said, said


def test_full_connections_end_the_start(unstarted, tmp_path):
    database, start = unstarted
    database.query(f"ALTER ROLE {database.role} CONNECTION LIMIT 0")
    said, code = start(database.storage(tmp_path))
    assert code == 1 and "too many connections" in said, said
