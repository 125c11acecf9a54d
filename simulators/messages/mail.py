"""The mail server: takes mail over SMTP, keeps it, and refuses what its recipients would."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from hmac import compare_digest
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from simulators.messages.received import Faults, Message, Received
from simulators.messages.settings import Settings

UNKNOWN, FULL = "nobody", "full"
"""Mailboxes whose name starts so do not exist (550) or have no room for now (452)."""

MAIL_BYTES_MAX = 25 * 1024 * 1024


class Mailbox:
    """What aiosmtpd asks at each step of a delivery."""

    def __init__(self, received: Received, faults: Faults) -> None:
        self._received, self._faults = received, faults

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith(UNKNOWN):
            return "550 5.1.1 no such mailbox"
        if address.startswith(FULL):
            return "452 4.2.2 mailbox full"
        if self._faults.take("mail-throttled"):
            return "451 4.7.1 too many messages, try again later"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._faults.take("mail-rejected"):
            return "554 5.7.1 refused by policy"
        assert isinstance(envelope.content, bytes), "decode_data is off"  # noqa: S101
        mail = message_from_bytes(envelope.content, policy=policy.default)
        for address in envelope.rcpt_tos:
            self._received.keep(_read(mail, recipient=address))
        if self._faults.take("mail-answer-lost") and server.transport is not None:
            server.transport.close()
        return "250 2.0.0 kept"


def _read(mail: EmailMessage, *, recipient: str) -> Message:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return Message(
        channel="mail",
        message_id=str(mail["message-id"] or "").strip("<> "),
        recipient=recipient,
        sender=str(mail["from"] or ""),
        subject=str(mail["subject"] or ""),
        text=text.get_content() if text is not None else "",
        html=html.get_content() if html is not None else None,
        attachments=tuple(
            {"name": part.get_filename(), "type": part.get_content_type(), "bytes": len(part.get_content())}
            for part in mail.iter_attachments()
        ),
    )


async def serve(settings: Settings, *, received: Received, faults: Faults) -> asyncio.Server:
    """Listen. With a user and password in the settings, only who knows them may send."""

    def is_right(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        user, password = (settings.mail_user or "").encode(), (settings.mail_password or "").encode()
        is_known = isinstance(given, LoginPassword) and given.login == user
        return AuthResult(success=is_known and compare_digest(given.password, password), handled=False)

    def session() -> SMTP:
        return SMTP(
            Mailbox(received, faults),
            hostname="mail.simulators",
            data_size_limit=MAIL_BYTES_MAX,
            enable_SMTPUTF8=True,
            auth_required=settings.mail_user is not None,
            auth_require_tls=False,
            authenticator=is_right,
        )

    return await asyncio.get_running_loop().create_server(session, settings.smtp.host, settings.smtp.port)
