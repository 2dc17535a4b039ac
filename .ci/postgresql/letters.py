"""A mail server that notes when each invitation came."""

import asyncio
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
        if answer.startswith("2"):
            text = self.latest().get_body(("plain",)).get_content()
            self.received.append((at, envelope.rcpt_tos[0], re.search(r"token=([\w-]{43})", text)[1]))
        return answer

    @property
    def setting(self):
        return {"from": "Gatehouse <no-reply@gatehouse.example>", "smtp": self.url}


class SlowLetters(Letters):
    """A mail server that does not answer a letter until `answers` is true. It takes the letter before it answers, or after
    that. `asked` counts the letters."""

    def __init__(self, takes_before):
        super().__init__()
        self.takes_before, self.answers, self.asked = takes_before, False, 0

    async def handle_DATA(self, server, session, envelope):
        self.asked += 1
        answer = await super().handle_DATA(server, session, envelope) if self.takes_before else None
        while not self.answers:
            await asyncio.sleep(0.01)
        return answer or await super().handle_DATA(server, session, envelope)
