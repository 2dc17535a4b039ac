"""The API against its own description: thousands of calls that schemathesis generates, well-formed and malformed."""

import hashlib
import itertools
import os
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from gatehouse import base64url, run
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from serving import Gateway, inventory, token

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "40"))
ACME = "/api/v1/organizations/acme"
# The manager comes last, because a manager's calls change state.
TOKENS = {
    "anonymous": None,
    "viewer": token(sub="vic", groups=["acme-viewers"]),
    "publisher": token(sub="robot", groups=["acme-robots"]),
    "manager": token(sub="mia", groups=["acme-managers"], email="mia@acme.example", email_verified=True),
}


def identity_id(issuer, subject):
    return base64url(hashlib.sha256(f"{issuer}\0{subject}".encode()).digest()[:16])


class World:
    """A gateway with an item of every kind, so that calls find their targets."""

    def __init__(self, folder):
        self.gateway = Gateway(folder, invitations={"per_day": 1_000_000})
        self.numbers = itertools.count()
        self.send("PUT", "inventory", inventory("soc", "lab"), "publisher")
        made = run("grant", "create", "--config", self.gateway.path, "--organization", "acme", "--provider", "idp",
                   "--subject", "operator", "--role", "organization-manager")
        assert made.returncode == 0, made.stderr

    def send(self, method, path, content=None, caller="manager"):
        status, document = self.gateway.send(method, f"{ACME}/{path}", TOKENS[caller], content)
        assert status < 300, document
        return document

    def fresh(self, path):
        """An existing item for a path's variable."""
        number = next(self.numbers)
        if "/invitations/" in path:
            content = {"email": f"p{number}@acme.example", "role": "organization-viewer"}
            return self.send("POST", "invitations", content)["id"]
        if "/claim-mappings/" in path:
            content = {"claim_name": "groups", "claim_value": f"g{number}", "role": "organization-viewer"}
            return self.send("POST", "claim-mappings", content)["id"]
        return self.accepted(number)["id" if "/grants/" in path else "identity_id"]

    def accepted(self, number):
        """Invites a user who accepts; returns their grant."""
        email = f"q{number}@acme.example"
        content = {"email": email, "role": "organization-viewer"}
        secret = self.send("POST", "invitations", content)["link"].split("token=")[1]
        bearer = token(sub=email, email=email, email_verified=True)
        accepted = self.gateway.send("POST", "/api/v1/invitations/accept", bearer, {"token": secret})
        assert accepted[0] == 200, accepted
        return {"id": accepted[1]["grant"], "identity_id": identity_id("https://idp.example", email)}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("described"))
    yield world
    world.gateway.stop()


load_all_checks()
CHECKED = [CHECKS.get_one(name) for name in (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "negative_data_rejection")]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_response_is_as_described_for_every_caller(world, mode):
    description = world.gateway.get("/api/v1/openapi.json", TOKENS["manager"])[1]
    # The test sets the credentials, and schemathesis generates none.
    del description["security"]
    described = schemathesis.openapi.from_dict(description)
    described.config.update(base_url=world.gateway.url)
    operations = [result.ok() for result in described.get_all_operations()]
    calls = Counter()

    def check(case):
        variables = case.path_parameters or {}
        if "org" in variables:
            variables["org"] = "acme"
        if "ws" in variables:
            variables["ws"] = "soc"
        for name in {"id", "identity_id"} & variables.keys():
            if "{org}" in case.operation.path:
                variables[name] = world.fresh(case.operation.path)
        for token in TOKENS.values():
            answer = case.call(headers={"Authorization": f"Bearer {token}"} if token else {})
            calls[answer.status_code] += 1
            # An empty parameter counts as missing (`allowEmptyValue`); schemathesis treats it as invalid.
            query = parse_qsl(urlsplit(answer.request.url).query, keep_blank_values=True)
            # A condition that fails (412) is decided before the content is read.
            is_exempt = "" in dict(query).values() or answer.status_code == 412
            case.validate_response(answer, checks=CHECKED[:-1] if is_exempt else CHECKED)

    for operation in operations:
        examples = settings(
            max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        try:
            examples(given(case=operation.as_strategy(generation_mode=mode))(check))()
        except Unsatisfiable:
            # A call without parameters and content cannot be invalid.
            assert mode is GenerationMode.NEGATIVE and not operation.body and not operation.query
    print(f"\n{mode.value}: {len(operations)} operations, {sum(calls.values())} calls: {dict(sorted(calls.items()))}")
    assert len(operations) > 30 and calls[200 if mode is GenerationMode.POSITIVE else 422] > 100
