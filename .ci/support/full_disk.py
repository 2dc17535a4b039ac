"""A disk that is full: writes get 503, reads continue, and no data is lost."""

import contextlib
import json
import os
import subprocess

from gatehouse import run
from serving import token

ACME = "/api/v1/organizations/acme"
VIEWER = {"groups": ["acme-viewers"]}


@contextlib.contextmanager
def small_disk(path, size):
    path.mkdir()
    privilege = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run([*privilege, "mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", path], check=True)
    try:
        yield path
    finally:
        subprocess.run([*privilege, "umount", path], check=True)
        path.rmdir()


def invite(gateway, number):
    content = {"email": f"p{number}@acme.example", "role": "organization-viewer"}
    return gateway.send("POST", f"{ACME}/invitations", token(groups=["acme-managers"]), content)


def invite_all(gateway, numbers):
    """The ids of invitations that must be accepted."""
    answers = [invite(gateway, number) for number in numbers]
    assert all(status == 201 for status, _ in answers), answers
    return [document["id"] for _, document in answers]


class Filled:
    """A disk without room but for a few writes. `kept` has the ids of the invitations that were confirmed."""

    def __init__(self, disk, gateway, room=256 << 10):
        self.gateway, self.ballast = gateway, disk / "ballast"
        self.kept = invite_all(gateway, range(20))
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        self.ballast.write_bytes(bytes(max(0, free - room)))

    def until_refused(self):
        """Writes until there is no room: from then on, every write is refused."""
        refused = 0
        for number in range(20, 5000):
            status, document = invite(self.gateway, number)
            if status == 201:
                self.kept.append(document["id"])
                assert refused == 0
            else:
                assert (status, document["code"]) == (503, "unavailable"), document
                refused += 1
                if refused == 20:
                    break
        assert refused == 20 and len(self.kept) > 20

    def assert_reads_continue(self):
        viewer = token(**VIEWER)
        assert self.gateway.get(f"{ACME}/summary", viewer)[0] == 200
        status, document = self.gateway.get(f"{ACME}/invitations?limit=500", viewer)
        assert status == 200 and len(document["items"]) == min(500, len(self.kept))

    def make_room(self):
        self.ballast.unlink()

    def assert_nothing_is_lost(self, store):
        """Once the disk has room again, writes succeed without a restart; a kill loses nothing of all that was confirmed."""
        gateway = self.gateway
        self.kept += invite_all(gateway, range(9000, 9020))
        gateway.process.kill()
        gateway.process.wait()
        gateway.start()
        assert [id for id, in store.rows("SELECT id FROM invitation ORDER BY id")] == sorted(self.kept)
        events = [json.loads(text) for text in store.events()]
        told = [event["target"] for event in events if event["action"] == "invitation_create"]
        assert sorted(told) == sorted(self.kept)
        verified = run("audit", "verify", "--config", gateway.path)
        assert verified.returncode == 0, verified.stdout
