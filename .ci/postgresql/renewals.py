"""A provider whose refresh tokens work once, and that can be slow to answer."""

import json
import threading
import time

from load import Crowd
from wire import answer


class Renewing(Crowd):
    """While `holds` is true, requests for renewals wait in `held`.

    renewed  the subjects whose tokens were renewed, in order
    refused  the subjects whose tokens had been used before
    """

    def __init__(self):
        super().__init__()
        self.users, self.lock = {}, threading.Lock()
        self.reset()

    def reset(self):
        self.holds, self.held, self.renewed, self.refused = False, [], [], []

    def let_go(self, are_answered):
        """Holds no more requests; those that wait are answered, or never reached the provider."""
        self.holds = False
        for held in self.held:
            held.is_kept = are_answered
            held.decided.set()

    def token(self, asked):
        if asked["grant_type"] == "authorization_code":
            user = self.codes[asked["code"]][0]
            tokens = json.loads(super().token(asked).partition(b"\r\n\r\n")[2])
            return self.json(tokens | {"refresh_token": self.fresh(user, asked)})
        if self.holds:
            held = Held()
            self.held.append(held)
            held.decided.wait(timeout=60)
            if not held.is_kept:
                return None
        user, client, number = json.loads(asked["refresh_token"])
        with self.lock:
            if self.users[user["sub"]] != number:
                self.refused.append(user["sub"])
                return answer(400, [("Content-Type", "application/json")], b'{"error":"invalid_grant"}')
            self.renewed.append(user["sub"])
            fresh = self.fresh(user, {"client_id": client})
        token = self.sign(aud=client, auth_time=int(time.time()), **user)
        return self.json({"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": token,
                          "refresh_token": fresh})

    def fresh(self, user, asked):
        """A refresh token, in place of the user's last one."""
        self.users[user["sub"]] = number = self.users.get(user["sub"], 0) + 1
        return json.dumps([user, asked.get("client_id", "gatehouse"), number])


class Held:
    """A request that waits for its answer."""

    def __init__(self):
        self.decided, self.is_kept = threading.Event(), False
