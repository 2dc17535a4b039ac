"""A bounded load of many users, and a book of all that was acknowledged to them, which is compared with the store at the end."""

import base64
import collections
import hashlib
import http.client
import itertools
import json
import queue
import random
import secrets
import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from cluster import wait_for
from provider import Provider

ACME = "/api/v1/organizations/acme"
# The answers by which a gateway refuses what it permitted before.
REFUSALS = (401, 403, 404)
# Who has lost access must be refused everywhere within this time (contract, section 12).
EFFECTIVE = 1.0


class Crowd(Provider):
    """A provider that signs in any user, without a page."""

    def __init__(self):
        super().__init__("idp")
        self.bearers = {}

    def claims(self, user, *groups):
        return {"sub": user, "email": f"{user}@acme.example", "email_verified": True, "name": user, "groups": list(groups)}

    def bearer_of(self, user, *groups):
        """A token of a user, the same for some minutes, so that gateways know it."""
        token, end = self.bearers.get((user, groups), (None, 0))
        if time.monotonic() > end:
            token, end = self.bearer(self.claims(user, *groups)), time.monotonic() + 300
            self.bearers[user, groups] = (token, end)
        return token

    def sign_in(self, url, claims):
        """The redirect of a browser that was sent to `url`, back to the gateway."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe()
        self.codes[code] = (claims, asked.get("nonce"), asked["client_id"])
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def identity(self, user):
        """The id of a user's identity in URLs."""
        digest = hashlib.sha256(f"{self.issuer}\0{user}".encode()).digest()[:16]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Failed(Exception):
    """A request had no answer, or one of 5xx."""


class Unexpected(Exception):
    """An answer that no gateway should give at this point."""


Failure = collections.namedtuple("Failure", "id method path start end outcome")


class Answer:
    def __init__(self, status, fields, content):
        self.status, self.fields = status, fields
        self.document = json.loads(content) if content and "json" in (fields.get("Content-Type") or "") else None
        self.content = content

    def __repr__(self):
        return f"{self.status} {self.content[:500]!r}"


class Client:
    """A client with an address and cookies of its own. Each request has its own connection, as many clients have."""

    numbers = itertools.count(1)

    def __init__(self, port, host=None, failures=None):
        self.port, self.host, self.failures = port, host or f"127.0.0.1:{port}", failures
        # Limits of requests apply to an address.
        self.address = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
        self.cookies = {}

    def ask(self, method, path, content=None, bearer=None, fields=None, timeout=20):
        id = str(next(Client.numbers))
        fields = {"Host": self.host, "X-Load-Id": id, "Connection": "close", **(fields or {})}
        if bearer:
            fields["Authorization"] = f"Bearer {bearer}"
        elif self.cookies:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if content is not None:
            content, fields["Content-Type"] = json.dumps(content), "application/json"
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=(self.address, 0))
        try:
            connection.request(method, path, content, fields)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
            outcome = repr(answer)
        except (OSError, http.client.HTTPException) as error:
            answer, outcome = None, repr(error)
        finally:
            connection.close()
        if answer is None or answer.status >= 500:
            if self.failures is not None:
                self.failures.append(Failure(id, method, path.partition("?")[0], start, time.monotonic(), outcome))
            raise Failed(outcome)
        self.keep(answer)
        return answer

    def keep(self, answer):
        for value in answer.fields.get_all("Set-Cookie") or []:
            pair, *attributes = [part.strip() for part in value.split(";")]
            name, _, content = pair.partition("=")
            if content and not any(attribute.lower() == "max-age=0" for attribute in attributes):
                self.cookies[name] = content
            else:
                self.cookies.pop(name, None)

    def expect(self, statuses, *words, **options):
        answer = self.ask(*words, **options)
        if answer.status not in statuses:
            raise Unexpected(f"{words[:2]}: {answer}")
        return answer

    def signed_in(self, crowd, claims):
        """Signs in as a user; each of the three requests may reach another gateway."""
        begun = self.expect((302, 303), "GET", "/auth/login?provider=idp", fields=NAVIGATION)
        back = crowd.sign_in(begun.fields["Location"], claims)
        self.expect((200, 302, 303), "GET", back, fields=NAVIGATION)
        me = self.expect((200,), "GET", "/api/v1/me").document
        if me["identity"]["subject"] != claims["sub"]:
            raise Unexpected(f"{claims['sub']} is {me['identity']}")
        return me


NAVIGATION = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def rows(client, path, bearer):
    """All items of a list."""
    items, cursor = [], None
    while True:
        more = f"&{urlencode({'cursor': cursor})}" if cursor else ""
        page = client.expect((200,), "GET", f"{path}?limit=500{more}", bearer=bearer).document
        items += page["items"]
        if (cursor := page["next_cursor"]) is None:
            return items


class Watch:
    """A change that all gateways have to follow. `bearer` or `cookies` are asked, until the status is one of `statuses`."""

    def __init__(self, kind, statuses, bearer=None, cookies=None):
        self.kind, self.statuses, self.bearer, self.cookies = kind, statuses, bearer, cookies
        # A later change of the same access ends the watch.
        self.since, self.is_outdated = time.monotonic(), False


class Watcher(threading.Thread):
    """Asks one gateway directly, and measures the time from the acknowledgement of a change to its effect."""

    def __init__(self, member, host, outages):
        super().__init__(daemon=True)
        self.outages, self.member, self.client = outages, member, Client(member.port, host)
        self.incoming = queue.SimpleQueue()
        self.times, self.disturbed, self.late, self.waiting, self.ends = [], 0, [], [], False
        self.overdue = set()

    def run(self):
        # Changes that came while the gateway was disturbed. They are many, and must not delay later ones.
        old = []
        while not (self.ends and not self.waiting and not old and self.incoming.empty()):
            while not self.incoming.empty():
                self.waiting.append(self.incoming.get())
            if self.is_disturbed():
                old, self.waiting = old + self.waiting, []
            self.waiting = [watch for watch in self.waiting if not self.is_over(watch)]
            old = [watch for watch in old[:5] if not self.is_over(watch)] + old[5:]
            time.sleep(0.003 if self.waiting else 0.01)

    def is_disturbed(self):
        return any(disturbance.end is None for disturbance in self.member.disturbances)

    def is_over(self, watch):
        if self.is_disturbed():
            # It does not answer, and each request would wait for that.
            return watch.is_outdated
        asked = time.monotonic()
        self.client.cookies = watch.cookies or {}
        try:
            answer = self.client.ask("GET", f"{ACME}/summary", bearer=watch.bearer, timeout=2)
        except Failed:
            answer = None
        now = time.monotonic()
        since = self.counted_from(watch)
        # A request that was sent in time has the answer of that time.
        if answer and answer.status in watch.statuses:
            self.note(watch, since, now)
            return True
        if watch.is_outdated:
            # The answer may be that of the later change; those before it were not.
            if watch in self.overdue:
                self.note(watch, since, now)
            return True
        if since is not None and asked - since > EFFECTIVE:
            self.overdue.add(watch)
        if since is not None and asked - since > 5:
            self.late.append((watch.kind, self.member.name, repr(answer)))
            return True
        return False

    def note(self, watch, since, now):
        if since == watch.since:
            self.times.append((watch.kind, now - since))
        else:
            self.disturbed += 1

    def counted_from(self, watch):
        """The time from which the gateway had to follow; None while it is disturbed."""
        since = watch.since
        for disturbance in [*self.member.disturbances, *self.outages]:
            if disturbance.end is None:
                return None
            if disturbance.end >= watch.since - 1:
                since = max(since, disturbance.end)
        return since


class Book:
    """All that was acknowledged, and what is unknown since a request had no answer."""

    def __init__(self):
        self.invitations = {}   # id: the states that it may have
        self.grants = {}        # id: True, False, or None if unknown
        self.suspensions = {}   # identity id: likewise
        self.workflows = {}     # (workspace, id): name; None if deleted
        self.unknown = set()    # those of `workflows` that are unknown
        self.events = []        # (action, what names its object)
        self.accepted = {}      # invitation: the answers to its acceptances
        self.emails = {}        # invitation: address
        self.sent = {}          # address: the letters that must have come


class Load:
    """Users at a fleet, in some threads. `finish` ends them, and compares."""

    def __init__(self, fleet, crowd, mailbox=None, workers=("reader", "signer", "inviter", "inviter", "publisher"), pause=0.02):
        self.fleet, self.crowd, self.mailbox, self.pause = fleet, crowd, mailbox, pause
        self.book, self.failures, self.faults, self.counts = Book(), [], [], collections.Counter()
        self.ends, self.prefix = threading.Event(), secrets.token_hex(3)
        self.watchers = [Watcher(member, f"127.0.0.1:{fleet.port}", fleet.outages) for member in fleet.members]
        self.threads = [
            threading.Thread(target=self.work, args=(getattr(self, kind), number), daemon=True)
            for number, kind in enumerate(workers)]
        self.names = itertools.count(1)
        self.revocable = collections.deque()
        self.manager = lambda: crowd.bearer_of("boss", "acme-managers")
        self.letters = {}
        self.read_letters = 0
        self.lock = threading.Lock()

    def __enter__(self):
        self.begun = time.monotonic()
        for thread in [*self.watchers, *self.threads]:
            thread.start()
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Ends all threads; those that measure, once every change was seen."""
        self.ends.set()
        for thread in self.threads:
            if thread.is_alive():
                thread.join(timeout=40)
        for watcher in self.watchers:
            watcher.ends = True
        for watcher in self.watchers:
            if watcher.is_alive():
                watcher.join(timeout=20)

    # MARK: Users

    def work(self, act, number):
        chance = random.Random(f"{self.prefix}-{number}")
        while not self.ends.is_set():
            try:
                act(chance, number)
            except Failed:
                self.counts["given up"] += 1
            except Exception as fault:
                self.faults.append(repr(fault))
                if len(self.faults) > 50:
                    return
            self.ends.wait(chance.uniform(0, 2 * self.pause))

    def client(self):
        return Client(self.fleet.port, failures=self.failures)

    def name(self, kind):
        return f"{kind}-{self.prefix}-{next(self.names)}"

    def watch(self, kind, statuses, **credential):
        watch = Watch(kind, statuses, **credential)
        for watcher in self.watchers:
            watcher.incoming.put(watch)
        return watch

    def reader(self, chance, number):
        """Bearer requests of users who have access, and of one who has none."""
        client = self.client()
        client.expect((200,), "GET", f"{ACME}/summary", bearer=self.crowd.bearer_of("viewer", "acme-viewers"))
        client.expect((200,), "GET", f"{ACME}/workspaces?limit=5", bearer=self.crowd.bearer_of("viewer", "acme-viewers"))
        client.expect((404,), "GET", f"{ACME}/summary", bearer=self.crowd.bearer_of("stranger"))
        self.counts["reads"] += 3

    def signer(self, chance, number):
        """A user signs in, and is signed out by a manager, or by the user from elsewhere."""
        user, client = self.name("user"), self.client()
        me = client.signed_in(self.crowd, self.crowd.claims(user, "acme-viewers"))
        self.book.events.append(("sign_in", user))
        self.counts["sign-ins"] += 1
        client.expect((200,), "GET", f"{ACME}/summary")
        cookies, way = dict(client.cookies), chance.random()
        if way < 0.4:
            session = next(item["id"] for item in me["sessions"] if item["current"])
            # A failure leaves the session in an unknown state.
            client.expect((204,), "DELETE", f"/api/v1/me/sessions/{session}", fields={"X-CSRF-Token": me["csrf_token"]})
        elif way < 0.8:
            path = f"{ACME}/members/{self.crowd.identity(user)}/sessions"
            self.client().expect((204,), "DELETE", path, bearer=self.manager())
        else:
            return
        self.counts["ended sessions"] += 1
        self.watch("session", (401,), cookies=cookies)

    def inviter(self, chance, number):
        """A manager invites a user, who accepts twice at once; later the manager takes the access away."""
        if len(self.revocable) > 8 and self.revocable[0][0] < time.monotonic() - 1.5:
            try:
                _, user, grant, bearer, permit = self.revocable.popleft()
            except IndexError:
                return
            permit.is_outdated = True
            return self.withdraw(chance, user, grant, bearer)
        user, client = self.name("guest"), self.client()
        email = f"{user}@acme.example"
        invitation = client.expect(
            (201,), "POST", f"{ACME}/invitations", {"email": email, "role": "organization-viewer"}, self.manager()).document
        id = invitation["id"]
        self.book.invitations[id], self.book.emails[id] = {"pending"}, email
        self.book.events.append(("invitation_create", id))
        self.counts["invitations"] += 1
        if chance.random() < 0.15:
            # An answer that does not come leaves either state.
            self.book.invitations[id] = {"pending", "revoked"}
            client.expect((204,), "DELETE", f"{ACME}/invitations/{id}", bearer=self.manager())
            self.book.invitations[id] = {"revoked"}
            self.book.events.append(("invitation_revoke", id))
            return
        secret = self.secret(invitation, email)
        if secret:
            self.accept(user, id, secret)

    def secret(self, invitation, email):
        """The token of an invitation: in the answer, or in a letter."""
        if "link" in invitation:
            return invitation["link"].split("token=")[1]
        end = time.monotonic() + 4
        while time.monotonic() < end and not self.ends.is_set():
            self.read_mail()
            if email in self.letters:
                return self.letters[email][0][1]
            time.sleep(0.02)
        return None

    def read_mail(self):
        """Notes the letters that have come: for each address, when, and the token of the link."""
        with self.lock:
            for at, address, secret in self.mailbox.received[self.read_letters:]:
                self.letters.setdefault(address, []).append((at, secret))
                self.read_letters += 1

    def accept(self, user, id, secret):
        """Accepts an invitation twice at the same time."""
        bearer, answers = self.crowd.bearer_of(user), []

        def once():
            try:
                answers.append(self.client().expect(
                    (200, 409), "POST", "/api/v1/invitations/accept", {"token": secret}, bearer))
            except Failed:
                answers.append(None)
            except Unexpected as fault:
                self.faults.append(repr(fault))

        other = threading.Thread(target=once, daemon=True)
        other.start()
        once()
        other.join()
        won = [answer.document["grant"] for answer in answers if answer and answer.status == 200]
        self.book.accepted[id] = won
        if len(won) > 1:
            self.faults.append(f"invitation {id} was accepted {len(won)} times")
        if won:
            self.counts["acceptances"] += 1
            self.book.invitations[id], self.book.grants[won[0]] = {"accepted"}, True
            self.book.events.append(("invitation_accept", id))
            permit = self.watch("permit", (200,), bearer=bearer)
            self.revocable.append((time.monotonic(), user, won[0], bearer, permit))
        elif None in answers:
            self.book.invitations[id] = {"pending", "accepted"} if answers.count(None) == 2 else {"accepted"}
        else:
            self.faults.append(f"invitation {id} was refused twice: {answers}")

    def withdraw(self, chance, user, grant, bearer):
        client = self.client()
        if chance.random() < 0.25:
            identity = self.crowd.identity(user)
            self.book.suspensions[identity] = None
            client.expect((200, 201), "PUT", f"{ACME}/suspensions/{identity}", {"reason": "load"}, self.manager())
            self.book.suspensions[identity] = True
            self.book.events.append(("suspension_create", user))
            self.counts["suspensions"] += 1
            self.watch("suspension", REFUSALS, bearer=bearer)
        else:
            self.book.grants[grant] = None
            client.expect((204,), "DELETE", f"{ACME}/grants/{grant}", bearer=self.manager())
            self.book.grants[grant] = False
            self.book.events.append(("grant_revoke", grant))
            self.counts["revocations"] += 1
            self.watch("grant", REFUSALS, bearer=bearer)

    def publisher(self, chance, number):
        """A program changes its own workspace of the inventory. What has no answer is sent again with the same key."""
        workspace, id = f"ws-{self.prefix}-{number}", f"w{chance.randrange(40)}"
        name, key = secrets.token_hex(4), secrets.token_hex(8)
        workflow = {"id": id, "name": name, "published": True, "nested_only": False, "trigger": "webhook"}
        changes = [{"op": "put_workflow", "workspace": workspace, "workflow": workflow}]
        is_known = self.book.workflows.get((workspace, id))
        if not any(place[0] == workspace for place in self.book.workflows):
            changes.insert(0, {"op": "put_workspace", "workspace": {"id": workspace, "name": workspace}})
        elif is_known and chance.random() < 0.3:
            changes, name = [{"op": "delete_workflow", "workspace": workspace, "id": id}], None
        self.book.unknown.add((workspace, id))
        bearer, answer = self.crowd.bearer_of("robot", "acme-robots"), None
        for attempt in range(5):
            try:
                answer = self.client().expect(
                    (200, 204, 409), "POST", f"{ACME}/inventory/changes", {"changes": changes}, bearer,
                    fields={"Idempotency-Key": key})
            except Failed:
                answer = None
            if answer and answer.status != 409:
                self.book.workflows[workspace, id] = name
                self.book.unknown.discard((workspace, id))
                self.counts["changes"] += 1
                return
            self.counts["changes sent again"] += 1
            self.ends.wait(0.3)

    # MARK: The comparison

    def finish(self, within=EFFECTIVE):
        """Ends the load; asserts that nothing failed that must not, that the store has all that was acknowledged, and that
        changes had their effect everywhere within some seconds (the 99th of 100)."""
        self.end()
        seconds = time.monotonic() - self.begun
        failed = self.judge()
        self.compare()
        times = self.times()
        figures = {
            "seconds": round(seconds), **self.counts, "failed requests excused": failed,
            "effective, p50 / p99 / most (ms)": " / ".join(str(round(1000 * quantile(times, q))) for q in (0.5, 0.99, 1)),
            "measured": len(times), "measured on a disturbed gateway": sum(watcher.disturbed for watcher in self.watchers)}
        print("\n" + ", ".join(f"{name}: {value}" for name, value in figures.items()))
        assert quantile(times, 0.99) < within, sorted(times)[-20:]
        return figures

    def times(self, kinds=None):
        return [taken for watcher in self.watchers for kind, taken in watcher.times if kinds is None or kind in kinds]

    def excuse(self, failure):
        """Whether HAProxy sent a failed request to a gateway that was killed or stopped, or the database was away."""
        if any(outage.excuses(failure) for outage in self.fleet.outages):
            return True
        told = self.fleet.front.requests.get(failure.id)
        if not told:
            return False
        member = next((member for member in self.fleet.members if member.name == told[0]), None)
        return member is not None and any(
            disturbance.excuses(failure.start, failure.end) for disturbance in member.disturbances)

    def judge(self):
        assert not self.faults, self.faults[:5]
        late = [late for watcher in self.watchers for late in watcher.late]
        assert not late, late[:5]
        # HAProxy's log comes after its answer.
        end = time.monotonic() + 1
        while time.monotonic() < end and not all(failure.id in self.fleet.front.requests for failure in self.failures):
            time.sleep(0.02)
        faults = [(failure, self.fleet.front.requests.get(failure.id)) for failure in self.failures if not self.excuse(failure)]
        disturbances = {member.name: [vars(d) for d in member.disturbances[-3:]] for member in self.fleet.members}
        assert not faults, f"{len(faults)} of {len(self.failures)}: {faults[:5]} {disturbances}"
        return len(self.failures)

    def compare(self):
        for member in self.fleet.members:
            if member.process.poll() is None:
                self.compare_lists(Client(member.port, f"127.0.0.1:{self.fleet.port}"), member.name)
        self.compare_audit(self.fleet.members[0])
        if self.mailbox:
            self.compare_letters()

    def compare_lists(self, client, where):
        book = self.book
        states = {row["id"]: row["state"] for row in rows(client, f"{ACME}/invitations", self.manager())}
        wrong = {id: (states.get(id), allowed) for id, allowed in book.invitations.items() if states.get(id) not in allowed}
        assert not wrong, (where, wrong)
        grants = {row["id"] for row in rows(client, f"{ACME}/grants", self.manager())}
        wrong = [id for id, exists in book.grants.items() if exists is not None and exists != (id in grants)]
        assert not wrong, (where, wrong)
        suspended = {row["identity_id"] for row in rows(client, f"{ACME}/suspensions", self.manager())}
        wrong = [id for id, exists in book.suspensions.items() if exists is not None and exists != (id in suspended)]
        assert not wrong, (where, wrong)
        found = {}
        for workspace in {workspace for workspace, _ in book.workflows}:
            document = client.expect((200,), "GET", f"{ACME}/inventory/workspaces/{workspace}",
                                     bearer=self.crowd.bearer_of("robot", "acme-robots")).document
            found |= {(workspace, workflow["id"]): workflow["name"] for workflow in document["workflows"]}
        wrong = {place: (found.get(place), name) for place, name in book.workflows.items()
                 if place not in book.unknown and found.get(place) != name}
        assert not wrong, (where, wrong)

    def compare_audit(self, member):
        verified = member.run("audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        exported = member.run("audit", "export")
        assert exported.returncode == 0, exported.stderr
        told = collections.Counter()
        for line in exported.stdout.splitlines():
            event = json.loads(line)
            if event["organization"] == "acme" and event["outcome"] == "success":
                told[event["action"], named_by(event)] += 1
        missing = [event for event in self.book.events if event not in told]
        assert not missing, (len(missing), missing[:5])
        twice = [key for key, count in told.items() if key[0] in ONCE and count > 1]
        assert not twice, twice[:5]

    def compare_letters(self):
        """Every invitation that was not revoked has its letter; two only if a sender was killed meanwhile."""
        due = {self.book.emails[id] for id, states in self.book.invitations.items() if "revoked" not in states}

        def missing():
            self.read_mail()
            return due - self.letters.keys()

        end = time.monotonic() + 5
        while missing() and time.monotonic() < end:
            time.sleep(0.05)
        # The claims of killed senders last for minutes.
        self.fleet.hurry()
        wait_for(lambda: not missing(), lambda: f"without a letter: {sorted(missing())[:5]}", 20)
        kills = [d.at for member in self.fleet.members for d in member.disturbances if d.kind != "terminated"]
        twice = {
            address: [round(at - self.begun, 2) for at, _ in letters] for address, letters in self.letters.items()
            if len(letters) > 1 and not any(abs(letters[0][0] - at) < 1 for at in kills)}
        assert not twice, twice
        self.counts["letters"] = sum(map(len, self.letters.values()))
        self.counts["letters sent again"] = self.counts["letters"] - len(self.letters)


ONCE = ("invitation_create", "invitation_accept", "invitation_revoke", "grant_revoke")


def named_by(event):
    """What the book names an event by."""
    if event["action"] in ("sign_in", "session_end"):
        return event["actor"]["subject"]
    if event["action"].startswith("grant_"):
        return event["details"]["grant"]
    if event["action"].startswith("suspension_"):
        return event["details"].get("subject", event["target"])
    return event["target"]


def quantile(values, share):
    values = sorted(values)
    assert values, "nothing was measured"
    return values[min(len(values) - 1, int(share * len(values)))]
