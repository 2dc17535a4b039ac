"""oidc-provider-mock, on Authlib: no logout, no RFC 9207, and on request tokens without `email_verified`."""

import json
import subprocess
import sys

import pytest
from scripted import Browser, free_port, gateway, running

USERS = [
    {"sub": "carla", "email": "ceo@acme.example", "email_verified": True},
    {"sub": "vic", "email": "vic@acme.example", "email_verified": True, "groups": ["soc"]},
    {"sub": "una", "email": "ceo@acme.example"},
]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    directory = tmp_path_factory.mktemp("mock")
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    users = [word for user in USERS for word in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *users]
    provider = {"issuer": issuer, "client_id": "any", "client_secret": {"file": "secret.key"}}
    organization = {"claim_mappings": [
        {"claim_name": "email", "claim_value": "ceo@acme.example", "role": "organization-manager"},
        {"claim_name": "groups", "claim_value": "soc", "role": "organization-viewer"},
    ]}
    with running(command, f"{issuer}/.well-known/openid-configuration", directory / "provider.log"):
        with gateway(directory, provider, organization, free_port()) as url:
            yield url


def sign_in(url, user):
    browser = Browser()
    browser.open(f"{url}/organizations/acme")
    assert "Authorize Client" in browser.text
    return browser.submit({"sub": user})


@pytest.mark.parametrize("user, role", [("carla", "Organization Manager"), ("vic", "Organization Viewer")])
def test_users_sign_in_and_see_the_page(url, user, role):
    browser = sign_in(url, user)
    assert (browser.status, browser.url) == (200, f"{url}/organizations/acme")
    assert role in browser.text
    status, me = browser.json("/api/v1/me")
    assert status == 200 and me["identity"]["subject"] == user and len(me["sessions"]) >= 1


def test_an_unverified_address_gives_no_role(url):
    browser = sign_in(url, "una")
    assert browser.status == 404 and "say whether your email address is verified" in browser.text


def test_a_refusal_without_the_state_is_rejected(url):
    # This provider omits `state` if the user refuses (RFC 6749, section 4.1.2.1 requires it).
    browser = Browser()
    browser.open(f"{url}/organizations/acme")
    browser.submit(index=1, button=("action", "deny"))
    assert browser.status == 400 and "The response of the identity provider can" in browser.text


def test_signing_out_ends_the_session(url):
    browser = sign_in(url, "carla")
    browser.submit()
    # The provider asks for a confirmation.
    browser.submit()
    assert browser.url.startswith(f"{url}/auth/signed-out") and "You are signed out" in browser.text
    assert browser.json(f"{url}/api/v1/me")[0] == 401
