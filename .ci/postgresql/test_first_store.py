"""A store of SQLite that an old program has made is migrated, and copied to PostgreSQL, without loss."""

import contextlib
import json
import os
import sqlite3
import subprocess

from cluster import free_port
from first_store import opened
from fleet import Member, settings
from gatehouse import BINARY
from load import ACME, Client, rows

# What a migration itself writes.
OWN = {"schema_migrations", "store_version"}


def tables(path, columns=None):
    """The rows of all tables, and their columns; or those of the given columns."""
    found = {}
    with contextlib.closing(sqlite3.connect(path)) as store:
        if columns is None:
            names = [name for name, in store.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
            columns = {name: [row[1] for row in store.execute(f'PRAGMA table_info("{name}")')] for name in names}
        for name, known in columns.items():
            names = ", ".join(f'"{column}"' for column in known)
            found[name] = sorted(store.execute(f'SELECT {names} FROM "{name}"'), key=repr)
    return columns, found


def events(member):
    exported = member.run("audit", "export")
    assert exported.returncode == 0, exported.stderr
    return [line for line in exported.stdout.splitlines() if json.loads(line)["action"] != "audit_export"]


def test_an_old_store_is_migrated_and_copied(server, crowd, tmp_path):
    path = opened(tmp_path / "old.db")
    columns, before = tables(path)
    assert len(before["audit_event"]) > 50 and len(before["claim_mapping"]) > 5 and before["session"], {
        name: len(found) for name, found in before.items()}
    port = free_port()
    configuration = settings(port, crowd.issuer, f"sqlite:{path}")
    member = Member(tmp_path, "g", configuration)
    assert member.run("migrate", "--check").returncode == 1
    migrated = member.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    assert member.run("migrate", "--check").returncode == 0
    _, after = tables(path, columns)
    for name in before.keys() - OWN:
        assert after[name] == before[name], name
    verified = member.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout
    told = events(member)
    action = columns["audit_event"].index("action")
    assert len(told) == len([row for row in before["audit_event"] if row[action] != "audit_export"])
    database = server.database()
    copied = subprocess.run(
        [BINARY, "store", "copy", "--config", member.path, "--to",
         database.url(sslmode="verify-full", sslrootcert=server.authority.certificate)],
        env=os.environ | {"PGPASSWORD": database.password}, capture_output=True, text=True, timeout=120)
    assert copied.returncode == 0, copied.stderr
    member.configure(configuration | {"storage": database.storage(tmp_path)})
    assert set(told) <= set(events(member))
    member.start()
    try:
        client, manager = Client(member.port, f"127.0.0.1:{port}"), crowd.bearer_of("boss", "acme-managers")
        place = columns["access_grant"].index("id")
        assert {row["id"] for row in rows(client, f"{ACME}/grants", manager)} == {row[place] for row in before["access_grant"]}
        assert len(rows(client, f"{ACME}/workspaces", manager)) == len(before["inventory_workspace"])
    finally:
        member.end()
