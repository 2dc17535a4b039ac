"""What the acceptance tests of SQLite ask: kills of a gateway under load, and a full disk, here that of the server."""

import contextlib
import os

import pytest
from cluster import Server, Stored, own_folder, wait_for
from full_disk import Filled, invite, small_disk
from kills import kill_under_load
from serving import Gateway

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "200"))


@contextlib.contextmanager
def serving(folder, database):
    gateway = Gateway(folder, storage=database.storage(folder), invitations={"per_day": 1_000_000})
    try:
        yield gateway
    finally:
        gateway.stop()


def test_a_gateway_killed_under_load_keeps_every_confirmed_change(server, tmp_path):
    database = server.database()
    with serving(tmp_path, database) as gateway:
        kill_under_load(gateway, Stored(database), ROUNDS)


@pytest.fixture
def disk(servers):
    with small_disk(servers / "disk", "192m") as disk:
        yield disk


def test_writes_are_refused_and_no_data_is_lost(disk, servers, authority, blank, tmp_path):
    """The disk of the tables is full; that of the write-ahead log is another one."""
    log = own_folder(servers / "log")
    server = Server(disk / "server", authority, blank, log=log)
    try:
        database = server.database()
        with serving(tmp_path, database) as gateway:
            filled = Filled(disk, gateway)
            filled.until_refused()
            filled.assert_reads_continue()
            filled.make_room()
            filled.assert_nothing_is_lost(Stored(database))
    finally:
        server.stop()


def test_a_server_that_ends_since_its_log_has_no_room(disk, authority, blank, tmp_path):
    server = Server(disk / "server", authority, blank, max_wal_size="64MB", min_wal_size="32MB")
    try:
        database = server.database()
        with serving(tmp_path, database) as gateway:
            filled = Filled(disk, gateway)
            # A log without room ends the server: it must not forget what it acknowledges.
            with contextlib.suppress(AssertionError):
                for _ in range(20):
                    server.query("SELECT pg_switch_wal()")
            wait_for(lambda: server.process.poll() is not None, "the server goes on", 30)
            status, document = invite(gateway, 100)
            assert (status, document["code"]) == (503, "unavailable"), document
            filled.make_room()
            server.start()
            wait_for(lambda: invite(gateway, 101)[0] == 201, "no write succeeds")
            filled.kept = [id for id, in Stored(database).rows("SELECT id FROM invitation")]
            assert len(filled.kept) == 21
            filled.assert_nothing_is_lost(Stored(database))
    finally:
        server.stop()
