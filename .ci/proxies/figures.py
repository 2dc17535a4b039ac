"""What a proxied request costs: the gateway beside nginx as a plain reverse proxy and Envoy with `jwt_authn`.

    GATEHOUSE=$PWD/.build/release/gatehouse PYTHONPATH=.ci/support .build/proxies/bin/python .ci/proxies/figures.py [FOLDER]

Each program has one core, the load and the application the other one. The programs take turns; medians are printed.
Needs wrk, nginx and envoy. The folder (default: a new one below /dev/shm) gets the files.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

from browser import Browser
from columns import claims
from gatehouse import BINARY
from joserfc import jws
from proxies import program
from provider import Provider
from wire import accepts, ask, connect, free_port, wait_for

ROUNDS, SECONDS, CONNECTIONS = 5, 4, 32
TICK = os.sysconf("SC_CLK_TCK")


class Running:
    """A program on one core, and what it has used."""

    def __init__(self, stack, core, command, port, folder):
        self.log = open(folder / f"{port}.log", "wb")
        self.process = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)], cwd=folder, stdout=self.log, stderr=self.log)
        stack.callback(self.stop)
        wait_for(lambda: self.process.poll() is not None or accepts(port), f"{command[0]} did not start")
        assert self.process.poll() is None, (folder / f"{port}.log").read_text()

    def stop(self):
        self.process.terminate()
        self.process.wait(40)
        self.log.close()

    @property
    def processes(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu(self):
        """Seconds of processor time, of the program and the processes that it started."""
        total = 0
        for process in self.processes:
            for task in pathlib.Path(f"/proc/{process}/task").iterdir():
                # Nanoseconds on a processor; ticks of stat(5) are too coarse.
                text = (task / "schedstat").read_text()
                total += int(text.split()[0])
        return total / 1e9

    def memory(self):
        """MiB that are in memory and not shared with a file."""
        total = 0
        for process in self.processes:
            status = pathlib.Path(f"/proc/{process}/status").read_text()
            total += int(re.search(r"RssAnon:\s+(\d+)", status)[1])
        return total / 1024


def nginx(port, body, folder, name, log):
    path = folder / f"{name}.conf"
    path.write_text(f"""
worker_processes 1; daemon off; pid {folder}/{name}.pid; error_log {folder}/{name}.log;
events {{ worker_connections 4096; }}
http {{
    access_log {log}; sendfile on; tcp_nopush on; keepalive_requests 1000000; proxy_max_temp_file_size 0;
    client_body_temp_path {folder}/{name}-body; proxy_temp_path {folder}/{name}-proxy;
    fastcgi_temp_path {folder}/{name}-f; uwsgi_temp_path {folder}/{name}-u; scgi_temp_path {folder}/{name}-s;
    {body.replace("PORT", str(port))}
}}
""")
    return [program("nginx"), "-c", path, "-p", folder, "-e", folder / f"{name}.log"]


PLAIN = """
    upstream application {{ server 127.0.0.1:{port}; keepalive 64; keepalive_requests 1000000; }}
    server {{ listen 127.0.0.1:PORT; location / {{
        {check}
        proxy_pass http://application; proxy_http_version 1.1; proxy_set_header Connection "";
        proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; }} {more} }}
"""
CHECK = """
    auth_request /check;
    auth_request_set $user $upstream_http_x_forwarded_user;
    proxy_set_header X-Forwarded-User $user;
"""
ASK = """
    location = /check {{ internal; proxy_pass http://check/forward-auth/nginx; proxy_http_version 1.1; proxy_set_header Connection "";
        proxy_pass_request_body off; proxy_set_header Content-Length "";
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URL http://reports.localhost:{public}$request_uri; }}
"""


def envoy(port, behind, provider, folder):
    keys = json.dumps({"keys": [provider.key.as_dict(private=False)]})
    cluster = {"name": "application", "type": "STATIC", "load_assignment": {"cluster_name": "application", "endpoints": [
        {"lb_endpoints": [{"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": behind}}}}]}]}}
    jwt = {"@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
           "providers": {"acme": {"issuer": provider.issuer, "audiences": ["api"], "forward": False,
                                  "local_jwks": {"inline_string": keys},
                                  "claim_to_headers": [{"header_name": "x-forwarded-user", "claim_name": "sub"}]}},
           "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "acme"}}]}
    manager = {"@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
               "stat_prefix": "front", "codec_type": "HTTP1",
               "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                   {"match": {"prefix": "/"}, "route": {"cluster": "application"}}]}]},
               "http_filters": [{"name": "envoy.filters.http.jwt_authn", "typed_config": jwt},
                                {"name": "envoy.filters.http.router", "typed_config": {
                                    "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}
    path = folder / "envoy.json"
    path.write_text(json.dumps({"static_resources": {"clusters": [cluster], "listeners": [{
        "name": "front", "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}]}}))
    return [program("envoy"), "-c", path, "--use-dynamic-base-id", "--concurrency", "1", "-l", "error"]


def gateway(port, forward, behind, sockets, provider, folder):
    (folder / "secret.key").write_text("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=\n")
    upstream = {"host": "reports.localhost", "organization": "acme", "access": [
        {"path": "/*", "allow": ["organization-manager", "organization-viewer"]}]}
    path = folder / "gatehouse.jsonc"
    path.write_text(json.dumps({
        "public_url": f"http://localhost:{port}", "listen": f"127.0.0.1:{port}", "reactors": 1,
        "forward_auth_listen": f"127.0.0.1:{forward}", "trusted_proxies": ["127.0.0.1/32"],
        "storage": "sqlite:store.db", "secret_key": {"file": "secret.key"},
        "providers": [{
            "id": "acme", "issuer": provider.issuer, "client_id": "gatehouse", "client_secret": {"file": "secret.key"},
            "audiences": ["api"], "groups_claim": "groups", "insecure_allow_http": True}],
        "organizations": [{"id": "acme", "providers": ["acme"], "claim_mappings": [
            {"claim_name": "groups", "claim_value": "admins", "role": "organization-manager"}]}],
        "upstreams": [
            {"id": "reports", **upstream, "address": f"http://127.0.0.1:{behind}"},
            {"id": "sockets", **upstream, "host": "sockets.localhost", "address": f"http://127.0.0.1:{sockets}"}]}))
    return [BINARY, "serve", "--config", path]


def load(running, port, host, fields, path="/small"):
    """One measurement: microseconds of processor time a request, its 99th percentile in milliseconds, and requests a second."""
    options = [part for name, value in [("Host", host), *fields] for part in ("-H", f"{name}: {value}")]
    before = running.cpu()
    done = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *options,
         f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True).stdout
    used = running.cpu() - before
    assert "Non-2xx" not in done and "Socket errors" not in done, done
    requests = int(re.search(r"(\d+) requests in", done)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", done).groups()
    return used / requests * 1e6, float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit], requests / SECONDS


def download(running, port, host, fields):
    """MiB a second of one download of 100 MiB, and the most memory meanwhile."""
    options = [part for name, value in [("Host", host), *fields] for part in ("-H", f"{name}: {value}")]
    command = ["taskset", "-c", "1", "curl", "-sf", "-o", "/dev/null", "-w", "%{size_download} %{time_total}", *options,
               f"http://127.0.0.1:{port}/large"]
    most, process = 0, subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while process.poll() is None:
        most = max(most, running.memory())
        time.sleep(0.005)
    size, seconds = process.stdout.read().split()
    assert int(size) == 100 << 20
    return 100 / float(seconds), most


async def hold(port, host, cookie, count, running):
    """Opens WebSockets and reads the memory before, while they are idle, and after one echo on each."""
    from websockets.asyncio.client import connect as open_websocket

    before = running.memory()
    sockets = []
    for _ in range(count):
        sockets.append(await open_websocket(
            f"ws://{host}/", host="127.0.0.1", port=port, additional_headers=[cookie], ping_interval=None, compression=None))
    idle = running.memory()
    for socket in sockets:
        await socket.send("x" * 1000)
        assert await socket.recv() == "x" * 1000
    used = running.memory()
    for socket in sockets:
        await socket.close()
    return idle - before, used - before


ECHO = """
import asyncio, sys
from websockets.asyncio.server import serve
async def echo(socket):
    async for message in socket:
        await socket.send(message)
async def main():
    async with serve(echo, "127.0.0.1", int(sys.argv[1]), ping_interval=None, compression=None):
        await asyncio.get_running_loop().create_future()
asyncio.run(main())
"""


def main(folder):
    folder.chmod(0o755)  # nginx reads it as another user
    with contextlib.ExitStack() as stack:
        provider = Provider("acme")
        stack.callback(provider.close)
        (folder / "www").mkdir(exist_ok=True)
        (folder / "www" / "small").write_bytes(b"x" * 1024)
        (folder / "www" / "large").write_bytes(os.urandom(1 << 20) * 100)
        behind, plain, checked, front, forward, other, sockets = (free_port() for _ in range(7))
        files = f"server {{ listen 127.0.0.1:PORT; root {folder}/www; }}"
        Running(stack, 1, nginx(behind, files, folder, "application", "off"), behind, folder)
        log = f"{folder}/access.log"
        proxy = Running(stack, 0, nginx(plain, PLAIN.format(port=behind, check="", more=""), folder, "plain", log), plain, folder)
        (folder / "echo.py").write_text(ECHO)
        Running(stack, 1, [sys.executable, folder / "echo.py", sockets], sockets, folder)
        gate = Running(stack, 0, gateway(front, forward, behind, sockets, provider, folder), front, folder)
        more = ASK.format(public=front)
        asking = f"upstream check {{ server 127.0.0.1:{forward}; keepalive 64; keepalive_requests 1000000; }}"
        Running(stack, 1, nginx(
            checked, asking + PLAIN.format(port=behind, check=CHECK, more=more), folder, "checked", log), checked, folder)
        jwt = Running(stack, 0, envoy(other, behind, provider, folder), other, folder)

        provider.user = claims("manager")
        browser = Browser()
        browser.open(f"http://localhost:{front}/auth/login?provider=acme")
        hosts = {name: f"{name}.localhost:{front}" for name in ("reports", "sockets")}
        for host in hosts.values():
            browser.open(f"http://{host}/small")
        session = browser.field(hosts["reports"])
        bearer = ("Authorization", f"Bearer {provider.bearer(claims('manager'))}")
        columns = {
            "nginx": (proxy, plain, "localhost", []),
            "envoy jwt_authn": (jwt, other, "localhost", [bearer]),
            "gateway, session": (gate, front, hosts["reports"], [session]),
            "gateway, bearer token": (gate, front, hosts["reports"], [bearer]),
            "gateway as auth_request of nginx, session": (gate, checked, hosts["reports"], [session]),
        }
        for name, (_, port, host, fields) in columns.items():
            answer = ask(connect(port), host, "/small", fields=fields)
            assert answer.status == 200, (name, answer)
        found = {name: [] for name in columns}
        for number in range(ROUNDS + 1):
            for name, column in columns.items():
                value = load(*column)
                # The first round warms up.
                if number:
                    found[name].append(value)
        base, check = (statistics.median(value[0] for value in found[name]) for name in ("nginx", "envoy jwt_authn"))
        for name, values in found.items():
            cpu, slow, rate = (statistics.median(value[index] for value in values) for index in range(3))
            print(f"{name}: {cpu:.1f} µs CPU ({cpu / base:.2f} x nginx, {cpu / check:.2f} x envoy), "
                  f"p99 {slow:.2f} ms, {rate:.0f}/s", flush=True)

        speeds = {"nginx": [], "gateway, session": []}
        before = gate.memory()
        for _ in range(7):
            for name in speeds:
                speeds[name].append(download(*columns[name]))
        medians = {name: statistics.median(value[0] for value in values) for name, values in speeds.items()}
        most = max(value[1] for value in speeds["gateway, session"])
        print(f"100 MiB: nginx {medians['nginx']:.0f} MiB/s, gateway {medians['gateway, session']:.0f} MiB/s "
              f"({medians['gateway, session'] / medians['nginx']:.2f} x), memory {before:.1f} MiB before, {most:.1f} at most")
        idle, used = asyncio.run(hold(front, hosts["sockets"], browser.field(hosts["sockets"]), 1000, gate))
        print(f"1,000 idle WebSockets: {idle:.1f} MiB more; {used:.1f} after a message of 1 KB each way")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(dir="/dev/shm")))
