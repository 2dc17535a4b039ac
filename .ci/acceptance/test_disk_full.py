"""A full disk: writes get 503, reads continue, and no data is lost."""

import contextlib
import json
import os
import sqlite3
import subprocess

from gatehouse import run
from serving import Gateway, token

ACME = "/api/v1/organizations/acme"


@contextlib.contextmanager
def small_disk(path, size):
    path.mkdir()
    privilege = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run([*privilege, "mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", path], check=True)
    try:
        yield path
    finally:
        subprocess.run([*privilege, "umount", path], check=True)


def invite(gateway, number):
    content = {"email": f"p{number}@acme.example", "role": "organization-viewer"}
    return gateway.send("POST", f"{ACME}/invitations", token(groups=["acme-managers"]), content)


@contextlib.contextmanager
def serving(folder, disk):
    gateway = Gateway(folder, storage=f"sqlite:{disk}/gatehouse.db", invitations={"per_day": 1_000_000})
    try:
        yield gateway
    finally:
        gateway.stop()


def test_writes_are_refused_and_no_data_is_lost(tmp_path):
    with small_disk(tmp_path / "disk", "8m") as disk, serving(tmp_path, disk) as gateway:
        viewer = token(groups=["acme-viewers"])
        kept = [invite(gateway, number)[1]["id"] for number in range(20)]
        # The disk gets room for a few more writes.
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        (disk / "ballast").write_bytes(bytes(max(0, room - (256 << 10))))
        refused = 0
        for number in range(20, 5000):
            status, document = invite(gateway, number)
            if status == 201:
                kept.append(document["id"])
                assert refused == 0
            else:
                assert (status, document["code"]) == (503, "unavailable"), document
                refused += 1
                if refused == 20:
                    break
        assert refused == 20 and len(kept) > 20
        # Reads continue.
        assert gateway.get(f"{ACME}/summary", viewer)[0] == 200
        assert len(gateway.get(f"{ACME}/invitations?limit=500", viewer)[1]["items"]) == min(500, len(kept))
        # Once the disk has room again, writes succeed without a restart.
        (disk / "ballast").unlink()
        kept += [invite(gateway, number)[1]["id"] for number in range(9000, 9020)]
        gateway.process.kill()
        gateway.process.wait()
        gateway.start()
        with contextlib.closing(sqlite3.connect(f"file:{disk}/gatehouse.db?mode=ro", uri=True, timeout=10)) as store:
            assert [id for (id,) in store.execute("SELECT id FROM invitation ORDER BY id")] == sorted(kept)
            told = [json.loads(text)["target"] for (text,) in store.execute("SELECT event FROM audit_event WHERE action = 'invitation_create'")]
        assert sorted(told) == sorted(kept)
        verified = run("audit", "verify", "--config", gateway.path)
        assert verified.returncode == 0, verified.stdout
