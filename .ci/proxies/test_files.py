"""The recipes of the process: systemd's own judgement, the names of metrics, and an image that is built and run."""

import json
import pathlib
import re
import shutil
import subprocess
import urllib.request

import pytest
from columns import certificate
from gatehouse import BINARY
from proxies import FILES, command
from recipes import recipe
from wire import free_port, wait_for


def exposure(folder, unit):
    """The exit code of systemd's judgement, whose scale is 0 to 100."""
    path = folder / "gatehouse.service"
    # systemd wants the program to exist.
    path.write_text(unit.replace("/usr/bin/gatehouse", "/bin/true"))
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", path]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "Overall exposure level" in result.stdout, result.stderr
    return result.returncode


def test_the_unit_is_hardened(tmp_path):
    assert exposure(tmp_path, recipe("systemd")) == 0


def test_the_unit_needs_its_lines(tmp_path):
    kept = [line for line in recipe("systemd").splitlines() if not re.match(r"PrivateTmp|\w*Capabilit", line)]
    assert exposure(tmp_path, "\n".join(kept)) == 1


@pytest.fixture
def metrics(tmp_path):
    """The metrics page of a running gateway."""
    port = free_port()
    path = tmp_path / "gatehouse.jsonc"
    path.write_text(json.dumps({
        "public_url": "http://127.0.0.1:1", "listen": "127.0.0.1:0", "storage": "sqlite:gatehouse.db",
        "admin_listen": f"127.0.0.1:{port}"}))
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen([BINARY, "serve", "--config", path], stderr=log)
    try:
        wait_for(lambda: '"message":"serving"' in (tmp_path / "log").read_text(), "the gateway did not start")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            yield page.read().decode()
    finally:
        process.terminate()
        process.wait(timeout=40)


def test_alerts_use_metrics_that_exist(metrics):
    existing = set(re.findall(r"(?m)^# TYPE (\S+)", metrics))
    used = {re.sub("_bucket$", "", name) for name in re.findall(r"gatehouse_\w+", recipe("prometheus-alerts"))}
    assert used and used <= existing, used - existing


@pytest.mark.parametrize("name", ["nginx", "haproxy", "caddy", "envoy"])
def test_files_with_tls_are_valid(tmp_path, name):
    """Two applications, one of which gets credentials, and one behind the gateway itself."""
    certificate(tmp_path)
    (tmp_path / "secret.key").write_text("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=\n")
    access = [{"path": "/*", "allow": ["organization-viewer"]}]
    path, port = tmp_path / "gatehouse.jsonc", free_port()
    path.write_text(json.dumps({
        "public_url": f"https://localhost:{port}", "listen": "127.0.0.1:8081", "forward_auth_listen": "[::1]:9092",
        "trusted_proxies": ["::1/128"], "storage": "sqlite:gatehouse.db", "secret_key": {"file": "secret.key"},
        "organizations": [{"id": "acme"}],
        "upstreams": [
            {"id": "gatehouse", "host": "a.localhost", "organization": "acme", "access": access},
            {"id": "b.c_d", "host": "b.localhost", "organization": "acme", "access": access, "pass_authorization": True},
            {"id": "public", "host": "c.localhost", "organization": "acme", "access": access,
             "address": "http://127.0.0.1:4000"}]}))
    text = recipe(name, "--config", path)
    for file, own in [("fullchain.pem", "chain.pem"), ("haproxy.pem", "both.pem"), ("key.pem", "key.pem")]:
        text = text.replace(f"/etc/ssl/gatehouse/{file}", str(tmp_path / own))
    # nginx binds its addresses to see whether it can.
    text = text.replace(f"listen {port} ", f"listen 127.0.0.1:{port} ").replace(f"listen [::]:{port} ", f"listen [::1]:{port} ")
    (tmp_path / FILES[name]).write_text(text)
    start = command(name, tmp_path, text)
    check = {"nginx": start + ["-t"], "haproxy": start + ["-c"], "envoy": start + ["--mode", "validate"],
             "caddy": [start[0], "validate", *start[2:]]}[name]
    result = subprocess.run(list(map(str, check)), capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


class Images:
    """Images in a folder of their own; nothing of the machine's is used or changed."""

    def __init__(self, folder):
        self.options = ["--root", folder / "images", "--runroot", folder / "run", "--storage-driver", "vfs"]

    def __call__(self, *arguments, **options):
        command = ["buildah", *self.options, *arguments]
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, **options)
        assert result.returncode == 0, result.stderr[-4000:]
        return result.stdout.strip()


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Has an image with the name of the recipe's base, made of the distribution's packages."""
    folder = tmp_path_factory.mktemp("images")
    archive = folder / "base.tar"
    sources = pathlib.Path("/etc/apt/sources.list.d/debian.sources")
    with open(sources if sources.exists() else "/etc/apt/sources.list") as text:
        subprocess.run(["mmdebstrap", "--variant=minbase", "--quiet", "bookworm", archive, "-"], stdin=text, check=True,
                       timeout=300)
    images = Images(folder)
    base = images("from", "scratch")
    images("add", base, archive, "/")
    archive.unlink()
    images("commit", "--rm", base, "docker.io/library/debian:bookworm-slim")
    yield images
    shutil.rmtree(folder, ignore_errors=True)


def test_the_image_is_built_and_runs(images, tmp_path):
    text = recipe("containerfile")
    (tmp_path / "Containerfile").write_text(text)
    shutil.copy(BINARY, tmp_path / "gatehouse")
    images("build", "--isolation", "chroot", "--pull=never", "--format", "docker", "--tag", "gatehouse",
           "--file", tmp_path / "Containerfile", tmp_path)
    settings = json.loads(images("inspect", "--type", "image", "gatehouse"))["Docker"]["config"]
    assert settings["User"] == "10001:10001" and settings["Entrypoint"] == ["/usr/bin/gatehouse"]
    check = settings["Healthcheck"]["Test"][1:]
    admin = free_port()
    check = [word.replace("/9091", f"/{admin}") for word in check]
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "gatehouse.jsonc").write_text(json.dumps({
        "public_url": "http://127.0.0.1:1", "listen": "127.0.0.1:0", "admin_listen": f"127.0.0.1:{admin}",
        "storage": "sqlite:/var/lib/gatehouse/gatehouse.db"}))
    etc.chmod(0o755)
    tmp_path.chmod(0o755)
    container = images("from", "--pull-never", "gatehouse")
    run_in = [*map(str, ["buildah", *images.options, "run", "--isolation", "chroot", "--volume", f"{etc}:/etc/gatehouse:ro"]),
              container, "--"]
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen([*run_in, *settings["Entrypoint"], *settings["Cmd"]], stderr=log)
    try:
        wait_for(lambda: process.poll() is not None or '"message":"serving"' in (tmp_path / "log").read_text(),
                 "the gateway did not start in its image")
        assert process.poll() is None, (tmp_path / "log").read_text()
        assert subprocess.run([*run_in, *check], timeout=60).returncode == 0
    finally:
        process.terminate()
        process.wait(timeout=60)
    # Without the gateway, the check fails.
    assert subprocess.run([*run_in, *check], timeout=60, capture_output=True).returncode != 0
