"""Break-glass access on the gateway's own machine: granted roles take effect within a second, and are recorded."""

import json
import sqlite3
import time

import pytest
from gatehouse import run
from serving import token


def grant(gateway, *words):
    return run("grant", *words, "--config", gateway.path)


def until(gateway, status, subject, seconds=2):
    """Repeats a request until it gets this response; the contract says one second."""
    end = time.monotonic() + seconds
    while (seen := gateway.get("/api/v1/organizations/acme/summary", token(sub=subject))[0]) != status:
        assert time.monotonic() < end, seen
        time.sleep(0.05)


def test_a_grant_and_its_revocation_take_effect_within_a_second(gateway):
    for round in range(3):
        subject = f"operator-{round}"
        until(gateway, 404, subject)
        made = grant(gateway, "create", "--organization", "acme", "--provider", "idp", "--subject", subject,
                     "--role", "organization-viewer", "--json")
        assert made.returncode == 0, made.stderr
        until(gateway, 200, subject)
        id = json.loads(made.stdout)["items"][0]["id"]
        assert grant(gateway, "revoke", id).returncode == 0
        until(gateway, 404, subject)
    assert json.loads(grant(gateway, "list", "--json").stdout)["items"] == []


def test_the_last_manager_grant_is_revoked_only_with_force(gateway):
    made = grant(gateway, "create", "--organization", "acme", "--provider", "idp", "--subject", "s", "--role",
                 "organization-manager", "--json")
    id = json.loads(made.stdout)["items"][0]["id"]
    assert grant(gateway, "revoke", id).returncode == 1
    assert grant(gateway, "revoke", "--force", id).returncode == 0


def test_every_command_is_recorded_and_alterations_are_found(gateway):
    grant(gateway, "create", "--organization", "acme", "--provider", "idp", "--subject", "s", "--role", "organization-viewer")
    exported = run("audit", "export", "--config", gateway.path)
    events = [json.loads(line) for line in exported.stdout.splitlines()]
    assert [event["action"] for event in events if event["organization"] == "acme"][-1] == "grant_create"
    assert [event["action"] for event in events if event["organization"] is None] == ["audit_export"]
    assert all(event["actor"]["kind"] == "operator" for event in events)
    assert run("audit", "verify", "--config", gateway.path).returncode == 0
    with sqlite3.connect(gateway.folder / "gatehouse.db") as store:
        store.execute("UPDATE audit_event SET event = CAST(replace(CAST(event AS TEXT), 'viewer', 'Viewer') AS BLOB)")
    verified = run("audit", "verify", "--config", gateway.path)
    assert verified.returncode == 1 and "was altered" in verified.stdout


@pytest.mark.parametrize("words", [
    ("create", "--organization", "acme", "--provider", "none", "--subject", "s", "--role", "organization-viewer"),
    ("create", "--organization", "none", "--provider", "idp", "--subject", "s", "--role", "organization-viewer"),
    ("create", "--organization", "acme", "--provider", "idp", "--subject", "s", "--role", "boss"),
    ("create", "--organization", "acme", "--provider", "idp", "--role", "organization-viewer"),
    ("revoke", "none"), ("revoke",),
])
def test_usage_errors_change_nothing(gateway, words):
    result = grant(gateway, *words)
    assert result.returncode in (1, 2) and result.stderr
    assert json.loads(grant(gateway, "list", "--json").stdout)["items"] == []
