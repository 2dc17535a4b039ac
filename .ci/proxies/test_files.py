"""The recipes of the process: systemd's own judgement, the names of metrics, and an image that is built and run."""

import json
import pathlib
import re
import shutil
import subprocess
import urllib.request

import pytest
from gatehouse import BINARY, run
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
