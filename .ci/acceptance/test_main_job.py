"""The main use case of a client: the demo runs, and a token yields an organization's metrics."""

import csv
import io
import json
import signal
import socket
import subprocess
import urllib.error
import urllib.request

import pytest

from gatehouse import BINARY, base64url, run


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    process = subprocess.Popen(
        [BINARY, "demo", "--listen", "127.0.0.1:0", "--data", tmp_path_factory.mktemp("demo"), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield json.loads(process.stdout.readline()), process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0


def call(base, path, token=None, method="GET", body=None, **fields):
    request = urllib.request.Request(base + path, method=method, data=body)
    for name, value in fields.items():
        request.add_header(name.replace("_", "-"), value)
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def items(answer):
    return json.loads(answer[2])["items"]


def test_each_role_has_its_permissions(demo):
    info, _ = demo
    tokens, url = info["tokens"], info["url"]
    mine = items(call(url, "/api/v1/organizations", tokens["manager"]))
    assert len(mine) >= 1
    organization = mine[0]["id"]
    path = f"/api/v1/organizations/{organization}"
    status, _, body = call(url, path + "/workspaces", tokens["manager"])
    row = json.loads(body)["items"][0]
    assert status == 200
    assert set(row) == {
        "id", "name", "created_at", "workflows", "nested_workflows", "workflow_editors", "case_operators", "runners", "owners",
        "change_30d", "published_at"}
    assert call(url, path + "/workspaces", tokens["viewer"])[0] == 200
    assert call(url, path + "/summary", tokens["viewer"])[0] == 200
    assert call(url, path + "/workspaces", tokens["publisher"])[0] == 403
    assert call(url, path + "/inventory", tokens["publisher"])[0] == 200
    assert call(url, path + "/inventory", tokens["manager"])[0] == 403
    assert call(url, path + "/workspaces", tokens["stranger"])[0] == 404
    assert call(url, path + "/workspaces")[0] == 401
    assert call(url, "/api/v1/organizations/nowhere/workspaces", tokens["manager"])[0] == 404


def test_bad_tokens_are_refused_with_their_reason(demo):
    info, _ = demo
    token = info["tokens"]["manager"]
    head, payload, signature = token.split(".")
    for twin in [f"{head}.{payload}.{signature[:-4]}AAAA", f"{head}.{payload}.", base64url(b'{"alg":"none"}') + f".{payload}.", "x"]:
        status, fields, body = call(info["url"], "/api/v1/me", twin)
        assert status == 401
        problem = json.loads(body)
        assert problem["code"] == "unauthenticated" and problem["reason"] and problem["request_id"]
        assert fields["WWW-Authenticate"].startswith("Bearer") and "invalid_token" in fields["WWW-Authenticate"]
        assert fields["Content-Type"] == "application/problem+json"


def test_paging_sorting_search_and_csv(demo):
    info, _ = demo
    token, url = info["tokens"]["manager"], info["url"]
    organization = items(call(url, "/api/v1/organizations", token))[0]["id"]
    path = f"/api/v1/organizations/{organization}/workspaces"
    every = items(call(url, path + "?limit=500&sort=workflows&order=desc", token))
    assert [row["workflows"] for row in every] == sorted((row["workflows"] for row in every), reverse=True)
    paged, cursor = [], ""
    while cursor is not None:
        answer = json.loads(call(url, path + f"?limit=7&sort=workflows&order=desc" + (f"&cursor={cursor}" if cursor else ""), token)[2])
        paged += answer["items"]
        cursor = answer["next_cursor"]
    assert paged == every
    name = every[0]["name"]
    found = items(call(url, path + "?q=" + urllib.parse.quote(name.upper()), token))
    assert name in [row["name"] for row in found]
    status, fields, body = call(url, path, token, Accept="text/csv")
    assert status == 200 and fields["Content-Type"].startswith("text/csv")
    assert len(list(csv.reader(io.StringIO(body.decode())))) == len(every) + 1
    status, fields, _ = call(url, path, token)
    assert call(url, path, token, If_None_Match=fields["ETag"])[0] == 304
    assert call(url, path + "?limit=0", token)[0] == 400
    assert call(url, path + "?sort=colour", token)[0] == 400
    assert call(url, path, token, method="DELETE")[0] == 405


def test_publisher_replaces_the_inventory(demo):
    info, _ = demo
    tokens, url = info["tokens"], info["url"]
    organization = items(call(url, "/api/v1/organizations", tokens["publisher"]))[0]["id"]
    path = f"/api/v1/organizations/{organization}"
    before = call(url, path + "/inventory", tokens["publisher"])[2]
    bad = json.loads(before)
    bad["workspaces"][0]["workflows"][0]["trigger"] = "telepathy"
    status, _, body = call(url, path + "/inventory", tokens["publisher"], "PUT", json.dumps(bad).encode(), Content_Type="application/json")
    assert status == 422 and json.loads(body)["errors"][0]["pointer"] == "/workspaces/0/workflows/0/trigger"
    assert call(url, path + "/inventory", tokens["publisher"])[2] == before
    good = json.loads(before)
    good["workspaces"] = good["workspaces"][:1]
    status, _, body = call(url, path + "/inventory", tokens["publisher"], "PUT", json.dumps(good).encode(), Content_Type="application/json")
    assert status in (200, 204), body
    assert len(items(call(url, path + "/workspaces", tokens["manager"]))) == 1
    assert call(url, path + "/inventory", tokens["publisher"], "PUT", before, Content_Type="application/json")[0] in (200, 204)
    assert call(url, path + "/inventory", tokens["publisher"], "PUT", before, Content_Type="text/plain")[0] == 415


def test_smuggling_is_refused(demo):
    info, _ = demo
    host, port = info["url"].removeprefix("http://").split(":")
    for request in [
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
    ]:
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(request)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1") == 1, request


def test_admin_listener(demo):
    info, _ = demo
    admin = info["admin_url"]
    assert call(admin, "/healthz")[0] == 200
    assert call(admin, "/readyz")[0] == 200
    text = call(admin, "/metrics")[2].decode()
    assert "gatehouse_requests_total{" in text and "gatehouse_build_info{" in text
    assert call(admin, "/api/v1/me")[0] == 404


def test_usage_errors_and_invalid_configuration(tmp_path):
    assert run("serve").returncode == 2
    assert run("frobnicate").returncode == 2
    broken = tmp_path / "gatehouse.jsonc"
    broken.write_text('{\n  "public_url": 3,\n  "lisen": "127.0.0.1:1"\n}\n')
    result = run("check", "--config", broken)
    assert result.returncode == 1
    assert f"{broken}:2:17: public_url:" in result.stdout + result.stderr
    assert "listen" in result.stdout + result.stderr
