"""Publishing: the README's program that mirrors a folder, over a network that loses answers, and kills of the gateway."""

import http.client
import http.server
import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter

import pytest
from blocks import block
from gatehouse import run
from serving import token

ACME = "/api/v1/organizations/acme"
# Tokens are made when the tests are collected, and may have to wait for all others.
EXPIRY = int(time.time()) + 3 * 3600
ROBOT = token(sub="robot", groups=["acme-robots"], exp=EXPIRY)
MANAGER = token(sub="mia", groups=["acme-managers"], exp=EXPIRY)


class LossyProxy(http.server.ThreadingHTTPServer):
    """Passes requests on to the gateway. The next answers of the methods in `losses` are lost: the gateway has done
    what it was asked to, and the client does not learn of it."""

    def __init__(self, url):
        super().__init__(("127.0.0.1", 0), LossyHandler)
        self.target, self.losses, self.requests = url, [], []
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class LossyHandler(http.server.BaseHTTPRequestHandler):
    def pass_on(self):
        content = self.rfile.read(int(self.headers["Content-Length"] or 0))
        fields = {name: value for name, value in self.headers.items() if name not in ("Host", "Connection")}
        request = urllib.request.Request(self.server.target + self.path, content or None, fields, method=self.command)
        try:
            answer = urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        body = answer.read()
        self.server.requests.append((self.command, answer.status, self.headers["Idempotency-Key"],
                                     answer.headers["Idempotency-Replayed"]))
        self.close_connection = True
        if self.command in self.server.losses:
            self.server.losses.remove(self.command)
            return
        self.send_response(answer.status)
        if answer.headers["ETag"]:
            self.send_header("ETag", answer.headers["ETag"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on

    def log_message(self, *arguments):
        pass


class Mirror:
    """The README's program, as it is pasted, and the folder that it mirrors."""

    def __init__(self, folder, gateway):
        self.gateway, self.proxy = gateway, LossyProxy(gateway.url)
        self.program, self.token, self.folder = folder / "publish.py", folder / "token", folder / "inventory"
        self.program.write_text(block("README.md", "publish"))
        self.token.write_text(ROBOT + "\n")
        self.folder.mkdir()

    def write(self, name, content):
        (self.folder / f"{name}.json").write_text(json.dumps(content))

    def workspace(self, id, *workflows, name=None, members=()):
        self.write(id, {
            "id": id, "name": name or id.upper(), "created_at": None,
            "workflows": [{"id": flow, "published": True, "trigger": "webhook"} for flow in workflows],
            "members": [{"email": email, "roles": roles, "status": "active"} for email, *roles in members]})

    def run(self):
        self.proxy.requests = []
        return subprocess.run(
            [sys.executable, self.program, self.proxy.address, "acme", self.folder], capture_output=True, text=True,
            timeout=120, env={**os.environ, "GATEHOUSE_TOKEN_FILE": str(self.token)})

    def publish(self):
        result = self.run()
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def methods(self):
        return [request[0] for request in self.proxy.requests]

    def rows(self):
        status, document = self.gateway.get(f"{ACME}/workspaces", MANAGER)
        assert status == 200
        return {row["id"]: (row["name"], row["workflows"], row["workflow_editors"]) for row in document["items"]}


@pytest.fixture
def mirror(tmp_path, gateway):
    mirror = Mirror(tmp_path, gateway)
    mirror.write("roles", [{"id": "author", "scopes": ["playbook.write"]}, {"id": "guest", "scopes": []}])
    mirror.workspace("soc", "a", "b", members=[("ann@acme.example", "author"), ("bob@acme.example", "guest")])
    mirror.workspace("lab", "c")
    yield mirror
    mirror.proxy.shutdown()


def test_the_article_has_the_program_of_the_readme():
    article = "Sources/Server/Server.docc/ForPublishers.md"
    assert block(article, "publish") == block("README.md", "publish")


def test_a_folder_is_published_and_only_its_changes_are_sent_afterwards(mirror):
    assert mirror.publish() == "the whole inventory published"
    assert mirror.rows() == {"soc": ("SOC", 2, 1), "lab": ("LAB", 1, 0)}
    assert mirror.publish() == "nothing to publish" and mirror.methods() == ["HEAD"]
    mirror.workspace("soc", "a", name="Operations", members=[("ann@acme.example", "author"), ("bob@acme.example", "author")])
    mirror.workspace("new")
    (mirror.folder / "lab.json").unlink()
    mirror.write("roles", [{"id": "author", "name": "Author", "scopes": ["playbook.write"]}])
    assert mirror.publish() == "5 changes published" and mirror.methods() == ["HEAD", "POST"]
    assert mirror.rows() == {"soc": ("Operations", 1, 2), "new": ("NEW", 0, 0)}
    assert mirror.publish() == "nothing to publish"


def test_changes_whose_answer_is_lost_are_made_once(mirror):
    mirror.publish()
    mirror.workspace("lab", "c", "d")
    mirror.proxy.losses = ["HEAD", "POST", "POST"]
    assert mirror.publish() == "1 changes published"
    posts = [request for request in mirror.proxy.requests if request[0] == "POST"]
    assert [request[1:2] + request[3:] for request in posts] == [(204, None), (204, "true"), (204, "true")]
    assert len({request[2] for request in posts}) == 1
    assert mirror.rows()["lab"] == ("LAB", 2, 0)
    assert mirror.publish() == "nothing to publish"


def test_an_inventory_whose_answer_is_lost_is_sent_once_more(mirror):
    mirror.proxy.losses = ["PUT"]
    assert mirror.publish() == "the whole inventory published"
    assert mirror.methods() == ["HEAD", "PUT", "PUT", "HEAD", "PUT"]
    assert mirror.rows() == {"soc": ("SOC", 2, 1), "lab": ("LAB", 1, 0)}


def test_changes_of_another_publisher_are_replaced(mirror):
    mirror.publish()
    foreign = {"changes": [{"op": "delete_workspace", "workspace": "soc"},
                           {"op": "put_workspace", "workspace": {"id": "stray", "name": "Stray"}}]}
    assert mirror.gateway.send("POST", f"{ACME}/inventory/changes", ROBOT, foreign)[0] == 204
    assert mirror.publish() == "the whole inventory published"
    assert mirror.rows() == {"soc": ("SOC", 2, 1), "lab": ("LAB", 1, 0)}


def test_more_than_a_thousand_changes_are_sent_as_a_whole(mirror):
    mirror.publish()
    for number in range(1100):
        mirror.workspace(f"w{number}")
    assert mirror.publish() == "the whole inventory published"
    assert mirror.publish() == "nothing to publish"
    status, document = mirror.gateway.get(f"{ACME}/summary", MANAGER)
    assert status == 200 and document["workspaces"] == 1102


def test_a_restart_of_the_gateway_does_not_disturb(mirror):
    mirror.publish()
    mirror.gateway.stop()
    mirror.gateway.start()
    mirror.proxy.target = mirror.gateway.url
    assert mirror.publish() == "nothing to publish"


def test_faults_end_the_program_with_the_problem(mirror):
    mirror.publish()
    before = mirror.rows()
    mirror.write("lab", {"id": "lab", "name": "Lab", "workflows": [{"id": "w", "published": True, "trigger": "telepathy"}]})
    result = mirror.run()
    assert result.returncode == 1 and "/changes/0/workspace/workflows/0/trigger" in result.stderr
    assert mirror.rows() == before
    mirror.workspace("lab")
    mirror.token.write_text("expired")
    result = mirror.run()
    assert result.returncode == 1 and "401" in result.stderr
    mirror.token.write_text(ROBOT)
    for file in mirror.folder.glob("*.json"):
        file.unlink()
    result = mirror.run()
    assert result.returncode == 1 and "has no workspace" in result.stderr and mirror.rows() == before


ROUNDS = int(os.environ.get("PUBLISHING_CRASH_ROUNDS", "40"))


class Publisher(threading.Thread):
    """Sends batches of changes, each under a key of its own, until the gateway is killed."""

    def __init__(self, gateway, round):
        super().__init__()
        self.gateway, self.round, self.confirmed, self.open, self.faults = gateway, round, [], None, []

    def batch(self, number):
        name = f"r{self.round}-{number}"
        puts = [{"op": "put_workspace", "workspace": {"id": f"{name}-{part}", "name": name}} for part in range(3)]
        return name, json.dumps({"changes": puts + [{"op": "rename_workspace", "workspace": "last", "name": name}]})

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=10)
        try:
            for number in itertools.count():
                self.open = self.batch(number)
                status = post(connection, *self.open)[0]
                if status != 204:
                    self.faults.append(status)
                    return
                self.confirmed.append(self.open[0])
                self.open = None
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()


def post(connection, key, body):
    connection.request("POST", f"{ACME}/inventory/changes", body, {
        "Authorization": f"Bearer {ROBOT}", "Content-Type": "application/json", "Idempotency-Key": key})
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.headers["Idempotency-Replayed"]


def test_a_kill_loses_no_confirmed_batch_and_a_retry_makes_the_open_one_once(gateway):
    def send(*changes):
        assert gateway.send("POST", f"{ACME}/inventory/changes", ROBOT, {"changes": changes})[0] == 204

    def names():
        status, document = gateway.get(f"{ACME}/inventory", ROBOT)
        assert status == 200
        return {workspace["id"]: workspace["name"] for workspace in document["workspaces"]}

    randomness, outcomes = random.Random(14), Counter()
    for round in range(ROUNDS):
        send({"op": "put_workspace", "workspace": {"id": "last", "name": "none"}})
        publisher = Publisher(gateway, round)
        publisher.start()
        time.sleep(randomness.uniform(0.01, 0.3))
        gateway.process.kill()
        gateway.process.wait()
        publisher.join()
        assert not publisher.faults
        gateway.start()
        found = names()
        for name in publisher.confirmed:
            assert [found.get(f"{name}-{part}") for part in range(3)] == [name] * 3
        if publisher.open is None:
            continue
        name, body = publisher.open
        parts = [found.get(f"{name}-{part}") for part in range(3)]
        is_made = found["last"] == name
        assert parts == [name if is_made else None] * 3
        # A repetition that made the changes again would undo this one.
        send({"op": "put_workspace", "workspace": {"id": f"{name}-0", "name": "Changed"}})
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
        assert post(connection, name, body) == (204, "true" if is_made else None)
        assert names()[f"{name}-0"] == ("Changed" if is_made else name)
        assert post(connection, name, body) == (204, "true")
        connection.close()
        outcomes[is_made] += 1
    print(f"\n{ROUNDS} kills: the open batch was made {outcomes[True]} times and not made {outcomes[False]} times")
    assert sum(outcomes.values()) > ROUNDS / 2
    checked = run("inventory", "verify", "--config", gateway.path)
    assert checked.returncode == 0, checked.stdout
