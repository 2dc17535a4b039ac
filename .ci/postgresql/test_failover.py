"""The primary is lost, and the standby takes over: nothing that was acknowledged is lost."""

import time

from cluster import Pair, own_folder, wait_for
from fleet import Fleet
from load import ACME, Failed, Load

WORKERS = ("reader", "signer", "inviter", "inviter", "publisher")
BACK = 5.0


def writes(load):
    """Whether a change is accepted."""
    try:
        content = {"email": f"{load.name('probe')}@acme.example", "role": "organization-viewer"}
        return load.client().ask("POST", f"{ACME}/invitations", content, load.manager()).status == 201
    except Failed:
        return False


def test_the_standby_takes_over(servers, authority, blank, crowd, tmp_path):
    pair = Pair(own_folder(servers / "pair"), authority, blank)
    try:
        database = pair.primary.database()
        storage = database.storage(
            tmp_path, pair.ports, target_session_attrs="read-write", sslmode="verify-full",
            sslrootcert=authority.certificate)
        with Fleet(tmp_path, crowd, storage) as fleet, Load(fleet, crowd, workers=WORKERS) as load:
            time.sleep(3)
            assert load.failures == [] and load.counts["acceptances"] > 0
            outage = fleet.outage()
            pair.primary.kill()
            time.sleep(2)
            promoted = pair.standby.promote()
            outage.end = promoted + BACK
            wait_for(lambda: writes(load), "no change is accepted", BACK + 1)
            print(f"\nback {time.monotonic() - promoted:.2f} s after the promotion")
            assert time.monotonic() - promoted < BACK
            wait_for(lambda: all(member.readiness() == 200 for member in fleet.members), "a process is not ready", BACK)
            fleet.until_all_are_up()
            time.sleep(max(0, outage.end - time.monotonic()) + 3)
            load.finish()
    finally:
        pair.stop()
