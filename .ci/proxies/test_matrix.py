"""The gateway's program with each proxy before it, as a reverse proxy, and between other servers."""

import contextlib
import http.client
import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest
from application import BROKEN
from browser import NAVIGATION as NAVIGATES
from browser import Browser
from columns import FORWARD_AUTH, REVERSE_PROXY, USERS, Column, claims, read
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from proxies import program
from rows import *  # noqa: F403
from rows import IDENTITY, identity
from sockets import Ended, WebSocket
from wire import ask, connect, free_port, wait_for


@pytest.fixture(scope="module", params=FORWARD_AUTH + REVERSE_PROXY)
def column(request, tmp_path_factory):
    column = Column(request.param, tmp_path_factory.mktemp("column"))
    yield column
    column.stop()


@pytest.fixture
def world(column):
    column.begin()
    return column


# MARK: Who is let through


def test_another_organizations_user_with_the_same_claims_is_refused(world):
    bearer = f"Bearer {world.foreign.bearer(claims('manager'))}"
    assert world.ask(fields=[("Authorization", bearer)]).status in (401, 403)
    browser = world.signed_in("manager", world.foreign)
    answer = world.ask(fields=[browser.field(world.host)])
    assert answer.status in (401, 403) and not world.received


def test_forward_auth_is_no_answer_for_others(world):
    # The listener is for trusted proxies; what a client may reach is the others.
    for port in {world.port, world.gateway}:
        tls = world.tls if port == world.port else None
        answer = ask(connect(port, tls), world.public, "/forward-auth/nginx", fields=[
            ("X-Original-Method", "GET"), ("X-Original-URL", f"{world.scheme}://{world.host}/healthz")])
        assert answer.status == 404 and answer.field("X-Gatehouse-Assertion") is None


@pytest.mark.parametrize("missing", ["X-Original-Method", "X-Original-URL"])
def test_half_a_question_is_refused(world, missing):
    fields = {"X-Original-Method": "GET", "X-Original-URL": f"{world.scheme}://{world.host}/healthz"}
    whole = ask(connect(world.forward), world.host, "/forward-auth/nginx", fields=fields.items())
    assert whole.status == 200 and all(len(whole.all(name)) == 1 for name in identity({"fields": []}))
    half = [(name, value) for name, value in fields.items() if name != missing]
    assert ask(connect(world.forward), world.host, "/forward-auth/nginx", fields=half).status == 403
    twice = [*fields.items(), (missing, fields[missing])]
    assert ask(connect(world.forward), world.host, "/forward-auth/nginx", fields=twice).status == 403


def test_an_untrusted_peer_is_told_nothing(world):
    url = f"{world.scheme}://{world.host}/x"
    name, value = world.session("manager")
    ways = [
        ("/forward-auth/nginx", world.host, [("X-Original-Method", "GET"), ("X-Original-URL", url)]),
        ("/forward-auth", world.host, [
            ("X-Forwarded-Method", "GET"), ("X-Forwarded-Proto", world.scheme), ("X-Forwarded-Host", world.host),
            ("X-Forwarded-Uri", "/x")]),
        ("/forward-auth/envoy/x", world.host, [])]

    def asked(target, host, fields, source):
        return ask(connect(world.forward, source=source), host, target, fields=[*fields, (name, value)])

    for way in ways:
        assert asked(*way, "127.0.0.1").status == 200
        # The claim to speak for a trusted address is one of the peer's own.
        for more in ([], [("X-Forwarded-For", "127.0.0.1")], [("Forwarded", "for=127.0.0.1")]):
            answer = asked(way[0], way[1], way[2] + more, "127.0.0.2")
            assert answer.status == 403 and not any(answer.field(name) for name in IDENTITY), answer


def test_a_proxy_that_is_not_trusted_lets_nobody_through(world):
    if world.name not in FORWARD_AUTH:
        pytest.skip("no proxy asks the gateway")
    question = [("X-Original-Method", "GET"), ("X-Original-URL", f"{world.scheme}://{world.host}/healthz")]

    def is_trusted():
        return ask(connect(world.forward), world.host, "/forward-auth/nginx", fields=question).status == 200

    fields = [world.session("manager")]
    with world.changed(trusted_proxies=["192.0.2.0/24"]):
        wait_for(lambda: not is_trusted(), "the settings were not taken up")
        for more in ([], fields, [("Authorization", world.bearer("manager"))]):
            for target in ("/x", "/healthz"):
                answer = world.ask(target, fields=more)
                assert answer.status == 403 and not world.received, answer
    wait_for(is_trusted, "the settings were not taken up")
    assert world.ask("/x", fields=fields).status == 200


# MARK: Sign-in on the application's host


def sign_in_by_hand(world, browser, target):
    """Goes from the application to the last step before the handoff; returns that step's address."""
    world.provider.user = claims("manager")
    url = f"{world.scheme}://{world.host}{target}"
    for _ in range(12):
        answer = browser.request(url)
        if answer.status not in (302, 303, 307):
            break
        url = answer.field("Location") if "://" in answer.field("Location") else f"{url.split('/', 3)[0]}//{urlsplit(url).netloc}{answer.field('Location')}"
        if "/.gatehouse/handoff" in url:
            return url
    raise AssertionError((url, answer))


def known(world):
    """A browser that is signed in at the gateway, not yet at the application."""
    world.provider.user = claims("manager")
    browser = Browser(world.tls)
    browser.open(f"{world.scheme}://{world.public}/auth/login?provider={world.provider.identifier}")
    return browser


def test_the_user_comes_back_to_the_page(world):
    browser = known(world)
    answer = browser.open(f"{world.scheme}://{world.host}/x/y?q=1", [world.mark])
    assert answer.status == 200 and answer.json["target"] == "/x/y?q=1"
    assert identity(answer.json)["X-Forwarded-User"] == "manager"


def test_a_code_works_once_for_one_host_and_one_browser(world):
    browser = known(world)
    handoff = sign_in_by_hand(world, browser, "/x")
    stranger = Browser(world.tls)
    assert stranger.request(handoff).status not in (302, 303, 307) and not stranger.jar(world.host)
    elsewhere = handoff.replace(world.host, world.other)
    browser.request(f"{world.scheme}://{world.other}/x")
    assert browser.request(elsewhere).status not in (302, 303, 307)
    assert not any(name.endswith("gatehouse-app") for name in browser.jar(world.other))
    handoff = sign_in_by_hand(world, known_browser := known(world), "/x")
    assert known_browser.request(handoff).status in (302, 303)
    assert any(name.endswith("gatehouse-app") for name in known_browser.jar(world.host))
    copy = Browser(world.tls)
    copy.cookies = {host: dict(jar) for host, jar in known_browser.cookies.items()}
    copy.jar(world.host).pop(next(name for name in copy.jar(world.host) if name.endswith("gatehouse-app")))
    assert not any(name.endswith("gatehouse-app") for name in copy.jar(world.host))
    copy.request(handoff)
    assert not any(name.endswith("gatehouse-app") for name in copy.jar(world.host))


def test_the_cookie_of_one_host_is_nothing_at_another(world):
    cookie = world.session("manager")
    assert world.ask("/x", fields=[cookie]).status == 200
    world.begin()
    assert world.ask("/x", host=world.other, fields=[cookie]).status == 401
    assert ask(world.connect(), world.public, "/api/v1/me", fields=[cookie]).status == 401
    assert not world.received


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/%5Cevil.example", "javascript:x"])
def test_sign_in_leads_to_no_other_host(world, target):
    browser = known(world)
    url = f"{world.scheme}://{world.host}/.gatehouse/sign-in?return_to={target}"
    with contextlib.suppress(AttributeError, TypeError, OSError):
        browser.open(url)
    assert all(urlsplit(step).hostname in ("reports.localhost", "localhost", "127.0.0.1") for step in browser.visited), browser.visited


@pytest.mark.parametrize("name", ["gatehouse-app", "__Host-gatehouse-app"])
def test_a_session_cannot_be_fixed(world, name):
    browser = known(world)
    browser.jar(world.host)[name] = "A" * 43
    answer = browser.open(f"{world.scheme}://{world.host}/x", [world.mark])
    assert answer.status == 200
    assert browser.jar(world.host)[name] != "A" * 43 or name != ("__Host-" if world.tls else "") + "gatehouse-app"
    assert world.ask("/x", fields=[("Cookie", f"{name}={'A' * 43}")]).status == 401


def sign_out(world, browser):
    """Signs out at the gateway, from the application's link on."""
    page = browser.open(f"{world.scheme}://{world.host}/.gatehouse/sign-out")
    form = re.search(rb'<form[^>]*action="([^"]*logout[^"]*)".*?name="csrf_token" value="([^"]+)"', page.content, re.S)
    assert page.status == 200 and form, page
    content = f"csrf_token={form[2].decode()}".encode()
    url = form[1].decode()
    url = url if "://" in url else f"{world.scheme}://{world.public}{url}"
    browser.request(url, [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", f"{world.scheme}://{world.public}")], "POST", content)


def test_signing_out_ends_the_applications_session(world):
    browser = world.signed_in("manager")
    cookie = browser.field(world.host)
    assert browser.open(f"{world.scheme}://{world.host}/.gatehouse/sign-out").status == 200
    assert world.ask("/x", fields=[cookie]).status == 200
    sign_out(world, browser)
    world.begin()
    assert world.ask("/x", fields=[cookie]).status == 401 and not world.received


def test_a_code_is_void_after_sign_out(world):
    browser = known(world)
    handoff = sign_in_by_hand(world, browser, "/x")
    sign_out(world, browser)
    answer = browser.request(handoff)
    assert answer.status == 400 and not answer.all("Set-Cookie"), answer
    assert not any(name.endswith("gatehouse-app") for name in browser.jar(world.host))


# MARK: What the application gets


class Verifier:
    """HAProxy's jwt_verify, which knows keys as PEM only."""

    def __init__(self, world, folder, keys):
        self.port, rules = free_port(), []
        for number, key in enumerate(KeySet.import_key_set(keys).keys):
            path = folder / f"{number}.pem"
            path.write_bytes(key.as_pem(private=False))
            rules.append(f"""http-request return status 200 if {{ var(txn.alg) -m str ES256 }} """
                         f"""{{ var(txn.kid) -m str -- {key.kid} }} {{ http_auth_bearer,jwt_verify(txn.alg,"{path}") -m int 1 }}""")
        path = folder / "verify.cfg"
        path.write_text("\n    ".join(["""
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend verify""", f"bind 127.0.0.1:{self.port}",
                                       "http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')",
                                       "http-request set-var(txn.kid) http_auth_bearer,jwt_header_query('$.kid')",
                                       *rules, "http-request return status 403"]) + "\n")
        world.start([program("haproxy"), "-f", path], self.port)

    def accepts(self, assertion):
        answer = ask(connect(self.port), "x", fields=[("Authorization", f"Bearer {assertion}")])
        assert answer.status in (200, 403)
        return answer.status == 200


def verifies(assertion, keys):
    """What joserfc says."""
    try:
        return bool(read(assertion, keys).claims)
    except (JoseError, ValueError):
        return False


def altered(assertion):
    head, body, signature = assertion.split(".")
    return head + "." + body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1] + "." + signature


def signer(assertion):
    return jws.extract_compact(assertion.encode()).headers()["kid"]


def test_assertions_are_verified_before_during_and_after_a_rotation(world, tmp_path_factory):
    def assertion():
        return identity(world.shown(fields=[world.session("manager")]))["X-Gatehouse-Assertion"]

    def check(keys, good, bad=()):
        verifier = Verifier(world, tmp_path_factory.mktemp("keys"), keys)
        for text in good:
            assert verifies(text, keys) and verifier.accepts(text)
            assert not verifies(altered(text), keys) and not verifier.accepts(altered(text))
        for text in bad:
            assert not verifies(text, keys) and not verifier.accepts(text)

    before, first = world.keys(), assertion()
    check(before, [first])
    # After 30 days the next key is published, and does not sign yet.
    world.age_keys(30)
    during = wait_for(lambda: (keys := world.keys()) != before and keys, "no key was made")
    old, new = signer(first), next(key["kid"] for key in during["keys"] if key["kid"] != signer(first))
    assert {key["kid"] for key in during["keys"]} == {old, new}
    second = assertion()
    assert signer(second) == old
    check(during, [first, second])
    # A day later it signs, also for applications that read the keys before.
    world.age_keys(1)
    third = wait_for(lambda: signer(text := assertion()) == new and text, "the new key does not sign")
    assert world.keys() == during
    check(during, [first, second, third])
    # Another day later the old one is gone.
    world.age_keys(1)
    after = wait_for(lambda: (keys := world.keys()) != during and keys, "the old key is still published")
    assert [key["kid"] for key in after["keys"]] == [new]
    check(after, [third, assertion()], [first, second])


# MARK: What only the gateway as a reverse proxy does


@pytest.fixture
def reverse(world):
    if world.name not in REVERSE_PROXY:
        pytest.skip("another proxy carries the answer")
    return world


def test_a_suspension_ends_a_websocket(reverse):
    user = f"leaver-{reverse.number}"
    USERS[user] = ["admins"]
    cookie = reverse.signed_in(user).field(reverse.host)
    with reverse.connect() as sock:
        websocket = WebSocket(sock, f"ws://{reverse.host}/socket", [cookie])
        websocket.send("hello")
        assert websocket.receive() == "hello"
        reverse.revoke(user)
        sock.settimeout(5)
        with pytest.raises(Ended):
            websocket.receive()


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_is_the_answer_to_its_request(reverse, kind, method):
    if reverse.name == "apache behind gateway":
        pytest.skip("Apache answers for the application")
    with contextlib.suppress(http.client.HTTPException, OSError):
        answer = reverse.ask(f"/broken/{kind}", method=method, fields=[reverse.session("manager")])
        if answer is not None:
            assert answer.status in (200, 204, 304, 502), answer
            assert b"smuggled" not in answer.content
            assert answer.status == 502 or kind not in ("two-lengths", "signed-length", "bare-lf", "space-before-colon", "nul", "no-head", "switched")
    for number in range(3):
        assert reverse.shown(f"/after/{number}", fields=[reverse.session("manager")])["target"] == f"/after/{number}"
