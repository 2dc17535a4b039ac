"""The gateway as an operator runs it: reload, imports by command, logs, draining, a kill during an import."""

import json
import signal
import socket
import subprocess
import time

from gatehouse import BINARY, run
from serving import inventory, token


def put(gateway, organization, document):
    path = gateway.folder / "document.json"
    path.write_text(json.dumps(document))
    return run("inventory", "import", "--config", gateway.path, "--organization", organization, path)


def test_reload_takes_effect_and_keeps_the_old_one_on_a_fault(gateway):
    manager, chief = token(groups=["acme-managers"]), token(groups=["acme-chiefs"])
    assert (gateway.names("acme", manager), gateway.names("acme", chief)) == ([], 404)
    gateway.configure("chiefs")
    gateway.process.send_signal(signal.SIGHUP)
    gateway.wait(lambda: gateway.names("acme", chief) == [])
    assert gateway.names("acme", manager) == 404
    gateway.path.write_text('{ "listen": 3 }')
    gateway.process.send_signal(signal.SIGHUP)
    gateway.wait(lambda: "the old one stays" in gateway.lines())
    assert gateway.names("acme", chief) == []


def test_an_import_beside_the_gateway_is_seen_within_a_second(gateway):
    both = token(groups=["acme-managers", "globex-managers"])
    assert put(gateway, "acme", inventory("one", "two")).returncode == 0
    begin = time.monotonic()
    gateway.wait(lambda: gateway.names("acme", both) == ["one", "two"])
    assert time.monotonic() - begin < 1
    assert gateway.names("globex", both) == []
    assert put(gateway, "acme", {"workspaces": [{}]}).returncode == 1
    assert gateway.names("acme", both) == ["one", "two"]


def test_a_kill_during_an_import_loses_no_data(gateway):
    manager = token(groups=["acme-managers"])
    assert put(gateway, "acme", inventory("before")).returncode == 0
    document = gateway.folder / "large.json"
    document.write_text(json.dumps(inventory(*[f"ws{n}" for n in range(500)], workflows=200)))
    for delay in (0.05, 0.1, 0.2):
        words = ["inventory", "import", "--config", gateway.path, "--organization", "acme", document]
        process = subprocess.Popen([BINARY, *words], stdout=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        assert run("inventory", "verify", "--config", gateway.path).returncode == 0
    names = gateway.wait(lambda: gateway.names("acme", manager))
    assert names == ["before"] or len(names) == 50


def test_a_request_in_flight_is_answered_before_the_end(gateway):
    robot = token(groups=["acme-robots"])
    body = json.dumps(inventory("last")).encode()
    host, port = gateway.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"PUT /api/v1/organizations/acme/inventory HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + f"Authorization: Bearer {robot}\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        gateway.process.terminate()
        gateway.wait(lambda: '"message":"draining"' in gateway.lines())
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert gateway.process.wait(timeout=10) == 0


def test_logs_hold_no_secret(gateway):
    good = token(groups=["acme-managers"])
    for path in ("/api/v1/organizations/acme/workspaces?q=topsecret", f"/nowhere?token={good}", "/topsecret"):
        gateway.get(path, good)
    gateway.get("/api/v1/me", "topsecret")
    gateway.process.terminate()
    assert gateway.process.wait(timeout=10) == 0
    records = [json.loads(line) for line in gateway.lines().splitlines()]
    assert sum(record["message"] == "request" for record in records) == 4
    assert "topsecret" not in gateway.lines() and good not in gateway.lines()


def test_a_port_in_use_is_reported(gateway):
    other = json.loads(gateway.path.read_text())
    other["listen"] = gateway.url.removeprefix("http://")
    (gateway.folder / "other.jsonc").write_text(json.dumps(other))
    result = run("serve", "--config", gateway.folder / "other.jsonc")
    assert result.returncode == 1 and "cannot listen on" in result.stderr and result.stderr.count("\n") == 1
