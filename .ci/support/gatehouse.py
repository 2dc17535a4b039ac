"""Runs the built binary; shared by the tests."""

import base64
import json
import os
import pathlib
import subprocess

BINARY = os.environ.get("GATEHOUSE", str(pathlib.Path(__file__).parents[2] / ".build-postgresql/release/gatehouse"))


def run(*arguments, input=None):
    return subprocess.run([BINARY, *map(str, arguments)], input=input, capture_output=True, text=True, timeout=60)


def verify(keys, token, *options):
    """Verifies a token by `token verify --keys`; returns its JSON output and the exit code."""
    result = run("token", "verify", "--keys", keys, *options, "-", input=token + "\n")
    return json.loads(result.stdout), result.returncode


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
