"""Three gateways through pgbouncer, behind HAProxy, under load: they are restarted, killed and stopped."""

import contextlib
import http.client
import os
import random
import time

import pytest
from cluster import wait_for
from fleet import Fleet
from letters import Letters
from load import ACME, EFFECTIVE, REFUSALS, Load
from pooler import Pooler

KILLS = int(os.environ.get("GATEHOUSE_CLUSTER_KILLS", "50"))
WORKERS = ("reader", "reader", "signer", "inviter", "inviter", "inviter", "publisher", "publisher")
# Another setting `storage` tries the tests themselves, with gateways of a plain build.
STORAGE = os.environ.get("GATEHOUSE_CLUSTER_STORAGE")


@pytest.fixture(scope="module")
def fleet(request, crowd, tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    with contextlib.ExitStack() as stack:
        letters = stack.enter_context(Letters())
        if STORAGE:
            storage = STORAGE
        else:
            server, servers = request.getfixturevalue("server"), request.getfixturevalue("servers")
            database = server.database()
            pooler = Pooler(servers / "pooler", database)
            stack.callback(pooler.stop)
            storage = database.storage(folder, [pooler.port], direct=database.url())
        fleet = stack.enter_context(Fleet(folder, crowd, storage, mail=letters.setting))
        fleet.letters = letters
        if not STORAGE:
            fleet.hurry = lambda: database.query("UPDATE invitation SET next_attempt_at = 1 WHERE delivery = 'queued'")
        yield fleet


def test_a_rolling_restart_fails_no_request(fleet, crowd):
    with Load(fleet, crowd, fleet.letters, WORKERS) as load:
        time.sleep(1)
        for member in fleet.members:
            member.restart()
            fleet.until_all_are_up()
        time.sleep(1)
        load.finish()
    assert load.failures == []


def test_a_killed_process_takes_nothing_along(fleet, crowd):
    chance = random.Random(17)
    with Load(fleet, crowd, fleet.letters, WORKERS) as load:
        time.sleep(1)
        for _ in range(KILLS):
            member = chance.choice(fleet.members)
            member.kill()
            # Sometimes HAProxy notices it, and sometimes the process is back before.
            time.sleep(chance.choice([0, 0, 0, 0.2, 1.5]))
            member.start()
            fleet.until_all_are_up()
            time.sleep(chance.uniform(0.05, 0.4))
        time.sleep(1)
        figures = load.finish()
        # Most requests do not notice it.
        assert figures["failed requests excused"] < 5 * KILLS
    assert load.counts["acceptances"] > KILLS and load.counts["sign-ins"] > KILLS


class Waiting:
    """A request that was sent to a process, whose answer is read later."""

    def __init__(self, member, host, bearer=None, cookies=None):
        fields = {"Host": host}
        if bearer:
            fields["Authorization"] = f"Bearer {bearer}"
        if cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.connection = http.client.HTTPConnection("127.0.0.1", member.port, timeout=10)
        self.connection.request("GET", f"{ACME}/summary", headers=fields)

    def status(self):
        with contextlib.closing(self.connection):
            response = self.connection.getresponse()
            response.read()
            return response.status


def invited(load, crowd, user):
    """A user with a stored role; the answer has the id of the grant."""
    client, email = load.client(), f"{user}@acme.example"
    invitation = client.expect(
        (201,), "POST", f"{ACME}/invitations", {"email": email, "role": "organization-viewer"}, load.manager()).document
    secret = load.secret(invitation, email)
    assert secret, "no letter came"
    accepted = client.expect((200,), "POST", "/api/v1/invitations/accept", {"token": secret}, crowd.bearer_of(user))
    return accepted.document["grant"]


def test_a_stopped_process_decides_on_nothing_old(fleet, crowd):
    victim, host, count = fleet.members[1], f"127.0.0.1:{fleet.port}", 6
    with Load(fleet, crowd, fleet.letters, WORKERS) as load:
        manager, name = load.client(), load.prefix
        granted = {user: invited(load, crowd, user) for user in (f"granted-{name}-{n}" for n in range(count))}
        suspended, signed_in = [f"suspended-{name}-{n}" for n in range(count)], {}
        for user in suspended:
            invited(load, crowd, user)
        for user in (f"session-{name}-{n}" for n in range(count)):
            client = load.client()
            client.signed_in(crowd, crowd.claims(user, "acme-viewers"))
            signed_in[user] = client.cookies
        credentials = [("grant", {"bearer": crowd.bearer_of(user)}) for user in granted]
        credentials += [("suspension", {"bearer": crowd.bearer_of(user)}) for user in suspended]
        credentials += [("session", {"cookies": cookies}) for cookies in signed_in.values()]

        def sent():
            return [(kind, Waiting(victim, host, **credential)) for kind, credential in credentials]

        def statuses(waiting=None):
            return [(kind, request.status()) for kind, request in waiting or sent()]

        def others(seen, *expected):
            return [(kind, status) for kind, status in seen if status not in expected]

        wait_for(lambda: not others(statuses(), 200), "the access has no effect")
        victim.stop()
        stopped_at = time.monotonic()
        wait_for(lambda: not fleet.front.is_up(victim), "HAProxy does not notice it")
        for user, grant in granted.items():
            manager.expect((204,), "DELETE", f"{ACME}/grants/{grant}", bearer=load.manager())
        for user in suspended:
            manager.expect((200, 201), "PUT", f"{ACME}/suspensions/{crowd.identity(user)}", {}, bearer=load.manager())
        for user in signed_in:
            manager.expect((204,), "DELETE", f"{ACME}/members/{crowd.identity(user)}/sessions", bearer=load.manager())
        time.sleep(max(0, stopped_at + 20 - time.monotonic()))
        # The kernel keeps these requests until the process goes on.
        early = sent()
        victim.go_on()
        went_on = time.monotonic()
        assert not others(seen := statuses(early), *REFUSALS, 503), seen
        while time.monotonic() < went_on + 2 * EFFECTIVE:
            assert not others(seen := statuses(), *REFUSALS, 503), seen
        assert not others(seen, *REFUSALS), seen
        fleet.until_all_are_up()
        time.sleep(1)
        load.finish()
