"""What many processes over PostgreSQL cost, beside one process on SQLite.

    GATEHOUSE=$PWD/.build-postgresql/release/gatehouse PYTHONPATH=.ci/support \\
        .build/acceptance/bin/python .ci/postgresql/figures.py [FOLDER]

Both stores are in the folder (default: a new one in the working directory), and their servers flush to its disk. Medians of
rounds are printed. The machine should have nothing else to do. Smaller runs: --rounds, --seconds, --changes and
--organizations. A part alone: --only writes, reads, following or start.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import pathlib
import secrets
import socket
import statistics
import tempfile
import time

from cluster import Authority, Server, account, own_folder, template
from fleet import Member, settings
from load import ACME, Client, Crowd

CONNECTIONS, LOADERS = 32, 2


class Exchange:
    """A kept connection that sends prepared requests, from an address of its own."""

    def __init__(self, port, number):
        self.sock = socket.create_connection(
            ("127.0.0.1", port), timeout=30, source_address=(f"127.1.{number // 200}.{number % 200 + 2}", 0))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def send(self, request):
        self.sock.sendall(request)

    def status(self):
        """Reads an answer, and returns its status."""
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0)
        while len(self.rest) < length:
            self.more()
        self.rest = self.rest[length:]
        return int(head[9:12])

    def more(self):
        octets = self.sock.recv(65536)
        assert octets, "the gateway ends a connection"
        self.rest += octets


def request(host, method, path, content=None, **fields):
    """The octets of a request."""
    body = b"" if content is None else json.dumps(content).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in fields.items())]
    if content is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def loader(ports, number, requests, seconds, is_repeated, result):
    """Sends requests over some connections at once; those of each connection one after the other."""
    import selectors

    selector, done, wrong = selectors.DefaultSelector(), 0, []
    supply = iter(requests)
    exchanges = [Exchange(ports[n % len(ports)], number * CONNECTIONS + n) for n in range(CONNECTIONS // LOADERS)]
    begin = time.monotonic()

    def send(exchange):
        nonlocal supply
        following = next(supply, None)
        if following is None and is_repeated:
            supply = iter(requests)
            following = next(supply)
        if following is None or seconds and time.monotonic() > begin + seconds:
            selector.unregister(exchange.sock)
            return False
        exchange.send(following)
        return True

    for exchange in exchanges:
        selector.register(exchange.sock, selectors.EVENT_READ, exchange)
    left = sum(send(exchange) for exchange in exchanges)
    while left:
        for key, _ in selector.select(30):
            status = key.data.status()
            done += 1
            if not 200 <= status < 300:
                wrong.append(status)
            left -= not send(key.data)
    result.put((done, time.monotonic() - begin, wrong[:5]))


def loaded(ports, requests, seconds=None, is_repeated=False):
    """Sends requests by some processes; returns how many were answered, and how many a second."""
    context, result = multiprocessing.get_context("fork"), multiprocessing.get_context("fork").Queue()
    parts = [requests if is_repeated else requests[n::LOADERS] for n in range(LOADERS)]
    processes = [context.Process(target=loader, args=(ports, n, parts[n], seconds, is_repeated, result)) for n in range(LOADERS)]
    for process in processes:
        process.start()
    results = [result.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    wrong = [status for _, _, found in results for status in found]
    assert not wrong, wrong
    return sum(done for done, _, _ in results), sum(done / taken for done, taken, _ in results)


def cpu(member):
    """Seconds of processor time that a process has used."""
    total = 0
    for task in pathlib.Path(f"/proc/{member.process.pid}/task").iterdir():
        # Nanoseconds on a processor; ticks of stat(5) are too coarse.
        with contextlib.suppress(FileNotFoundError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def memory(member):
    """The resident memory of a process, in MiB."""
    lines = pathlib.Path(f"/proc/{member.process.pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) / 1024


class World:
    """Gateways over a new store of one engine."""

    def __init__(self, bench, engine, count=1, **more):
        self.bench, self.engine = bench, engine
        folder = bench.folder / f"{engine}-{secrets.token_hex(3)}"
        folder.mkdir()
        storage = bench.server.database().storage(folder, connections=8) if engine == "PostgreSQL" else f"sqlite:{folder}/store.db"
        self.host = "127.0.0.1:8080"
        configuration = settings(8080, bench.crowd.issuer, storage) | more
        self.members = [Member(folder, f"g{n}", configuration) for n in range(count)]

    def __enter__(self):
        for member in self.members:
            member.launch()
        for member in self.members:
            member.until_ready(120)
        return self

    def __exit__(self, *_):
        for member in self.members:
            member.begin_to_end()
        for member in self.members:
            member.end()

    @property
    def ports(self):
        return [member.port for member in self.members]

    def client(self):
        return Client(self.members[0].port, self.host)

    def bearer(self, user, *groups):
        return {"Authorization": f"Bearer {self.bench.crowd.bearer_of(user, *groups)}"}

    # Prepared requests

    def acceptances(self, count):
        """Invitations that are made now, and the requests that accept them."""
        client, manager, requests = self.client(), self.bench.crowd.bearer_of("boss", "acme-managers"), []
        users = [f"u{secrets.token_hex(6)}" for _ in range(count)]
        for begin in range(0, count, 50):
            emails = [f"{user}@acme.example" for user in users[begin:begin + 50]]
            answer = client.expect(
                (200, 201, 207), "POST", f"{ACME}/invitations", {"emails": emails, "role": "organization-viewer"}, manager)
            for item in answer.document["items"]:
                invitation = item.get("invitation", item)
                email = invitation.get("email", item.get("email"))
                secret = (invitation.get("link") or item["link"]).split("token=")[1]
                requests.append(request(self.host, "POST", "/api/v1/invitations/accept", {"token": secret},
                                        **self.bearer(email.partition("@")[0])))
        return requests

    def changes(self, count):
        """Requests that each change a workflow, in twenty workspaces."""
        robot = self.bearer("robot", "acme-robots")
        workspaces = [{"op": "put_workspace", "workspace": {"id": f"ws{n}", "name": f"ws{n}"}} for n in range(20)]
        self.client().expect((200, 204), "POST", f"{ACME}/inventory/changes", {"changes": workspaces},
                             self.bench.crowd.bearer_of("robot", "acme-robots"))
        requests = []
        for number in range(count):
            workflow = {"id": f"w{number % 200}", "name": secrets.token_hex(4), "published": True, "nested_only": False,
                        "trigger": "webhook"}
            change = {"op": "put_workflow", "workspace": f"ws{number % 20}", "workflow": workflow}
            requests.append(request(self.host, "POST", f"{ACME}/inventory/changes", {"changes": [change]}, **robot))
        return requests

    def bearer_read(self):
        return request(self.host, "GET", f"{ACME}/summary", **self.bearer("viewer", "acme-viewers"))

    def session_read(self):
        client = self.client()
        client.signed_in(self.bench.crowd, self.bench.crowd.claims("visitor", "acme-viewers"))
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return request(self.host, "GET", f"{ACME}/summary", Cookie=cookies)


def shown(name, values, unit, digits=0):
    spread = f" ({min(values):,.{digits}f} to {max(values):,.{digits}f})" if len(values) > 1 else ""
    print(f"{name}: {statistics.median(values):,.{digits}f} {unit}{spread}", flush=True)
    return statistics.median(values)


class Bench:
    def __init__(self, folder, options):
        self.folder, self.options, self.crowd = folder, options, Crowd()

    def writes(self):
        """Acceptances and changes a second: SQLite, PostgreSQL with one process and with three."""
        for engine, count in (("SQLite", 1), ("PostgreSQL", 1), ("PostgreSQL", 3)):
            with World(self, engine, count) as world:
                rates = {"acceptances": [], "inventory changes": []}
                for _ in range(self.options.rounds):
                    rates["acceptances"].append(loaded(world.ports, world.acceptances(self.options.changes))[1])
                    rates["inventory changes"].append(loaded(world.ports, world.changes(self.options.changes))[1])
                for name, values in rates.items():
                    shown(f"{name}, {engine}, processes: {count}", values, "/s")

    def reads(self):
        """Processor time of a read, the engines in turns; then how many reads three processes answer."""
        with World(self, "SQLite") as sqlite, World(self, "PostgreSQL") as postgresql:
            for kind in ("bearer_read", "session_read"):
                costs = {world.engine: [] for world in (sqlite, postgresql)}
                for _ in range(self.options.rounds + 1):
                    for world in (sqlite, postgresql):
                        prepared, before = [getattr(world, kind)()], cpu(world.members[0])
                        done, _ = loaded(world.ports, prepared, self.options.seconds, is_repeated=True)
                        costs[world.engine].append((cpu(world.members[0]) - before) / done * 1e6)
                # The first round warms up.
                medians = [shown(f"{kind}, {engine}", values[1:], "µs CPU", 1) for engine, values in costs.items()]
                print(f"{kind}: PostgreSQL / SQLite = {medians[1] / medians[0]:.3f}", flush=True)
        for count in (1, 3):
            with World(self, "PostgreSQL", count) as world:
                rates = [loaded(world.ports, [world.bearer_read()], self.options.seconds, is_repeated=True)[1]
                         for _ in range(self.options.rounds)]
                shown(f"bearer reads, processes: {count}", rates, "/s")
                for member in world.members:
                    print(f"memory of {member.name} of {count}: {memory(member):.0f} MiB", flush=True)

    def following(self):
        """What a process without requests uses while another one changes much; and what it uses without changes."""
        with World(self, "PostgreSQL", 2) as world:
            writer, follower = world.members
            begin, before = time.monotonic(), cpu(follower)
            time.sleep(self.options.seconds)
            idle = (cpu(follower) - before) / (time.monotonic() - begin)
            rates, shares = [], []
            for _ in range(self.options.rounds):
                prepared = world.changes(self.options.changes)
                begin, before = time.monotonic(), cpu(follower)
                rates.append(loaded([writer.port], prepared)[1])
                shares.append((cpu(follower) - before) / (time.monotonic() - begin) * 100)
            rate, share = shown("changes that are followed", rates, "/s"), shown("a follower", shares, "% of a core", 1)
            print(f"a follower without changes: {100 * idle:.2f} % of a core; "
                  f"with 1,000 changes a second, in proportion: {share * 1000 / rate:.1f} %", flush=True)

    def start(self):
        """Start time and memory with many organizations."""
        rule = {"claim_name": "groups", "role": "organization-viewer"}
        organizations = [
            {"id": f"o{n}", "providers": ["idp"], "claim_mappings": [rule | {"claim_value": f"o{n}-{kind}"} for kind in "abc"]}
            for n in range(self.options.organizations)]
        for engine in ("SQLite", "PostgreSQL"):
            times, sizes, world = [], [], World(self, engine, organizations=organizations)
            member = world.members[0]
            for _ in range(self.options.rounds + 1):
                begin = time.monotonic()
                member.launch()
                member.until_ready(120)
                times.append(1000 * (time.monotonic() - begin))
                sizes.append(memory(member))
                member.terminate()
            # The first start makes the tables.
            shown(f"start with {self.options.organizations} organizations, {engine}", times[1:], "ms")
            shown(f"memory with {self.options.organizations} organizations, {engine}", sizes[1:], "MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--changes", type=int, default=4000)
    parser.add_argument("--organizations", type=int, default=10_000)
    parser.add_argument("--only", action="append", choices=("writes", "reads", "following", "start"))
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="figures-", dir=options.folder or os.getcwd()))
    folder.chmod(0o755)
    bench = Bench(folder, options)
    servers = own_folder(folder / "servers")
    bench.server = Server(
        servers / "server", Authority(servers / "authority"), template(servers / "template"), fsync="on", full_page_writes="on",
        shared_buffers="256MB")
    print(f"the files of {account().pw_name}'s server and of SQLite are in {folder}", flush=True)
    try:
        for part in options.only or ("writes", "reads", "following", "start"):
            getattr(bench, part)()
    finally:
        bench.server.stop()
        bench.crowd.close()


if __name__ == "__main__":
    main()
