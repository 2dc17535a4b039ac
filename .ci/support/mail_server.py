"""A real mail server on loopback that stores the emails that it accepts."""

import email
import email.policy
import re
import socket

from aiosmtpd.controller import Controller


class Mailbox:
    """`options` are aiosmtpd's: `tls_context`, `require_starttls`, `authenticator`, …"""

    def __init__(self, scheme="smtp", port=None, **options):
        self.emails, self.refusal = [], None
        with socket.socket() as free:
            free.bind(("127.0.0.1", port or 0))
            self.port = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.url = f"{scheme}://127.0.0.1:{self.port}"

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    async def handle_DATA(self, server, session, envelope):
        if self.refusal:
            return self.refusal
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.emails.append((envelope, message))
        return "250 accepted"

    def latest(self):
        return self.emails[-1][1]

    def link(self):
        text = self.latest().get_body(("plain",)).get_content()
        return re.search(r"https?://\S+/invitations/accept\?token=[\w-]{43}", text)[0]
