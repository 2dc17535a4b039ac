"""The rows of the matrix: what holds for every way in which an application stands behind the gateway.

A test module imports all of them and has a fixture `world`, one of its columns."""

import contextlib
import hashlib
import http.client
from urllib.parse import unquote

import pytest
from sockets import WebSocket
from websockets.exceptions import InvalidStatus
from wire import head, send

IDENTITY = ["X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Preferred-Username", "X-Forwarded-Groups",
            "X-Gatehouse-Issuer", "X-Gatehouse-Identity", "X-Gatehouse-Organization", "X-Gatehouse-Role",
            "X-Gatehouse-Assertion"]
NAVIGATION = ("Accept", "text/html")


def values(shown, name):
    return [value for key, value in shown["fields"] if key.lower().replace("_", "-") == name.lower()]


def identity(shown):
    """The identity fields; one that is empty may be absent, since nginx leaves it out."""
    found = {name: values(shown, name) for name in IDENTITY}
    assert all(len(list_) <= 1 for list_ in found.values()), found
    return {name: list_[0] if list_ else "" for name, list_ in found.items()}


def test_a_user_is_let_through_with_all_identity_fields(world):
    shown = world.shown("/x/y?q=1&r=%2F", fields=[world.session("manager")])
    assert shown["target"] == "/x/y?q=1&r=%2F"
    found = identity(shown)
    assert found["X-Forwarded-User"] == "manager" and found["X-Forwarded-Groups"] == "admins"
    assert all(found.values()), found
    world.verify(found)
    assert values(shown, "Host") == values(shown, "X-Forwarded-Host") == [world.host]
    assert values(shown, "X-Forwarded-Proto") == [world.scheme] and len(values(shown, "X-Forwarded-For")) == 1
    assert len(values(shown, "X-Request-Id")) == 1


def test_the_application_gets_the_users_cookies_without_the_gateways(world):
    cookies = "; ".join(values(world.shown(fields=[world.session("manager")]), "Cookie"))
    assert "theme=dark" in cookies and "last=1" in cookies
    # Traefik cannot cut a cookie out of a field.
    assert world.name == "traefik" or ("gatehouse" not in cookies and ";;" not in cookies.replace(" ", ""))


def test_a_navigation_without_a_session_goes_to_sign_in(world):
    answer = world.ask("/x", fields=[NAVIGATION])
    assert answer.status == 302 and answer.field("Location") == world.sign_in("/x")
    assert not world.received


def test_an_api_call_without_a_session_gets_401(world):
    answer = world.ask("/x")
    assert answer.status == 401 and answer.field("WWW-Authenticate").startswith("Bearer") and not answer.field("Location")
    assert not world.received


def test_a_user_without_the_role_gets_403(world):
    assert world.ask(fields=[world.session("stranger")]).status == 403
    assert not world.received


def test_a_public_path_tells_the_application_nothing(world):
    shown = world.shown("/healthz", fields=[("X-Forwarded-User", "forged"), ("X-Gatehouse-Assertion", "forged")])
    assert not any(identity(shown).values())


def test_a_revocation_counts_at_the_next_request(world):
    # Nothing else is done as this user, whose session may end.
    assert world.ask(fields=[world.session("leaver")]).status == 200
    world.revoke("leaver")
    world.begin()
    assert world.ask(fields=[world.session("leaver")]).status in (401, 403)
    assert not world.received


def test_a_bearer_token_is_not_passed_on(world):
    shown = world.shown(fields=[("Authorization", world.bearer("manager"))])
    assert identity(shown)["X-Forwarded-User"] == "manager" and not values(shown, "Authorization")


def test_two_hundred_groups_arrive(world):
    assert identity(world.shown(fields=[world.session("crowd")]))["X-Forwarded-Groups"].count(",") == 199


def test_a_websocket_works(world):
    with world.connect() as sock:
        websocket = WebSocket(sock, f"ws://{world.host}/socket", [world.session("manager"), world.mark])
        websocket.send("hello")
        assert websocket.receive() == "hello"
    assert all(identity({"fields": world.received[0].fields}).values())


def test_a_websocket_without_a_session_is_refused(world):
    with world.connect() as sock, pytest.raises(InvalidStatus) as refused:
        WebSocket(sock, f"ws://{world.host}/socket", [world.mark])
    assert refused.value.response.status_code == 401 and not world.received


def test_an_upload_goes_to_the_application_alone(world):
    content = bytes(range(256)) * (10 * 4096)
    shown = world.shown("/upload", method="POST", fields=[world.session("manager")], content=content)
    assert shown["length"] == len(content) and shown["digest"] == hashlib.sha256(content).hexdigest()
    world.check_contents()


def test_a_chunked_upload_works(world):
    fields = [world.session("manager"), world.mark, ("Transfer-Encoding", "chunked"), ("Connection", "close")]
    answer = send(world.connect(), head("POST", "/upload", world.host, fields) + b"5\r\nhello\r\n0\r\n\r\n", "POST")
    assert answer.status == 200 and answer.json["length"] == 5


def test_events_arrive_as_they_are_sent(world):
    with world.connect() as sock:
        sock.sendall(head("GET", "/events", world.host, [world.session("manager"), world.mark]))
        response = http.client.HTTPResponse(sock)
        response.begin()
        assert response.readline() == b"data: first\n"
        world.application.events.set()
        assert b"data: second" in response.read()


def test_identity_fields_of_the_application_do_not_reach_the_browser(world):
    answer = world.ask("/leak", fields=[world.session("manager")])
    assert answer.status == 200
    assert not [value for _, value in answer.fields if value == "leaked"]


@pytest.mark.parametrize("target", ["/forward-auth", "/forward-auth/nginx", "/forward-auth/envoy/healthz", "/.gatehouse-question"])
def test_clients_do_not_reach_forward_auth(world, target):
    forged = [("X-Original-URL", f"{world.scheme}://{world.host}/healthz"), ("X-Original-Method", "GET"),
              ("X-Forwarded-Uri", "/healthz"), ("X-Forwarded-Method", "GET"), ("X-Forwarded-Host", world.host)]
    answer = world.ask(target, fields=forged)
    assert answer.status in (401, 403, 404) and not any(answer.field(name) is not None for name in IDENTITY)
    # The gateway's own listener answers 404.
    if target.startswith("/forward-auth"):
        assert world.ask(target, host=world.public, fields=forged).status == 404


FORGED = [
    *IDENTITY, "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Uri", "X-Forwarded-Method", "X-Forwarded-Prefix",
    "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Access-Token", "X-Original-URL", "X-Original-Uri",
    "X-Original-Method", "X-Original-Host", "Forwarded", "X-Real-IP", "X-Rewrite-URL", "X-Script-Name", "Remote-User",
    "X-Remote-User", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override", "X-Forwarded-For"]
ALIASES = ["X_Forwarded_User", "X-Forwarded_User", "x_forwarded-user", "X_Gatehouse_Assertion", "X-Gatehouse_Role",
           "Remote_User", "X_Real-IP", "X_HTTP_Method_Override"]


@pytest.mark.parametrize("name", FORGED + ALIASES)
def test_what_a_client_says_of_itself_is_not_passed_on(world, name):
    for spelling in (name, name.lower(), name.upper()):
        answer = world.ask("/x", fields=[world.session("manager"), (spelling, "forged"), (spelling, "forged")])
        if answer.status == 200:
            assert not [value for _, value in answer.json["fields"] if "forged" in value], answer.json
            assert answer.json["target"] == "/x" and all(identity(answer.json).values())
        else:
            assert answer.status in (400, 403) and name in ALIASES and not world.received


@pytest.mark.parametrize("name", [*FORGED[:22], "Cookie"])
def test_what_a_client_says_of_itself_decides_nothing(world, name):
    value = {"X-Forwarded-Host": world.host, "X-Forwarded-User": "manager"}.get(name, "/healthz")
    assert world.ask("/x", fields=[(name, value)]).status in (401, 403)
    assert not world.received


@pytest.mark.parametrize("named", ["X-Forwarded-User", "x-gatehouse-assertion, x-forwarded-groups", "close, X-Gatehouse-Role",
                                   "Cookie", "X-Forwarded-Host, X-Forwarded-Uri, X-Forwarded-Method", "X-Original-URL"])
def test_connection_removes_no_field(world, named):
    answer = world.ask("/x", fields=[world.session("manager"), ("Connection", named)])
    if answer.status == 200:
        assert all(identity(answer.json).values())
    else:
        assert answer.status in (400, 401, 403)


TARGETS = [
    "/a%2Fb", "/a%2fb", "/..%2f", "/%2e%2e/healthz", "/%2E/x", "/../x", "/x/../healthz", "/healthz/../x", "/healthz/..;/x",
    "//healthz", "/x//y", "/x/.", "/x;y=1", "/x%3By", "/x%5Cy", "/x\\y", "/x%00", "/x%0d%0ay", "/x%25%32%66", "/%2568ealthz",
    "/%68ealthz", "/h%65althz", "/x%c3%a9", "/x%C3%A9", "/x%c3%28", "/x%ff", "/x%7f", "/HEALTHZ", "/healthz/", "/x?/healthz",
    "/x?a=/../healthz#frag", "/healthz#/../x", "/x#/healthz", "/x%23/healthz", "/x%3F/healthz", "/healthz%3Fx", "/a:b@c/x",
    "/x@y@z", "/x%2e%2e%2fy", "/.gatehouse/../x", "/x/../.gatehouse/y", "/.gatehouse%2f..%2fx", "/.GATEHOUSE/x", "/.gatehouse",
    "/.gatehouse/..;/x", "/x|y", "/x\"y", "/x<y>", "/x{y}", "/x^y", "/x`y", "/x[y]", "/x%", "/x%zz", "/x%4", "/é".encode().decode("latin-1"),
    "*", "x", "", "http://other.example/x", "http://a@b@reports.localhost/x", "reports.localhost:80"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("user", ["manager", None])
def test_the_application_gets_the_path_that_was_judged(world, target, user):
    answer = world.ask(target, fields=[world.session(user)] if user else [])
    if user is None and world.received:
        # The gateway decodes a path once before it compares it with a rule.
        assert {unquote(request.target.partition("?")[0]) for request in world.received} == {"/healthz"}
    assert answer is None or answer.status in (200, 400, 401, 403, 404, 421), answer


@pytest.mark.parametrize("form", ["absolute", "absolute, another host", "two hosts", "two equal hosts", "no host", "empty host",
                                  "another port", "user in host", "case", "trailing dot"])
def test_the_host_is_beyond_doubt(world, form):
    rest = "".join(f"{name}: {value}\r\n" for name, value in (world.session("manager"), world.mark, ("Connection", "close")))
    octets = {
        "absolute": f"GET http://{world.host}/x HTTP/1.1\r\nHost: {world.host}\r\n",
        "absolute, another host": f"GET http://{world.host}/x HTTP/1.1\r\nHost: other.localhost\r\n",
        "two hosts": f"GET /x HTTP/1.1\r\nHost: {world.host}\r\nHost: other.localhost\r\n",
        "two equal hosts": f"GET /x HTTP/1.1\r\nHost: {world.host}\r\nHost: {world.host}\r\n",
        "no host": "GET /x HTTP/1.1\r\n",
        "empty host": "GET /x HTTP/1.1\r\nHost:\r\n",
        "another port": "GET /x HTTP/1.1\r\nHost: reports.localhost:1\r\n",
        "user in host": f"GET /x HTTP/1.1\r\nHost: user@{world.host}\r\n",
        "case": f"GET /x HTTP/1.1\r\nHost: {world.host.upper()}\r\n",
        "trailing dot": f"GET /x HTTP/1.1\r\nHost: reports.localhost.:{world.port}\r\n",
    }[form]
    answer = send(world.connect(), (octets + rest + "\r\n").encode())
    if answer is not None and answer.status == 200:
        assert form in ("absolute", "absolute, another host", "two equal hosts", "case", "another port", "trailing dot"), answer
        if answer.content != b"gateway":
            # The port of Host decides nothing: the host name does.
            assert [host.lower().partition(":")[0] for host in values(answer.json, "Host")] == ["reports.localhost"]


@pytest.mark.parametrize("octets", [
    b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    b"Transfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    b"Content-Length: 0\r\nContent-Length: 63\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    b"Content-Length: +0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    b"X: y\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    b"X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n4;\nxx\r\nabcd\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
], ids=["both framings", "unknown coding", "space before colon", "two codings", "two lengths", "signed length", "bare LF",
        "folded line", "bare LF in chunk"])
def test_no_request_is_smuggled(world, octets):
    with world.connect() as sock:
        sock.sendall(head("POST", "/x", world.host, [world.session("manager"), world.mark])[:-2] + octets.replace(b"HOST", world.host.encode()))
        with contextlib.suppress(ConnectionResetError):
            while sock.recv(65536):
                pass
    # What follows the request, if it is read as a request of its own, has no session.
    assert not [request for request in world.application.received if request.target == "/smuggled"]


def test_only_websocket_is_upgraded(world):
    fields = [world.session("manager"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"),
              ("Connection", "Upgrade, HTTP2-Settings")]
    assert world.ask("/x", fields=fields).status != 101
    assert not [request for request in world.received if request.field("Upgrade")]


@pytest.mark.parametrize("agent", ["kube-probe/1.30", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Envoy/HC"])
def test_a_health_check_is_a_request_like_others(world, agent):
    assert world.ask("/x", fields=[("User-Agent", agent), ("X-Envoy-Healthcheck", "1")]).status == 401
    assert not world.received


def test_an_unknown_host_is_answered_by_no_application(world):
    assert world.ask("/healthz", host=f"unknown.localhost:{world.port}").status in (404, 421)
    assert not world.received
