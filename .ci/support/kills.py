"""A gateway that is killed again and again while callers change the store. Every change that was confirmed with 2xx survives,
and no partial change does. The store must agree with its audit log, and the log must contain every confirmed change."""

import http.client
import json
import random
import threading
import time

from gatehouse import run
from serving import token
from wire import wait_for

ACME = "/api/v1/organizations/acme"
# The changes that are confirmed before a kill.
LEAST = 10


class Caller(threading.Thread):
    """Acts as managers and invited users without pauses, and records every change confirmed with 2xx."""

    def __init__(self, gateway, seed):
        super().__init__()
        self.gateway, self.random = gateway, random.Random(seed)
        self.manager = token(sub=f"manager-{seed}", groups=["acme-managers"])
        # Each caller has its own address, because limits apply per address.
        self.address = f"127.0.{seed // 250 + 1}.{seed % 250 + 1}"
        self.kept = []
        self.failures = []

    def call(self, method, path, content=None, bearer=None):
        body = None if content is None else json.dumps(content)
        headers = {"Authorization": f"Bearer {bearer or self.manager}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 500:
            self.failures.append((method, path, answer.status, data))
        return answer.status, json.loads(data) if data else None

    def note(self, action, target):
        self.kept.append((action, target))

    def run(self):
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", self.gateway.port, timeout=10, source_address=(self.address, 0))
        number = 0
        try:
            while True:
                number += 1
                self.once(f"p{self.random.getrandbits(60)}-{number}@acme.example")
        except (OSError, http.client.HTTPException):
            pass
        except AssertionError as failure:
            self.failures.append(failure)
        finally:
            self.connection.close()

    def once(self, email):
        role = self.random.choice(["organization-manager", "organization-viewer"])
        status, invitation = self.call("POST", f"{ACME}/invitations", {"email": email, "role": role})
        assert status == 201, (status, invitation)
        self.note("invitation_create", invitation["id"])
        match self.random.randrange(4):
            case 0:
                assert self.call("DELETE", f"{ACME}/invitations/{invitation['id']}")[0] == 204
                self.note("invitation_revoke", invitation["id"])
            case 1:
                status, row = self.call(
                    "POST", f"{ACME}/claim-mappings", {"claim_name": "groups", "claim_value": email, "role": role})
                assert status == 201, row
                self.note("claim_mapping_create", row["id"])
                if self.random.random() < 0.9:
                    assert self.call("DELETE", f"{ACME}/claim-mappings/{row['id']}")[0] == 204
                    self.note("claim_mapping_delete", row["id"])
            case _:
                bearer = token(sub=email, email=email, email_verified=True)
                secret = invitation["link"].split("token=")[1]
                status, accepted = self.call("POST", "/api/v1/invitations/accept", {"token": secret}, bearer)
                assert status == 200, accepted
                self.note("invitation_accept", invitation["id"])
                if self.random.random() < 0.3:
                    assert self.call("DELETE", f"{ACME}/grants/{accepted['grant']}")[0] == 204
                    self.note("grant_revoke", accepted["grant"])


class Ledger:
    """The expected state according to the log, which is read from its previous end."""

    def __init__(self):
        self.sequence, self.told = 0, set()
        self.invitations, self.grants, self.rows = {}, {}, []

    def read(self, store):
        for text in store.events(after=self.sequence):
            event = json.loads(text)
            assert event["sequence"] == self.sequence + 1
            self.sequence += 1
            # The target of an event on a grant is the user.
            action, details = event["action"], event["details"]
            self.take(action, details["grant"] if action.startswith("grant_") else event["target"], details)

    def take(self, action, target, details):
        # Each of these actions happens once per target.
        assert (action, target) not in self.told, (action, target)
        self.told.add((action, target))
        match action:
            case "invitation_create": self.invitations[target] = "pending"
            case "invitation_revoke": self.invitations[target] = "revoked"
            case "invitation_accept":
                assert self.invitations[target] == "pending"
                self.invitations[target] = "accepted"
                self.grants[details["grant"]] = details["email"]
            case "grant_create": self.grants[target] = details["subject"]
            case "grant_revoke": del self.grants[target]
            case "claim_mapping_create": self.rows.append(target)
            case "claim_mapping_delete": self.rows.remove(target)

    def compare(self, store):
        assert dict(store.rows("SELECT id, state FROM invitation")) == self.invitations
        assert dict(store.rows("SELECT id, subject FROM access_grant")) == self.grants
        rows = store.rows("SELECT id, rank FROM claim_mapping ORDER BY rank")
        assert rows == [(id, str(number + 1)) for number, id in enumerate(self.rows)]
        # Every invitation has a link, and every link an invitation.
        assert store.rows(
            "SELECT count(*) FROM invitation_token WHERE invitation NOT IN (SELECT id FROM invitation)") == [("0",)]
        assert store.is_intact()


def kill_under_load(gateway, store, rounds):
    """Kills a gateway again and again; asserts each time that the store has every confirmed change."""
    # One manager always remains.
    made = run("grant", "create", "--config", gateway.path, "--organization", "acme", "--provider", "idp", "--subject",
               "operator", "--role", "organization-manager")
    assert made.returncode == 0, made.stderr
    chance, ledger, kept, seen = random.Random(4), Ledger(), [], 0
    for round in range(rounds):
        callers = [Caller(gateway, 8 * round + number) for number in range(8)]
        for caller in callers:
            caller.start()
        # A busy machine may need a while for some changes.
        wait_for(lambda: sum(len(caller.kept) for caller in callers) > LEAST or any(caller.failures for caller in callers),
                 gateway.lines)
        time.sleep(chance.uniform(0, 0.25))
        gateway.process.kill()
        gateway.process.wait()
        for caller in callers:
            caller.join()
            assert not caller.failures, caller.failures[:3]
            kept += caller.kept
        gateway.start()
        ledger.read(store)
        ledger.compare(store)
        missing = set(kept[seen:]) - ledger.told
        assert not missing, missing
        verified = run("audit", "verify", "--config", gateway.path)
        assert verified.returncode == 0, verified.stdout
        # The gateway's decisions agree with the store.
        accepted = [email for email in ledger.grants.values() if "@" in email][-3:]
        for email in accepted:
            bearer = token(sub=email, email=email, email_verified=True)
            assert gateway.get(f"{ACME}/summary", bearer)[0] == 200
        seen = len(kept)
    print(f"\n{rounds} kills, {len(kept)} changes answered, {ledger.sequence} events")
    assert len(kept) > LEAST * rounds
