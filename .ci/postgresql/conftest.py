import pytest
from cluster import Authority, Server, own_folder, template, workshop
from load import Crowd


@pytest.fixture(scope="session")
def place():
    """A folder of the servers; what they need stays below it."""
    with workshop() as folder:
        own_folder(folder / "servers")
        yield folder


@pytest.fixture(scope="session")
def servers(place):
    return place / "servers"


@pytest.fixture(scope="session")
def authority(place):
    return Authority(place / "authority")


@pytest.fixture(scope="session")
def blank(servers):
    """The files of a new server."""
    return template(servers / "template")


@pytest.fixture(scope="session")
def server(servers, authority, blank):
    """The server of all tests that do not end it."""
    server = Server(servers / "shared", authority, blank)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def crowd():
    crowd = Crowd()
    yield crowd
    crowd.close()
