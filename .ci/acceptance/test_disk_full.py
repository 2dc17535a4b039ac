"""A full disk: writes get 503, reads continue, and no data is lost."""

from full_disk import Filled, small_disk
from serving import Gateway
from stores import SQLite


def test_writes_are_refused_and_no_data_is_lost(tmp_path):
    with small_disk(tmp_path / "disk", "8m") as disk:
        gateway = Gateway(tmp_path, storage=f"sqlite:{disk}/gatehouse.db", invitations={"per_day": 1_000_000})
        try:
            filled = Filled(disk, gateway)
            filled.until_refused()
            filled.assert_reads_continue()
            filled.make_room()
            filled.assert_nothing_is_lost(SQLite(disk / "gatehouse.db"))
        finally:
            gateway.stop()
