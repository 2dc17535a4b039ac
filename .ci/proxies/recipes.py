"""The files that `gatehouse recipe` prints."""

import re

from gatehouse import run


def recipe(name, *options):
    result = run("recipe", name, *options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def example(name, listen, gateway, forward_auth, application):
    """The example with other ports."""
    ports = {"8080": listen, "8081": gateway, "9092": forward_auth, "3000": application}
    text = recipe(name)
    assert set(re.findall(r"\b(8080|8081|9092|3000)\b", text)) == set(ports)
    return re.sub(r"\b(8080|8081|9092|3000)\b", lambda port: str(ports[port[0]]), text)
