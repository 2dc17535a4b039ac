"""The proxies, started with the configuration that `gatehouse recipe` prints."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from wire import accepts, ask, connect, wait_for

FILES = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg", "caddy": "Caddyfile", "traefik": "gatehouse.yaml", "envoy": "envoy.yaml"}


def program(name):
    beside = pathlib.Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name) or shutil.which(name, path="/usr/sbin")
    assert found, f"{name} is not installed"
    return found


def command(name, folder, text):
    """The command that the recipe's own comment gives."""
    if name == "nginx":
        return [program("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "log",
                "-g", f"daemon off; pid {folder}/pid;"]
    if name == "haproxy":
        (folder / "gatehouse.lua").write_text("".join(re.findall(r"(?m)^#\| ?(.*\n)", text)))
        return [program("haproxy"), "-f", folder / "haproxy.cfg"]
    if name == "caddy":
        return [program("caddy"), "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]
    if name == "traefik":
        return [program("traefik"), *re.findall(r"(?m)^#= (.*)$", text)]
    return [program("envoy"), "-c", folder / "envoy.yaml", "--use-dynamic-base-id", "--concurrency", "2", "-l", "warning"]


class Proxy:
    """A running proxy; `text` is its recipe, and `public` the host that the gateway itself serves."""

    def __init__(self, name, folder, text, port, public):
        self.name, self.port, self.folder, self.public = name, port, folder, public
        (folder / FILES[name]).write_text(text)
        environment = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                list(map(str, command(name, folder, text))), cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            wait_for(self.is_up, f"{name} did not start")
        except AssertionError as error:
            self.stop()
            raise AssertionError(f"{error}:\n" + (folder / "log").read_text()) from None

    def is_up(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        # Traefik accepts connections before it knows its routes.
        return accepts(self.port) and ask(connect(self.port), self.public).status not in (404, 503)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
