"""An OpenID provider that signs in the user it is told to, without a page."""

import json
import secrets
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey
from wire import Listener, answer


class Provider:
    def __init__(self, identifier):
        self.identifier, self.user, self.codes = identifier, None, {}
        self.key = ECKey.generate_key("P-256", {"kid": identifier}, private=True)
        self.listener = Listener(self.serve)
        self.issuer = f"http://127.0.0.1:{self.listener.port}"

    def close(self):
        self.listener.close()

    def sign(self, **claims):
        now = int(time.time())
        claims = {"iss": self.issuer, "iat": now, "exp": now + 600, **claims}
        return jws.serialize_compact({"alg": "ES256", "kid": self.identifier}, json.dumps(claims).encode(), self.key)

    def bearer(self, claims):
        return self.sign(aud="api", **claims)

    def serve(self, request):
        target = urlsplit(request.target)
        content = b"".join(request.read()).decode()
        if target.path == "/.well-known/openid-configuration":
            return self.json({
                "issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize",
                "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/keys",
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"], "code_challenge_methods_supported": ["S256"]})
        if target.path == "/keys":
            return self.json({"keys": [self.key.as_dict(private=False)]})
        if target.path == "/authorize":
            asked = {name: value[0] for name, value in parse_qs(target.query).items()}
            code = secrets.token_urlsafe()
            self.codes[code] = (self.user, asked.get("nonce"), asked["client_id"])
            back = urlencode({"code": code, "state": asked["state"]})
            return answer(302, [("Location", f"{asked['redirect_uri']}?{back}")])
        if target.path == "/token":
            return self.token({name: value[0] for name, value in parse_qs(content).items()})
        return answer(404)

    def token(self, asked):
        """The answer to a request for tokens."""
        user, nonce, client = self.codes.pop(asked["code"])
        token = self.sign(aud=client, nonce=nonce, auth_time=int(time.time()), **user)
        return self.json({"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def json(self, value):
        return answer(200, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], json.dumps(value).encode())
