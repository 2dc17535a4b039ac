"""Every change that was confirmed with 2xx survives a kill of the process, and no partial change does."""

import os

from kills import kill_under_load
from serving import Gateway
from stores import SQLite

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "200"))


def test_a_gateway_killed_under_load_keeps_every_confirmed_change(tmp_path):
    gateway = Gateway(tmp_path, invitations={"per_day": 1_000_000})
    try:
        kill_under_load(gateway, SQLite(tmp_path / "gatehouse.db"), ROUNDS)
    finally:
        gateway.stop()
