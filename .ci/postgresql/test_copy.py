"""`store copy` takes a store of SQLite to PostgreSQL: all of it, or nothing."""

import json
import os
import subprocess
import time

import pytest
from cluster import wait_for
from fleet import Fleet
from gatehouse import BINARY
from link import Link
from load import ACME, Client, Load, rows

WORKERS = ("reader", "signer", "inviter", "publisher")
LISTS = ("workspaces", "invitations", "members", "grants", "suspensions", "claim-mappings", "denied-sign-ins", "audit-events")


def large_inventory():
    workflows = [{"id": f"w{n}", "name": "W", "published": True, "nested_only": False, "trigger": "webhook"} for n in range(40)]
    members = [{"email": f"m{n}@acme.example", "name": f"M \u00e4\u6f22 {n}", "roles": ["owner"], "status": "active"} for n in range(20)]
    return {"roles": [{"id": "owner", "name": "Owner", "scopes": ["playbook.write"]}], "workspaces": [
        {"id": f"large-{n}", "name": f"Large {n}", "created_at": "2025-01-01T00:00:00Z", "workflows": workflows,
         "members": members, "runners": []} for n in range(300)]}


class Source:
    """A gateway on SQLite with content of all kinds, which is stopped."""

    def __init__(self, folder, crowd):
        self.crowd, self.fleet = crowd, Fleet(folder, crowd, f"sqlite:{folder}/source.db", count=1)
        self.member, self.host = self.fleet.members[0], f"127.0.0.1:{self.fleet.port}"
        try:
            self.fill()
            self.before = self.documents()
            self.member.terminate()
            self.events = self.exported()
        except BaseException:
            self.fleet.stop()
            raise

    def client(self):
        return Client(self.member.port, self.host)

    def fill(self):
        crowd, manager, client = self.crowd, self.crowd.bearer_of("boss", "acme-managers"), self.client()
        client.expect((200, 204), "PUT", f"{ACME}/inventory", large_inventory(), crowd.bearer_of("robot", "acme-robots"))
        # The order of texts, what a text may contain, and numbers at their limits are those of the source.
        for value in ("b", "B", "\u00e4", "a", "\U0001f511 key", "x" * 200, "tab\there"):
            rule = {"claim_name": "groups", "claim_value": value, "role": "organization-viewer"}
            client.expect((201,), "POST", f"{ACME}/claim-mappings", rule, manager)
        stranger = self.client()
        begun = stranger.expect((302, 303), "GET", "/auth/login?provider=idp&organization=acme")
        back = crowd.sign_in(begun.fields["Location"], crowd.claims("stranger"))
        stranger.expect((200, 302, 303), "GET", back)
        self.load = Load(self.fleet, crowd, workers=WORKERS)
        with self.load:
            time.sleep(3)
            visitor = self.client()
            visitor.signed_in(crowd, crowd.claims("visitor", "acme-viewers"))
            self.cookies = visitor.cookies
            self.load.finish()

    def documents(self):
        client, manager, robot = self.client(), self.crowd.bearer_of("boss", "acme-managers"), self.crowd.bearer_of("robot", "acme-robots")
        lists = {name: rows(client, f"{ACME}/{name}", manager) for name in LISTS}
        assert all(lists.values()), [name for name in lists if not lists[name]]
        lists["summary"] = client.expect((200,), "GET", f"{ACME}/summary", bearer=manager).document
        lists["usage"] = client.expect((200,), "GET", f"{ACME}/usage", bearer=manager).document
        lists["inventory"] = client.expect((200,), "GET", f"{ACME}/inventory", bearer=robot).document
        return lists

    def exported(self):
        exported = self.member.run("audit", "export")
        assert exported.returncode == 0, exported.stderr
        return [line for line in exported.stdout.splitlines() if json.loads(line)["organization"]]

    def command(self, database, ports=None):
        """The command, with the target's password in the variable that libpq reads."""
        parameters = {"sslmode": "verify-full", "sslrootcert": database.server.authority.certificate}
        return {"args": [BINARY, "store", "copy", "--config", str(self.member.path), "--to", database.url(ports, **parameters)],
                "env": os.environ | {"PGPASSWORD": database.password}, "text": True}

    def copy(self, database, ports=None):
        return subprocess.run(**self.command(database, ports), capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def source(crowd, tmp_path_factory):
    source = Source(tmp_path_factory.mktemp("source"), crowd)
    yield source
    source.fleet.stop()


def test_a_copy_that_is_killed_or_cut_leaves_nothing(source, server):
    database = server.database()
    with Link(server.port) as link:
        for way in ("killed", "cut"):
            link.octets, link.delay = 0, 0.01
            process = subprocess.Popen(**source.command(database, [link.port]), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                wait_for(lambda: link.octets > 200_000, "the copy sends nothing", 60)
                assert process.poll() is None
                if way == "killed":
                    process.kill()
                else:
                    link.reset()
                _, said = process.communicate(timeout=30)
            finally:
                process.kill()
                process.wait()
            if way == "cut":
                assert process.returncode == 1 and len(said.strip().splitlines()) == 1, said
                assert database.password not in said
            wait_for(lambda: not database.backends(), "a connection stays")
            assert database.tables() == [], way


def test_a_copy_has_all_that_the_source_has(source, server, tmp_path):
    database = server.database()
    copied = source.copy(database)
    assert copied.returncode == 0, copied.stderr
    print("\n" + copied.stdout.strip())
    again = source.copy(database)
    assert again.returncode == 1 and "table" in again.stderr, again.stderr
    settings = source.member.settings
    try:
        source.member.configure(settings | {"storage": database.storage(tmp_path)})
        assert source.exported() == source.events
        source.member.start()
        after = source.documents()
        for name, document in source.before.items():
            assert after[name] == document, name
        visitor = source.client()
        visitor.cookies = source.cookies
        assert visitor.expect((200,), "GET", f"{ACME}/summary").status == 200
        # The book of the load, the chains, and new changes.
        source.load.compare()
        with Load(source.fleet, source.crowd, workers=WORKERS) as load:
            time.sleep(2)
            load.finish()
    finally:
        source.member.terminate()
        source.member.configure(settings)


def test_a_target_with_tables_of_the_gateway_is_refused(source, server):
    database = server.database()
    database.query("SET ROLE " + database.role + "; CREATE TABLE store_version (version bigint)")
    refused = source.copy(database)
    assert refused.returncode == 1 and "table" in refused.stderr, refused.stderr
    assert database.tables() == ["store_version"]
