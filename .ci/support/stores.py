"""The rows of a gateway's store, as lists of tuples of texts."""

import contextlib
import sqlite3


class SQLite:
    def __init__(self, path):
        self.path = path

    def rows(self, statement):
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)) as store:
            return [tuple(map(str, row)) for row in store.execute(statement)]

    def events(self, after=0):
        """The events of the organization `acme`, as JSON."""
        rows = self.rows(
            f"SELECT CAST(event AS TEXT) FROM audit_event WHERE chain = 'acme' AND sequence > {after} ORDER BY sequence")
        return [text for text, in rows]

    def is_intact(self):
        return self.rows("PRAGMA integrity_check") == [("ok",)]
