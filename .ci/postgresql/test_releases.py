"""Two releases over one database, and schemas that a release must refuse."""

import os
import time

import pytest
from cluster import free_port, wait_for
from fleet import Fleet, Member, settings
from gatehouse import BINARY
from load import Load
from previous import built

WORKERS = ("reader", "reader", "signer", "inviter", "inviter", "publisher")
# How long both run under load, each started once more in the middle.
SECONDS = int(os.environ.get("GATEHOUSE_SIDE_BY_SIDE_SECONDS", "60"))


@pytest.fixture(scope="module")
def previous():
    """The program of the release before this one."""
    return built()


def migrations(database):
    return dict(database.query("SELECT component, number FROM schema_migrations"))


@pytest.mark.parametrize("first", ["previous", "current"])
def test_two_releases_side_by_side(server, crowd, previous, tmp_path, first):
    """The second release joins under load; then each is restarted while the other one serves."""
    binaries = [previous, BINARY] if first == "previous" else [BINARY, previous]
    database, begun = server.database(), time.monotonic()
    with Fleet(tmp_path, crowd, database.storage(tmp_path), later=1, binaries=binaries) as fleet:
        one, other = fleet.members
        before = migrations(database)
        with Load(fleet, crowd, workers=WORKERS) as load:
            time.sleep(SECONDS / 10)
            other.start()
            # The tables are those of the newer one, whichever came first.
            newest = migrations(database)
            assert all(int(newest[name]) >= int(number) for name, number in before.items())
            assert first == "previous" or newest == before
            fleet.until_all_are_up()
            for member in (one, other):
                time.sleep(SECONDS / 3)
                member.restart()
                fleet.until_all_are_up()
            time.sleep(max(0, begun + SECONDS - time.monotonic()))
            load.finish()
        assert load.failures == [] and migrations(database) == newest
        assert all(load.counts[name] for name in ("reads", "sign-ins", "acceptances", "changes")), load.counts
        for member in fleet.members:
            assert not [entry for entry in member.problems() if entry["level"] == "error"], member.problems()


@pytest.fixture
def migrated(server, crowd, tmp_path):
    """A database of this release, and a gateway that is not started."""
    database = server.database()
    member = Member(tmp_path, "g", settings(free_port(), crowd.issuer, database.storage(tmp_path)))
    made = member.run("migrate")
    assert made.returncode == 0, made.stderr
    yield database, member
    member.end()


COMPONENTS = ("sessions", "a-component-of-the-future")


def make_newer(database, component, by):
    """Records that a later release has changed the tables of a component."""
    database.query(
        f"INSERT INTO schema_migrations VALUES ('{component}', {by}) "
        f"ON CONFLICT (component) DO UPDATE SET number = schema_migrations.number + {by}")


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_schema_that_is_newer_by_two_is_refused(migrated, component):
    database, member = migrated
    make_newer(database, component, 2)
    before, tables = migrations(database), database.tables()
    for words in (("migrate",), ("migrate", "--check"), ("audit", "verify"), ("grant", "list")):
        refused = member.run(*words)
        assert refused.returncode == 1, (words, refused.stdout)
        assert f"'{component}'" in refused.stderr and "newer release" in refused.stderr, (words, refused.stderr)
        assert len(refused.stderr.strip().splitlines()) == 1, (words, refused.stderr)
    member.launch()
    wait_for(lambda: member.process.poll() is not None, member.lines)
    assert member.process.returncode == 1 and "newer release" in member.lines(), member.lines()
    assert migrations(database) == before and database.tables() == tables


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_schema_that_is_newer_by_one_is_used(migrated, component):
    database, member = migrated
    make_newer(database, component, 1)
    before = migrations(database)
    for words in (("migrate",), ("migrate", "--check"), ("audit", "verify")):
        used = member.run(*words)
        assert used.returncode == 0, (words, used.stdout, used.stderr)
    member.start()
    assert migrations(database) == before
