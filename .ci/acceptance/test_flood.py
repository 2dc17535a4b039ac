"""Clients that exhaust connections: the gateway keeps serving others within its descriptors.

`GATEHOUSE_FLOOD_SECONDS` makes each attack longer."""

import os
import pathlib
import re
import socket
import subprocess
import sys
import time

import pytest
from gatehouse import run
from serving import Gateway, token

FLOOD = pathlib.Path(__file__).parents[1] / "support/flood.py"
SECONDS = float(os.environ.get("GATEHOUSE_FLOOD_SECONDS", "12"))


@pytest.fixture
def limited(tmp_path, request):
    """A gateway with a limit of open files."""
    gateway = Gateway(tmp_path, open_files=request.param)
    yield gateway
    gateway.stop()


def flood(gateway, mode, seconds):
    return subprocess.Popen([sys.executable, FLOOD, str(gateway.port), mode, str(seconds)], stdout=subprocess.PIPE, text=True)


def ask(gateway, bearer):
    """Returns whether a new connection is answered within two seconds."""
    begin = time.monotonic()
    try:
        status, _ = gateway.get("/api/v1/organizations/acme/workspaces", bearer)
    except OSError:
        return False
    return status == 200 and time.monotonic() - begin < 2


@pytest.mark.parametrize("mode", ["same", "one", "many"])
@pytest.mark.parametrize("limited", [1024], indirect=True)
def test_a_client_is_served_while_others_exhaust_connections(limited, mode):
    bearer = token(groups=["acme-managers"])
    attack = flood(limited, mode, SECONDS)
    end = time.monotonic() + SECONDS
    results = []
    while time.monotonic() < end - 0.5:
        results.append(ask(limited, bearer))
        time.sleep(0.25 if SECONDS < 60 else 1)
    opened = int(attack.communicate(timeout=30)[0])
    assert opened > 2000
    print(f"{mode}: {sum(results)} of {len(results)} answered within 2 s, {opened} connections opened")
    assert sum(results) >= 0.99 * len(results), (sum(results), len(results))


@pytest.mark.parametrize("mode", ["one", "many"])
@pytest.mark.parametrize("limited", [64], indirect=True)
def test_the_gateway_survives_with_few_descriptors(limited, mode):
    bearer = token(groups=["acme-managers"])
    attack = flood(limited, mode, SECONDS)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end - 1:
        ask(limited, bearer)
        assert limited.process.poll() is None
        time.sleep(0.5)
    # Another process can use the store during the attack.
    created = run(
        "grant", "create", "--config", limited.path, "--organization", "acme", "--provider", "idp", "--subject", "s",
        "--role", "organization-viewer")
    assert created.returncode == 0, created.stderr
    attack.communicate(timeout=30)
    ended = time.monotonic()
    while not ask(limited, bearer):
        assert time.monotonic() - ended < 5, "service is back within five seconds"
        time.sleep(0.1)
    assert limited.get("/api/v1/organizations/acme/grants", bearer)[1]["items"]


@pytest.mark.parametrize("limited", [1024], indirect=True)
def test_clients_that_do_not_read_hold_little_memory(limited):
    def resident():
        status = pathlib.Path(f"/proc/{limited.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    before = resident()
    request = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    readers = []
    for index in range(400):
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.bind((f"127.0.{index % 100 + 1}.7", 0))
        reader.settimeout(5)
        try:
            reader.connect(("127.0.0.1", limited.port))
            reader.sendall(request * 20)
            readers.append(reader)
        except OSError:
            reader.close()
    assert ask(limited, token(groups=["acme-managers"]))
    held = resident() - before
    print(f"{len(readers)} slow readers hold {held:.0f} MiB")
    assert held < 96, f"{held:.0f} MiB"
    for reader in readers:
        reader.close()
