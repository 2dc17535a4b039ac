"""A running gateway, and tokens that it accepts."""

import json
import re
import resource
import subprocess
import time
import urllib.error
import urllib.request

from gatehouse import BINARY
from joserfc import jws
from joserfc.jwk import ECKey

KEY = ECKey.generate_key("P-256", {"kid": "k"}, private=True)


def token(**changes):
    now = int(time.time())
    claims = {"iss": "https://idp.example", "sub": "someone", "aud": "api", "iat": now, "exp": now + 600, **changes}
    return jws.serialize_compact({"alg": "ES256", "kid": "k"}, json.dumps(claims), KEY)


def inventory(*names, workflows=1):
    flows = [{"id": f"w{n}", "name": "W", "published": True, "nested_only": False, "trigger": "webhook"} for n in range(workflows)]
    return {"roles": [], "workspaces": [
        {"id": name, "name": name, "created_at": "2025-01-01T00:00:00Z", "workflows": flows, "members": [], "runners": []}
        for name in names]}


class Gateway:
    """Two organizations, `acme` and `globex`, whose managers are in the group `acme-managers`; `settings` are
    additional members of the configuration. `open_files` limits its descriptors."""

    def __init__(self, folder, environment=None, open_files=None, **settings):
        self.folder, self.path = folder, folder / "gatehouse.jsonc"
        self.environment, self.settings, self.open_files = environment, settings, open_files
        (folder / "keys.json").write_text(json.dumps(KEY.as_dict(private=False)))
        self.configure("managers")
        self.start()

    def configure(self, group):
        self.path.write_text(json.dumps({
            "public_url": "http://127.0.0.1:1", "listen": "127.0.0.1:0", "storage": "sqlite:gatehouse.db",
            "providers": [{"id": "idp", "issuer": "https://idp.example", "audiences": ["api"], "keys": "keys.json"}],
            "organizations": [{"id": name, "providers": ["idp"], "claim_mappings": [
                {"claim_name": "groups", "claim_value": f"{name}-{group}", "role": "organization-manager"},
                {"claim_name": "groups", "claim_value": f"{name}-viewers", "role": "organization-viewer"},
                {"claim_name": "groups", "claim_value": f"{name}-robots", "role": "inventory-publisher"}]}
                for name in ("acme", "globex")], **self.settings}))

    def start(self):
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--config", self.path], stderr=log, env=self.environment, preexec_fn=self.limit)
        started = self.wait(lambda: re.search(r'"message":"serving","address":"127\.0\.0\.1:(\d+)"', self.lines()))
        self.port = int(started[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def limit(self):
        # The hard limit keeps the gateway from raising its own.
        if self.open_files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.open_files, self.open_files))

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait(timeout=40) == 0

    def lines(self):
        return (self.folder / "log").read_text()

    def wait(self, ready):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if result := ready():
                return result
            time.sleep(0.02)
        raise AssertionError("it did not happen within 10 s:\n" + self.lines())

    def get(self, path, bearer):
        return self.send("GET", path, bearer)

    def send(self, method, path, bearer, content=None):
        """The status and document of a response."""
        headers = {"Authorization": f"Bearer {bearer}"} | ({"Content-Type": "application/json"} if content is not None else {})
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.url + path, method=method, headers=headers, data=data)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def names(self, organization, bearer):
        status, body = self.get(f"/api/v1/organizations/{organization}/workspaces", bearer)
        return [row["id"] for row in body["items"]] if status == 200 else status
