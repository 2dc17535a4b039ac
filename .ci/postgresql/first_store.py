#!/usr/bin/env python3
"""The store that `first_store.sql.gz` holds: of the last program that knew no other engine than SQLite.

It was made once, with the program of commit c413c717, which nothing else needs any more:

    GATEHOUSE=…/gatehouse PYTHONPATH=.ci/support .build/acceptance/bin/python .ci/postgresql/first_store.py
"""

import contextlib
import gzip
import pathlib
import sqlite3
import tempfile
import time

from fleet import Fleet
from load import ACME, Client, Crowd, Load

FILE = pathlib.Path(__file__).with_name("first_store.sql.gz")
# The order of texts, what a text may contain, and numbers at their limits must survive.
TEXTS = ("b", "B", "\u00e4", "a", "\U0001f511 key", "x" * 200, "tab\there", "'quoted'", "\\back")


def inventory():
    workflows = [{"id": f"w{n}", "name": name, "published": n % 2 == 0, "nested_only": n % 3 == 0, "trigger": "webhook"}
                 for n, name in enumerate(("W", *TEXTS[2:5]))]
    members = [{"email": f"m{n}@acme.example", "name": f"M \u00e4\u6f22 {n}", "roles": ["owner"], "status": "active"} for n in range(5)]
    runners = [{"id": "r1", "name": "eks", "hosting": "self_hosted", "shared_from": None}]
    return {"roles": [{"id": "owner", "name": "Owner", "scopes": ["playbook.write", "cm.case.write"]}], "workspaces": [
        {"id": f"soc-{n}", "name": f"SOC {n}", "created_at": "2025-01-01T00:00:00Z", "workflows": workflows,
         "members": members, "runners": runners} for n in range(4)]}


def fill(fleet, crowd):
    """Content of all kinds."""
    manager, client = crowd.bearer_of("boss", "acme-managers"), Client(fleet.members[0].port, f"127.0.0.1:{fleet.port}")
    client.expect((200, 204), "PUT", f"{ACME}/inventory", inventory(), crowd.bearer_of("robot", "acme-robots"))
    for value in TEXTS:
        rule = {"claim_name": "groups", "claim_value": value, "role": "organization-viewer"}
        client.expect((201,), "POST", f"{ACME}/claim-mappings", rule, manager)
    begun = client.expect((302, 303), "GET", "/auth/login?provider=idp&organization=acme")
    client.expect((200, 302, 303), "GET", crowd.sign_in(begun.fields["Location"], crowd.claims("stranger")))
    visitor = Client(fleet.members[0].port, f"127.0.0.1:{fleet.port}")
    me = visitor.signed_in(crowd, crowd.claims("visitor", "acme-viewers"))
    visitor.expect((200, 204), "PATCH", "/api/v1/me", {"time_zone": "Europe/Berlin"}, fields={"X-CSRF-Token": me["csrf_token"]})
    with Load(fleet, crowd, workers=("signer", "inviter", "inviter", "publisher"), pause=0.05) as load:
        time.sleep(6)
        load.finish()


def opened(path):
    """The store as a file."""
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.executescript(gzip.decompress(FILE.read_bytes()).decode())
        store.execute("PRAGMA journal_mode = WAL")
    return path


def main():
    crowd = Crowd()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "store.db"
        with Fleet(pathlib.Path(folder), crowd, f"sqlite:{path}", count=1) as fleet:
            fill(fleet, crowd)
        with contextlib.closing(sqlite3.connect(path)) as store:
            kept = [f"PRAGMA {name} = {store.execute(f'PRAGMA {name}').fetchone()[0]};" for name in ("application_id", "user_version")]
            text = "\n".join([*kept, *store.iterdump()])
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    crowd.close()


if __name__ == "__main__":
    main()
