"""The printed configurations, against a stand-in for the gateway that notes what it is asked and that can fail."""

import pytest
from application import Application
from proxies import FILES, Proxy
from recipes import example
from rows import *  # noqa: F403
from rows import identity
from stub import Stub
from wire import ask, connect, free_port


class World:
    scheme = "http"

    def __init__(self, name, folder):
        self.name, self.port, self.number = name, free_port(), 0
        self.host, self.public = f"reports.localhost:{self.port}", f"localhost:{self.port}"
        self.application, self.stub = Application(), Stub(self.host)
        text = example(name, self.port, self.stub.public.port, self.stub.forward.port, self.application.port)
        self.proxy = Proxy(name, folder, text, self.port, self.public)

    def begin(self):
        self.stub.mode = "normal"
        self.number += 1
        self.application.events.clear()
        self.forget()

    def forget(self):
        for notes in (self.stub.asked, self.stub.received, self.application.received):
            notes.clear()

    def ask(self, target="/", host=None, fields=(), **options):
        return ask(self.connect(), host or self.host, target, fields=[*fields, self.mark], **options)

    def connect(self):
        return connect(self.port)

    def session(self, user):
        """A browser's cookies, those of the gateway among them."""
        return ("Cookie", f"theme=dark; gatehouse-app={user}; __Host-gatehouse-begin=x; last=1")

    def bearer(self, user):
        return f"Bearer {user}"

    def sign_in(self, target):
        return f"http://{self.host}/.gatehouse/sign-in?return_to=%2F"

    def revoke(self, user):
        self.stub.revoked.add(user)

    def verify(self, found):
        """The stand-in signs no assertion."""

    def check_contents(self):
        """The gateway is asked without the content."""
        assert [request.content for request in self.stub.asked] == [b""]

    @property
    def mark(self):
        return ("X-Test", str(self.number))

    @property
    def received(self):
        """What the application received in this test; a request that a client gave up can arrive later."""
        return [request for request in self.application.received if request.field("X-Test") == str(self.number)]

    def shown(self, target="/", **options):
        """What the application received; the request must be let through."""
        answer = self.ask(target, **options)
        assert answer.status == 200, answer
        return answer.json

    def check(self):
        """Every request of the application is one that the gateway has let through, octet by octet."""
        judged = [request.original[1:] for request in self.stub.asked if request.status == 200 and hasattr(request, "original")]
        for request in self.received:
            assert (request.method, request.target) in judged, (request.method, request.target, judged)

    def stop(self):
        self.proxy.stop()
        self.stub.close()
        self.application.close()


@pytest.fixture(scope="module", params=FILES)
def running(request, tmp_path_factory):
    world = World(request.param, tmp_path_factory.mktemp(request.param))
    yield world
    world.stop()


@pytest.fixture
def world(running):
    running.begin()
    yield running
    if running.stub.mode == "normal":
        running.check()


@pytest.mark.parametrize("mode", ["unavailable", "silent", "down"])
def test_a_gateway_that_fails_lets_no_request_through(world, tmp_path, mode):
    if mode == "down":
        # A world of its own, since its gateway does not come back.
        world = World(world.name, tmp_path)
    try:
        world.stub.mode = mode
        if mode == "down":
            world.stub.forward.close()
        answer = world.ask(fields=[world.session("manager"), ("X-Forwarded-User", "forged"), ("X-Gatehouse-Role", "forged")])
        if mode == "silent" and answer.status == 200:
            assert not any(identity(answer.json).values())
        else:
            assert answer.status >= 500 and not world.received
    finally:
        if mode == "down":
            world.stop()


def test_the_gateway_is_asked_once_about_each_request(world):
    world.shown("/x", fields=[world.session("manager")])
    assert [request.original[1:] for request in world.stub.asked] == [("GET", "/x")]
