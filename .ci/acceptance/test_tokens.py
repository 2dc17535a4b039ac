"""Tokens made by joserfc and the openssl command are accepted; manipulated copies are refused."""

import hmac
import json
import subprocess
import time

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from gatehouse import base64url, run, unbase64url, verify

KEYS = {
    "rsa": RSAKey.generate_key(2048, {"kid": "rsa"}, private=True),
    "p256": ECKey.generate_key("P-256", {"kid": "p256"}, private=True),
    "p384": ECKey.generate_key("P-384", {"kid": "p384"}, private=True),
    "p521": ECKey.generate_key("P-521", {"kid": "p521"}, private=True),
    "ed": OKPKey.generate_key("Ed25519", {"kid": "ed"}, private=True),
}
ALGORITHMS = [
    ("RS256", "rsa"), ("RS384", "rsa"), ("RS512", "rsa"), ("PS256", "rsa"), ("PS384", "rsa"), ("PS512", "rsa"),
    ("ES256", "p256"), ("ES384", "p384"), ("ES512", "p521"), ("EdDSA", "ed"),
]
REGISTRY = jws.JWSRegistry(algorithms=[name for name, _ in ALGORITHMS])


def claims(**changes):
    now = int(time.time())
    return {"iss": "https://idp.example", "sub": "someone", "aud": "api://gatehouse", "iat": now, "exp": now + 600, **changes}


def sign(algorithm, key, payload=None, **header):
    header = {"alg": algorithm, "kid": key, **header}
    payload = claims() if payload is None else payload
    return jws.serialize_compact(header, json.dumps(payload).encode(), KEYS[key], registry=REGISTRY)


@pytest.fixture(scope="session")
def key_set(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    path.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in KEYS.values()]}))
    return path


@pytest.mark.parametrize("algorithm,key", ALGORITHMS)
def test_joserfc_token_is_accepted(key_set, algorithm, key):
    answer, code = verify(key_set, sign(algorithm, key), "--issuer", "https://idp.example", "--audience", "api://gatehouse")
    assert answer["valid"] is True and code == 0, answer
    assert answer["claims"]["sub"] == "someone" and answer["key_id"] == key and answer["header"]["alg"] == algorithm


@pytest.mark.parametrize("algorithm,key", ALGORITHMS)
def test_every_changed_byte_of_the_signature_refuses(key_set, algorithm, key):
    token = sign(algorithm, key)
    head, signature = token.rsplit(".", 1)
    raw = unbase64url(signature)
    step = max(1, len(raw) // 16)
    twins = [base64url(raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1:]) for i in range(0, len(raw), step)]
    twins += [base64url(raw[:-1]), base64url(raw + b"\0"), base64url(bytes(len(raw))), base64url(b"\xff" * len(raw))]
    result = run("token", "verify", "--keys", key_set, "-", input="".join(f"{head}.{twin}\n" for twin in twins))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1 and len(answers) == len(twins)
    assert {answer["reason"] for answer in answers} == {"signature_invalid"}


def test_changed_payload_or_header_refuses(key_set):
    header, payload, signature = sign("RS256", "rsa").split(".")
    other = base64url(json.dumps(claims(sub="root")).encode())
    assert verify(key_set, f"{header}.{other}.{signature}")[0]["reason"] == "signature_invalid"
    renamed = base64url(b'{"alg":"RS512","kid":"rsa"}')
    assert verify(key_set, f"{renamed}.{payload}.{signature}")[0]["reason"] == "signature_invalid"


def test_confused_algorithms_refuse(key_set):
    pem = KEYS["rsa"].as_pem(private=False)
    signed = base64url(b'{"alg":"HS256","kid":"rsa"}') + "." + base64url(json.dumps(claims()).encode())
    # joserfc refuses a public key as a secret, so the forger signs by hand.
    forged = base64url(hmac.digest(pem, signed.encode(), "sha256"))
    assert verify(key_set, f"{signed}.{forged}")[0]["reason"] == "algorithm_not_allowed"
    none = base64url(b'{"alg":"none"}') + "." + base64url(json.dumps(claims()).encode()) + "."
    assert verify(key_set, none)[0]["reason"] == "algorithm_not_allowed"
    assert verify(key_set, sign("ES256", "p256").replace(
        sign("ES256", "p256").split(".")[0], base64url(b'{"alg":"ES256","kid":"p384"}'), 1))[0]["reason"] == "key_not_found"


def test_times_audience_and_issuer(key_set):
    now = int(time.time())
    checks = [
        (claims(exp=now - 120), "expired"), (claims(nbf=now + 600), "not_yet_valid"),
        (claims(iat=now + 600), "issued_in_future"), (claims(exp="soon"), "claim_malformed"),
        (claims(aud="someone-else"), "audience_mismatch"), (claims(sub=""), "subject_missing"),
    ]
    for payload, reason in checks:
        answer, code = verify(key_set, sign("RS256", "rsa", payload), "--audience", "api://gatehouse")
        assert (answer.get("reason"), code) == (reason, 1), answer
    answer, _ = verify(key_set, sign("RS256", "rsa"), "--issuer", "https://other.example")
    assert answer["reason"] == "issuer_unknown"


OPENSSL = [
    ("RS256", "rsa:2048", ["-sha256"]), ("PS256", "rsa:2048", ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]),
    ("ES256", "P-256", ["-sha256"]), ("ES384", "P-384", ["-sha384"]), ("ES512", "P-521", ["-sha512"]),
]


def raw_signature(der, size):
    """r||s of an ECDSA-Sig-Value (RFC 3279, section 2.2.3)."""
    index = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    numbers = []
    for _ in range(2):
        length = der[index + 1]
        numbers.append(int.from_bytes(der[index + 2:index + 2 + length], "big").to_bytes(size, "big"))
        index += 2 + length
    return b"".join(numbers)


@pytest.mark.parametrize("algorithm,kind,options", OPENSSL)
def test_openssl_token_is_accepted(tmp_path, algorithm, kind, options):
    private, public, data = tmp_path / "private.pem", tmp_path / "public.pem", tmp_path / "data"
    make = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if kind.startswith("rsa") else [
        "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{kind}"]
    subprocess.run(["openssl", "genpkey", *make, "-out", private], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    signed = base64url(json.dumps({"alg": algorithm}).encode()) + "." + base64url(json.dumps(claims()).encode())
    data.write_text(signed)
    signature = subprocess.run(["openssl", "dgst", *options, "-sign", private, data], check=True, capture_output=True).stdout
    if algorithm.startswith("ES"):
        signature = raw_signature(signature, {"ES256": 32, "ES384": 48, "ES512": 66}[algorithm])
    answer, code = verify(public, f"{signed}.{base64url(signature)}")
    assert answer["valid"] is True and code == 0, answer
    twin = bytes([signature[0] ^ 1]) + signature[1:]
    assert verify(public, f"{signed}.{base64url(twin)}")[0]["reason"] == "signature_invalid"
    assert verify(public, f"{signed}x.{base64url(signature)}")[0]["valid"] is False
