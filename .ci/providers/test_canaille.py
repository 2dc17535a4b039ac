"""Canaille, an identity provider with passwords, consent and RP-initiated logout; it sends no `email_verified`."""

import os
import pathlib
import subprocess
import sys

import pytest
from joserfc.jwk import RSAKey
from scripted import Browser, free_port, gateway, running

CANAILLE = str(pathlib.Path(sys.executable).parent / "canaille")


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    directory = tmp_path_factory.mktemp("canaille")
    port, own = free_port(), free_port()
    issuer = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "CANAILLE_CONFIG": str(directory / "canaille.toml"), "PYTHONWARNINGS": "ignore"}

    def canaille(*arguments):
        return subprocess.run([CANAILLE, *arguments], env=environment, cwd=directory, check=True, capture_output=True, text=True).stdout

    parameters = {"kid": "canaille-1", "alg": "RS256", "use": "sig"}
    key = RSAKey.generate_key(2048, parameters=parameters, private=True).as_dict(private=True)
    table = ", ".join(f'{name} = "{value}"' for name, value in key.items())
    (directory / "canaille.toml").write_text(f"""
SECRET_KEY = "a long text for these tests only"
SERVER_NAME = "127.0.0.1:{port}"
PREFERRED_URL_SCHEME = "http"
[CANAILLE]
DATABASE = "sql"
[CANAILLE.ACL.DEFAULT]
PERMISSIONS = ["edit_self", "use_oidc"]
READ = ["user_name", "groups"]
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{directory}/canaille.db"
[CANAILLE_OIDC]
ACTIVE_JWKS = [{{ {table} }}]
""")
    canaille("db", "upgrade")
    # The provider issues one token per second and user, and fails for the next: each test has its own user.
    for name in ("carla", "sam", "dora"):
        canaille(
            "create", "user", "--user-name", name, "--password", f"{name}-word", "--family-name", name,
            "--formatted-name", name, "--emails", f"{name}@acme.example")
    canaille(
        "create", "client", "--client-id", "gatehouse", "--client-secret", "client:secret %", "--client-name", "Gatehouse",
        "--client-uri", f"http://127.0.0.1:{own}", "--redirect-uris", f"http://127.0.0.1:{own}/auth/callback/foreign",
        "--post-logout-redirect-uris", f"http://127.0.0.1:{own}/auth/signed-out",
        "--grant-types", "authorization_code", "--grant-types", "refresh_token", "--response-types", "code",
        "--scope", "openid", "--scope", "profile", "--scope", "email", "--scope", "groups",
        "--token-endpoint-auth-method", "client_secret_basic")
    # Without this setting its tokens have an empty `aud`.
    canaille("set", "client", "gatehouse", "--audience", "gatehouse")
    (directory / "client.secret").write_text("client:secret %")
    provider = {
        "issuer": issuer, "client_id": "gatehouse", "client_secret": {"file": "client.secret"},
        "scopes": ["openid", "profile", "email", "groups"], "trust_email": True, "email_domains": ["acme.example"],
    }
    organization = {"claim_mappings": [
        {"claim_name": "email", "claim_value": "carla@acme.example", "role": "organization-manager"},
        {"claim_name": "email", "claim_value": "dora@acme.example", "role": "organization-viewer"},
    ]}
    command = [CANAILLE, "run", "--bind", f"127.0.0.1:{port}"]
    with running(command, f"{issuer}/.well-known/openid-configuration", directory / "provider.log", env=environment, cwd=directory):
        with gateway(directory, provider, organization, own) as url:
            yield url


def sign_in(url, user):
    browser = Browser()
    browser.open(f"{url}/auth/login?email={user}%40acme.example&return_to=%2Forganizations%2Facme")
    for field in ("login", "password"):
        value = user if field == "login" else f"{user}-word"
        assert f'name="{field}"' in browser.text, browser.url
        browser.submit({field: value})
    if not browser.url.startswith(url):
        browser.submit(button=("answer", "accept"))
    return browser


def test_a_user_signs_in_with_a_password_and_sees_the_page(url):
    browser = sign_in(url, "carla")
    assert (browser.status, browser.url) == (200, f"{url}/organizations/acme"), browser.text
    assert "Organization Manager" in browser.text


def test_a_user_without_a_role_sees_the_account(url):
    browser = sign_in(url, "sam")
    assert browser.status == 404 and "sam@acme.example" in browser.text


def test_signing_out_ends_both_sessions(url):
    browser = sign_in(url, "dora")
    browser.submit()
    if not browser.url.startswith(url):
        browser.submit(button=("answer", "logout"))
    assert browser.url.startswith(f"{url}/auth/signed-out") and "You are signed out" in browser.text
    browser.open(f"{url}/organizations/acme")
    assert 'name="login"' in browser.text
