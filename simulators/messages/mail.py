"""The mail server: takes mail over SMTP, keeps it, and refuses what its recipients would."""

import asyncio
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mail
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
        mail = message_from_bytes(envelope.content)
        for address in envelope.rcpt_tos:
            self._received.keep(_read(mail, recipient=address))
        if self._faults.take("mail-answer-lost") and server.transport is not None:
            server.transport.close()
        return "250 2.0.0 kept"


def _read(mail: "Mail[Any, Any]", *, recipient: str) -> Message:
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    attached = [part for part in leaves if part.get_content_disposition() == "attachment"]
    bodies = {part.get_content_type(): _text(part) for part in leaves if part not in attached}
    return Message(
        channel="mail",
        message_id=_header(mail, "message-id").strip("<> "),
        recipient=recipient,
        sender=_header(mail, "from"),
        language=_header(mail, "content-language"),
        subject=_header(mail, "subject"),
        text=bodies.get("text/plain", ""),
        html=bodies.get("text/html"),
        attachments=tuple(
            {"name": part.get_filename(), "type": part.get_content_type(), "bytes": len(_octets(part))}
            for part in attached
        ),
    )


# The email package's older reader is used throughout: it is several times faster than the newer one, which moreover
# puts a blank between the encoded words of a name.


def _header(mail: "Mail[Any, Any]", name: str) -> str:
    return str(make_header(decode_header(mail.get(name, "")))).replace("\n", "")


def _octets(part: "Mail[Any, Any]") -> bytes:
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _text(part: "Mail[Any, Any]") -> str:
    return _octets(part).decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")


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
