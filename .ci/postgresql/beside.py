"""Runs a command beside a PostgreSQL server of its own, and ends both:

    python3 .ci/postgresql/beside.py COMMAND [ARGUMENT...]

`GATEHOUSE_TEST_POSTGRESQL` tells the command the URI of an empty database of the server's superuser.
"""

import os
import signal
import subprocess
import sys

from cluster import Authority, Server, own_file, own_folder, template, workshop

# Each test has stores of its own, and each open store has connections; tests run at the same time.
CONNECTIONS = 4000


def main(command):
    # Ends the server too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with workshop() as folder:
        servers = own_folder(folder / "servers")
        server = Server(
            servers / "suite", Authority(folder / "authority"), template(servers / "template"),
            max_connections=CONNECTIONS, synchronous_commit="off", shared_buffers="256MB", max_wal_size="4GB")
        try:
            # A store is opened often, and a password would cost more time than the rest.
            own_file(server.data / "pg_hba.conf", "local all all trust\nhost all all 127.0.0.1/32 trust\n")
            server.query("SELECT pg_reload_conf()")
            server.query("CREATE DATABASE gatehouse")
            address = f"postgresql://postgres@127.0.0.1:{server.port}/gatehouse"
            return subprocess.run(command, env={**os.environ, "GATEHOUSE_TEST_POSTGRESQL": address}).returncode
        finally:
            server.stop()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
