"""Changes of one process are effective at the others within a second, whichever way they travel."""

import contextlib
import time

import pytest
from fleet import Fleet
from link import Link
from load import Load, quantile
from pooler import Pooler

WORKERS = ("signer", "inviter", "inviter")
# A process that only polls needs half a second for half of the changes; one that is told needs far less.
TOLD = 0.2


@pytest.fixture(scope="module")
def pooled(server, servers):
    """A database behind pgbouncer."""
    database = server.database()
    pooler = Pooler(servers / "changes", database)
    yield database, pooler
    pooler.stop()


@contextlib.contextmanager
def under_load(folder, crowd, storage):
    with Fleet(folder, crowd, storage) as fleet, Load(fleet, crowd, workers=WORKERS) as load:
        time.sleep(1)
        yield fleet, load
        load.finish()
        assert load.failures == []


def test_with_notifications(pooled, crowd, tmp_path):
    database, pooler = pooled
    with under_load(tmp_path, crowd, database.storage(tmp_path, [pooler.port], direct=database.url())) as (_, load):
        time.sleep(4)
    assert quantile(load.times(), 0.5) < TOLD


def test_by_polling_alone(pooled, crowd, tmp_path):
    database, pooler = pooled
    with under_load(tmp_path, crowd, database.storage(tmp_path, [pooler.port])) as (fleet, _):
        time.sleep(5)
    for member in fleet.members:
        assert any("direct" in entry["message"] for entry in member.entries()), member.lines()


def test_while_the_connection_for_notifications_is_killed(pooled, crowd, tmp_path):
    database, pooler = pooled
    with Link(database.server.port) as link:
        direct = database.url([link.port], sslmode="verify-full", sslrootcert=database.server.authority.certificate)
        with under_load(tmp_path, crowd, database.storage(tmp_path, [pooler.port], direct=direct)) as (fleet, load):
            killed, end = 0, time.monotonic() + 5
            while time.monotonic() < end:
                ports = ", ".join(map(str, link.sources())) or "0"
                killed += database.end_backends(f"client_port IN ({ports})")
                time.sleep(0.25)
            assert killed >= len(fleet.members)
            # Without the way past the pooler, polling goes on.
            link.refuse()
            time.sleep(2)
            link.mend()
            time.sleep(2)
