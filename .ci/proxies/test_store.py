"""The gateway's program in all columns at once, while their stores do not answer."""

import contextlib
import fcntl
import http.client
import threading
import time

import pytest
from columns import FORWARD_AUTH, REVERSE_PROXY, Column
from rows import IDENTITY, NAVIGATION, values
from wire import wait_for

# The octets of SQLite's shared-memory file whose locks every read and every write takes.
LOCKS = (120, 8)


@pytest.fixture
def columns(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        columns = []
        for name in FORWARD_AUTH + REVERSE_PROXY:
            columns.append(Column(name, tmp_path_factory.mktemp("column")))
            stack.callback(columns[-1].stop)
        yield columns


@contextlib.contextmanager
def stopped_store(column):
    """Holds the store's locks, so that nothing can be read or written."""
    with open(column.folder / "store.db-shm", "r+b") as file:
        def is_locked():
            with contextlib.suppress(BlockingIOError):
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, LOCKS[1], LOCKS[0])
                return True

        wait_for(is_locked, "the store is always in use")
        yield


class Client:
    """Asks a column again and again, and notes the status of each answer."""

    def __init__(self, column, fields, end):
        self.column, self.fields, self.end, self.statuses, self.faults = column, fields, end, [], []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.end.wait(0.05):
            answer = None
            with contextlib.suppress(OSError, http.client.HTTPException):
                answer = self.column.ask("/x", fields=self.fields)
            self.statuses.append(answer.status if answer else None)
            if answer and answer.status == 200 and not all(any(values(answer.json, name)) for name in IDENTITY):
                self.faults.append(answer.json)


def test_a_stopped_store_lets_nobody_through_without_identity(columns):
    end, clients = threading.Event(), []
    for column in columns:
        column.begin()
        session = column.signed_in("manager").field(column.host)
        used = column.session("manager")
        assert column.ask("/x", fields=[used]).status == 200
        column.credentials = {
            "a session in use": [used], "a session not seen before": [session],
            "a token": [("Authorization", column.bearer("manager"))], "nothing": [], "a navigation": [NAVIGATION]}
    with contextlib.ExitStack() as stack:
        for column in columns:
            stack.enter_context(stopped_store(column))
        clients = [(column, kind, Client(column, fields, end)) for column in columns for kind, fields in column.credentials.items()]
        deadline = time.monotonic() + 10
        wait_for(lambda: time.monotonic() > deadline, "the time does not pass")
        # What was known before is good for five seconds.
        for column in columns:
            for kind, fields in column.credentials.items():
                assert column.ask("/x", fields=fields).status in (403, 500, 502, 503), (column.name, kind)
    # The last answers of a stopped store are still under way.
    for column in columns:
        for kind in ("a session in use", "a session not seen before", "a token"):
            wait_for(lambda: column.ask("/x", fields=column.credentials[kind]).status == 200, f"{column.name} does not recover")
    end.set()
    for column, kind, client in clients:
        client.thread.join(timeout=30)
        assert not client.thread.is_alive() and not client.faults, (column.name, kind, client.faults)
        if kind in ("nothing", "a navigation"):
            assert 200 not in client.statuses, column.name
