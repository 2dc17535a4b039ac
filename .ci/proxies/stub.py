"""A stand-in for the gateway that answers forward-auth by the contract and notes what it was asked.

The cookie `gatehouse-app` and bearer tokens name the user directly."""

import re
import threading
from urllib.parse import unquote_to_bytes

from rows import IDENTITY
from wire import Listener, answer

USERS = {"manager": "admins", "leaver": "admins", "crowd": ",".join(f"group-{number:04}" for number in range(200))}


class Refusal(Exception):
    pass


def only(request, name):
    values = request.all(name)
    if len(values) != 1 or not values[0]:
        raise Refusal(name)
    return values[0]


class Stub:
    def __init__(self, host):
        self.host, self.asked, self.received = host, [], []
        self.mode, self.revoked, self.lock = "normal", set(), threading.Lock()
        self.forward, self.public = Listener(self.decide), Listener(self.page)

    def close(self):
        self.forward.close()
        self.public.close()

    def page(self, request):
        self.received.append(request)
        return answer(404 if request.target.startswith("/forward-auth") else 200, [("X-From", "gateway")], b"gateway")

    def original(self, request):
        """Endpoint, method and target of the original request."""
        path = request.target
        if path == "/forward-auth/nginx" and request.method == "GET":
            prefix = f"http://{self.host}"
            url = only(request, "X-Original-URL")
            if not url.startswith(prefix + "/"):
                raise Refusal("host")
            return "nginx", only(request, "X-Original-Method"), url[len(prefix):]
        if path == "/forward-auth":
            if only(request, "X-Forwarded-Host") != self.host or only(request, "X-Forwarded-Proto") != "http":
                raise Refusal("host")
            return "traefik", only(request, "X-Forwarded-Method"), only(request, "X-Forwarded-Uri")
        if path.startswith("/forward-auth/envoy/"):
            if only(request, "Host") != self.host:
                raise Refusal("host")
            return "envoy", request.method, path[len("/forward-auth/envoy"):]
        raise Refusal("endpoint")

    def decide(self, request):
        request.content = b"".join(request.read())
        self.asked.append(request)
        octets = self.judge(request)
        request.status = int(octets[9:12])
        return octets

    def judge(self, request):
        if self.mode == "unavailable":
            return answer(503)
        if self.mode == "silent":
            return answer(200)
        try:
            endpoint, method, target = request.original = self.original(request)
            if any("_" in name and re.match("x[-_](forwarded|gatehouse)", name.lower()) for name, _ in request.fields):
                raise Refusal("alias")
            self.examine(target)
        except Refusal as refusal:
            return answer(403, [("X-Why", str(refusal))])
        path = target.partition("?")[0]
        if path == "/healthz":
            return answer(200, [(name, "") for name in IDENTITY] + [("X-Request-Id", "r1")])
        user = self.user(request)
        if user is None:
            if "text/html" in (request.field("Accept") or ""):
                where = [("Location", f"http://{self.host}/.gatehouse/sign-in?return_to=%2F")]
                return answer(401 if endpoint == "nginx" else 302, where)
            return answer(401, [("WWW-Authenticate", "Bearer")])
        if user not in USERS or user in self.revoked:
            return answer(403)
        values = [user, f"{user}@acme.example", user, USERS[user], "https://idp.example", "id-1", "acme",
                  "organization-manager", "a.b." + "c" * 1500]
        return answer(200, [*zip(IDENTITY, values), ("X-Request-Id", "r1")])

    def user(self, request):
        if authorization := request.field("Authorization"):
            return authorization.removeprefix("Bearer ")
        cookies = [value for text in request.all("Cookie") for value in re.findall(r"(?:^|;\s*)gatehouse-app=([^;]*)", text)]
        return cookies[0] if len(cookies) == 1 else None

    def examine(self, target):
        path = target.partition("?")[0]
        segments = unquote_to_bytes(path).split(b"/")[1:]
        if (not path.startswith("/") or re.search(r"(?i)%(2f|5c|[01][0-9a-f]|7f|3b|25[0-9a-f]{2})|[\\;#]", path)
                or "#" in target or {b".", b".."} & set(segments) or b"" in segments[:-1]):
            raise Refusal("path")
