"""A mail server that notes when each invitation came."""

import re
import time

from mail_server import Mailbox


class Letters(Mailbox):
    """`received` has the time, the address and the token of the link of each letter."""

    def __init__(self):
        super().__init__()
        self.received = []

    async def handle_DATA(self, server, session, envelope):
        at = time.monotonic()
        answer = await super().handle_DATA(server, session, envelope)
        text = self.latest().get_body(("plain",)).get_content()
        self.received.append((at, envelope.rcpt_tos[0], re.search(r"token=([\w-]{43})", text)[1]))
        return answer

    @property
    def setting(self):
        return {"from": "Gatehouse <no-reply@gatehouse.example>", "smtp": self.url}
