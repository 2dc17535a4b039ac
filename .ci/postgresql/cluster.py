"""PostgreSQL servers of the tests, with TLS and a standby; all on loopback."""

import contextlib
import functools
import os
import pathlib
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
ROLE = "gatehouse"


@functools.cache
def account():
    """The user of the servers: PostgreSQL and pgbouncer refuse to run as root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def as_account():
    """The options of `subprocess` for a command of that user."""
    return {"user": account().pw_uid, "group": account().pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}


def command(*words, **options):
    result = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=60, **as_account(), **options)
    assert result.returncode == 0, f"{words[0]}: {result.stdout}{result.stderr}"
    return result.stdout


def free_port():
    """A port below those that the kernel gives to connections, so that a restarted process finds it free."""
    lowest = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for _ in range(1000):
        port = random.randrange(max(1024, lowest - 12_000), lowest)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def wait_for(condition, about, seconds=10):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, about() if callable(about) else about
        time.sleep(0.01)
    return result


@contextlib.contextmanager
def workshop():
    """A folder whose parts the servers' user can reach, which a folder of pytest is not."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-postgresql-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def own_folder(path):
    """A folder that belongs to the servers' user and is closed to others."""
    path.mkdir()
    if os.geteuid() == 0:
        os.chown(path, account().pw_uid, account().pw_gid)
    path.chmod(0o700)
    return path


def own_file(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, account().pw_uid, account().pw_gid)
    return path


class Authority:
    """A certificate authority of the tests, and a server certificate of it for loopback."""

    def __init__(self, folder):
        folder.mkdir()
        self.certificate, self.chain, self.key = folder / "ca.pem", folder / "server.pem", folder / "server.key"

        def openssl(*words):
            subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority")
        openssl("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server")
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "names", "-out", "server.pem")
        for path in (self.certificate, self.chain):
            path.chmod(0o644)


class Server:
    """A PostgreSQL server. A primary is a copy of `template`; a standby follows `primary` by streaming replication. `log` is
    a folder for the write-ahead log, if it is not in that of the server."""

    def __init__(self, folder, authority, template=None, primary=None, port=None, log=None, **settings):
        self.name, self.folder, self.authority = folder.name, own_folder(folder), authority
        self.data, self.sockets, self.port = folder / "data", own_folder(folder / "sockets"), port or free_port()
        self.process = None
        if primary:
            command(PROGRAMS / "pg_basebackup", "-h", primary.sockets, "-p", primary.port, "-U", "postgres", "-D", self.data,
                    "--checkpoint=fast", "--wal-method=stream", "--no-sync")
            self.append("postgresql.conf", f"primary_conninfo = 'host={primary.sockets} port={primary.port} "
                                           f"user=postgres application_name={self.name}'")
            own_file(self.data / "standby.signal", "")
        else:
            command("cp", "-a", template, self.data)
        if log:
            command("mv", self.data / "pg_wal", log)
            command("ln", "-s", log / "pg_wal", self.data / "pg_wal")
        own_file(folder / "server.key", authority.key.read_text())
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.sockets,
            # Tests kill processes and never the machine.
            "fsync": "off", "full_page_writes": "off",
            "ssl": "on", "ssl_cert_file": authority.chain, "ssl_key_file": folder / "server.key",
            "password_encryption": "scram-sha-256", "max_connections": 100, "max_wal_senders": 4, "shared_buffers": "32MB",
            "wal_receiver_status_interval": "1s", "wal_retrieve_retry_interval": "200ms",
            **settings}
        self.append("postgresql.conf", "\n".join(f"{name} = '{value}'" for name, value in settings.items()))
        own_file(self.data / "pg_hba.conf", "local all all trust\nlocal replication all trust\n"
                                            "host all all 127.0.0.1/32 scram-sha-256\n")
        self.start()

    def append(self, name, text):
        with open(self.data / name, "a") as file:
            file.write(text + "\n")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / "postgres", "-D", self.data], stdout=log, stderr=log, start_new_session=True, **as_account())
        wait_for(self.is_up, self.lines)

    def lines(self):
        return (self.folder / "log").read_text()

    def is_up(self):
        assert self.process.poll() is None, self.lines()
        ready = [PROGRAMS / "pg_isready", "-q", "-h", self.sockets, "-p", str(self.port)]
        return subprocess.run(ready, **as_account()).returncode == 0

    def query(self, text, database="postgres"):
        """The rows of a statement of the superuser, as lists of texts."""
        # The separator of columns is one that no text has.
        out = command(PROGRAMS / "psql", "-h", self.sockets, "-p", self.port, "-U", "postgres", "-d", database, "-XAtq",
                      "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-c", text)
        return [line.split("\x1f") for line in out.splitlines()]

    def value(self, text, database="postgres"):
        return self.query(text, database)[0][0]

    def change(self, name, value):
        """Changes a setting that needs no restart, for all connections."""
        self.query(f"ALTER SYSTEM SET {name} = '{value}'")
        self.query("SELECT pg_reload_conf()")

    def database(self, role=ROLE, limit=-1):
        """A new, empty database of a new role of its own."""
        return Database(self, role, limit)

    def promote(self):
        self.query("SELECT pg_promote(wait => false)")
        wait_for(lambda: self.value("SELECT pg_is_in_recovery()") == "f", self.lines)
        return time.monotonic()

    def is_synchronous(self, standby):
        return self.query(
            f"SELECT 1 FROM pg_stat_replication WHERE application_name = '{standby.name}' AND sync_state = 'sync'") != []

    def kill(self):
        """Ends all processes of the server at once, as the loss of its machine does."""
        parent = self.process.pid
        children = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for id in [parent, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(id, signal.SIGKILL)
        self.process.wait()

    def stop(self, way=signal.SIGQUIT):
        """Ends the server; `SIGINT` with a checkpoint."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(way)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()


class Database:
    """A database, its owner, and the settings by which a gateway reaches it."""

    number = 0

    def __init__(self, server, role, limit):
        Database.number += 1
        self.server, self.role, self.password = server, f"{role}_{Database.number}", secrets.token_urlsafe(18)
        self.name = f"gatehouse_{Database.number}"
        server.query(f"CREATE ROLE {self.role} LOGIN PASSWORD '{self.password}' CONNECTION LIMIT {limit}")
        server.query(f"CREATE DATABASE {self.name} OWNER {self.role} STRATEGY file_copy")

    def url(self, ports=None, **parameters):
        """The URL by a list of ports; without one, directly to the server over verified TLS."""
        if ports is None:
            ports = [self.server.port]
            parameters = {"sslmode": "verify-full", "sslrootcert": self.server.authority.certificate, **parameters}
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://{self.role}@{hosts}/{self.name}" + (f"?{query}" if query else "")

    def storage(self, folder, ports=None, direct=None, connections=4, password=None, **parameters):
        """The setting `storage`; the password is in a file of the folder."""
        (folder / "database.password").write_text((password or self.password) + "\n")
        (folder / "database.password").chmod(0o600)
        setting = {"postgresql": self.url(ports, **parameters), "password": {"file": str(folder / "database.password")},
                   "connections": connections}
        return setting | ({"direct": direct} if direct else {})

    def query(self, text):
        return self.server.query(text, self.name)

    def value(self, text):
        return self.server.value(text, self.name)

    def backends(self, condition="true"):
        """The process ids of the connections of the owner."""
        rows = self.server.query(
            f"SELECT pid FROM pg_stat_activity WHERE usename = '{self.role}' AND datname = '{self.name}' AND {condition}")
        return [int(row[0]) for row in rows]

    def end_backends(self, condition="true"):
        """Ends connections of the owner; returns how many."""
        rows = self.server.query(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{self.role}' "
            f"AND datname = '{self.name}' AND {condition}")
        return len(rows)

    def tables(self):
        """The names of all relations that a user has made."""
        rows = self.query(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1")
        return [row[0] for row in rows]


class Stored:
    """The rows of a gateway's store, like those of `stores.SQLite`."""

    def __init__(self, database):
        self.database = database

    def rows(self, statement):
        return [tuple(row) for row in self.database.query(statement)]

    def events(self, after=0):
        return [text for text, in self.rows(
            f"SELECT convert_from(event, 'UTF8') FROM audit_event WHERE chain = 'acme' AND sequence > {after} "
            "ORDER BY sequence")]

    def is_intact(self):
        return True


# The connection of a gateway that waits for notifications ran LISTEN as its last statement, or was idle since.
LISTENING = "query ILIKE 'LISTEN%'"


def template(folder):
    """The files of a server that was never started. Its order of texts is not that of their octets, as in most places."""
    command(PROGRAMS / "initdb", "-D", folder, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu",
            "--icu-locale=en-US", "--no-sync", "--auth=trust")
    return folder


class Pair:
    """A primary, and a standby that every commit waits for."""

    def __init__(self, folder, authority, template):
        self.primary = Server(folder / "primary", authority, template)
        try:
            self.standby = Server(folder / "standby", authority, primary=self.primary)
        except BaseException:
            self.primary.stop()
            raise
        self.primary.change("synchronous_standby_names", self.standby.name)
        wait_for(lambda: self.primary.is_synchronous(self.standby), self.standby.lines)

    @property
    def ports(self):
        return [self.primary.port, self.standby.port]

    def stop(self):
        # A primary whose standby is gone would wait for it.
        self.primary.stop()
        self.standby.stop()
