"""pgbouncer before a server, as `gatehouse recipe pgbouncer` sets it up."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess

from cluster import as_account, free_port, own_file, own_folder, wait_for
from fleet import SECRET, settings
from gatehouse import run


class Pooler:
    """The files are those of the recipe, but for their paths and the port of pgbouncer."""

    def __init__(self, folder, database):
        self.folder, self.database, self.port, self.process = own_folder(folder), database, free_port(), None
        recipe = self.recipe()
        self.write_users(recipe)
        recipe, count = re.subn(r"(?m)^listen_port = 6432$", f"listen_port = {self.port}", recipe)
        assert count == 1, recipe
        self.settings = own_file(folder / "pgbouncer.ini", recipe.replace("/etc/pgbouncer/", f"{folder}/"))
        self.start()

    def recipe(self):
        path = self.folder / "gatehouse.jsonc"
        (self.folder / "secret.key").write_text(SECRET + "\n")
        path.write_text(json.dumps(settings(8080, "http://127.0.0.1:1", self.database.storage(
            self.folder, [self.database.server.port])) | {"listen": "127.0.0.1:8080"}))
        printed = run("recipe", "pgbouncer", "--config", path)
        assert printed.returncode == 0, printed.stderr
        return printed.stdout

    def write_users(self, recipe):
        """Runs the command of the recipe's comment, as a superuser of the server."""
        lines = recipe.splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith(";     psql "))
        command = "\n".join(lines[number][1:] for number in range(first, first + 2)).replace("/etc/pgbouncer/", f"{self.folder}/")
        server = self.database.server
        place = {"PGHOST": str(server.sockets), "PGPORT": str(server.port), "PGUSER": "postgres"}
        subprocess.run(["sh", "-euc", f"umask 077; {command.strip()}"], check=True, env=os.environ | place, **as_account())

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [shutil.which("pgbouncer", path="/usr/sbin:/usr/bin"), self.settings], stdout=log, stderr=log, **as_account())

        def accepts():
            assert self.process.poll() is None, self.lines()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True

        wait_for(accepts, self.lines)

    def lines(self):
        return (self.folder / "log").read_text()

    def stop(self):
        if self.process and self.process.poll() is None:
            # SIGINT waits for the clients; SIGTERM does not.
            self.process.terminate()
            self.process.wait(timeout=10)
