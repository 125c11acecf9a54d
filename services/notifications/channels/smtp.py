"""Mail over SMTP: many mails by one connection. The caller decides when to retry."""

import smtplib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from shared.kernel import normalize
from shared.kernel.errors import Failure, Invalid, Unavailable

CLOSING = 421
"""The server ends the connection (RFC 5321, 3.8)."""

LINE_CHARACTERS_MAX = 76
BOUNDARY = "=_alternative"
"""Between the parts of a mail: no line of base64 can be it, so nobody needs to look for one that is in no part."""
BODIES_MAX = 8
"""Encoded texts that are kept: the mails of a campaign that names nothing of its recipients have one in each
language."""


class _OnTheWire(policy.Compat32):
    """Headers and lines as RFC 5322 has them. A header that is one short line of ASCII needs no encoding, and most are:
    looking for it takes the email package longer than all the rest of a mail."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        is_plain = isinstance(value, str) and value.isascii() and value.isprintable()
        if is_plain and len(name) + 2 + len(value) <= LINE_CHARACTERS_MAX:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


class _Encoded(Header):
    """A header of many mails: encoded for the first of them."""

    _encoded: str | None = None

    def encode(self, *args: Any, **kwargs: Any) -> str:
        if self._encoded is None:
            self._encoded = super().encode(*args, **kwargs)
        return self._encoded


_ON_THE_WIRE = _OnTheWire(linesep="\r\n")


class MailServerUnavailable(Unavailable):
    """The mail server cannot be reached, does not let us in, or hangs up before it has seen the mail."""

    code = "mail.server-unavailable"


class MailThrottled(Unavailable):
    """The server takes no more for now, from us or for this mailbox (SMTP 4xx)."""

    code = "mail.throttled"


class MailOutcomeUnknown(Unavailable):
    """The connection ended while the server held the mail: it may have been sent.

    Sending it again keeps the Message-ID, by which mail programs recognise the second one.
    """

    code = "mail.outcome-unknown"


class AddressRefused(Invalid):
    """There is no such mailbox, or what was given is no address."""

    code = "mail.address-refused"


class MailRefused(Invalid):
    """The server takes mail for this mailbox, but not this one."""

    code = "mail.refused"


class Security(StrEnum):
    """How the connection is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    security: Security
    timeout_s: float
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Mail:
    """One mail to one person."""

    message_id: str
    """Our id of the message; with the sender's domain it becomes the mail's Message-ID, the same on every attempt."""
    sender: str
    sender_name: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str | None
    written_at: datetime
    unsubscribe_at: str = ""
    """Where a mail program says for its reader that no more of its kind are wanted (RFC 8058); empty for none."""


SENDERS_MAX = 100
MAILS_A_CONNECTION_MAX = 100
"""After this many a new connection is opened: servers close long ones, some after a hundred mails."""


class MailConnection:
    """A connection to a mail server that is made for the first mail, kept for the next ones, and made again where it
    was lost. For one thread."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self._mails = 0
        self._is_clean = True
        """Whether the server waits for the next mail, and not for the rest of one that it refused."""

    def send(self, mail: Mail) -> str:
        """Hand a mail over. The id under which it is known from now on: its Message-ID, without brackets.

        Raises `AddressRefused`, `MailRefused` (do not retry), `MailServerUnavailable`, `MailThrottled` (do),
        `MailOutcomeUnknown`. Of a mail that was refused or put off, the connection is as good as before.
        """
        _demand_sender(mail.sender)
        _demand_address(mail.recipient)
        written = _written(mail)
        smtp = self._ready_for(mail)
        self._is_clean = False
        try:
            _hand_over(smtp, written, mail=mail)
        except MailThrottled:
            raise
        except Failure as failure:
            if not isinstance(failure, Invalid):
                self._drop()
            raise
        self._mails, self._is_clean = self._mails + 1, True
        return str(written["Message-ID"]).strip("<>")

    def close(self) -> None:
        """Send QUIT. The mails are delivered by then: a QUIT that fails does no harm."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._drop()

    def _ready_for(self, mail: Mail) -> smtplib.SMTP:
        """A connection whose server has taken the sender. One that was kept may have been closed by the server since:
        nothing of this mail was sent on it, so another is opened at once."""
        if self._mails >= MAILS_A_CONNECTION_MAX:
            self.close()
        if self._smtp is not None:
            try:
                if not self._is_clean:
                    self._smtp.rset()
                answer = self._smtp.mail(mail.sender)
            except (smtplib.SMTPException, OSError):
                self._drop()
            else:
                if answer[0] != CLOSING:
                    _demand(answer, or_else=MailRefused)
                    return self._smtp
                self._drop()
        self._smtp, self._mails = _connected(self._server), 0
        try:
            _demand(self._smtp.mail(mail.sender), or_else=MailRefused)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise MailServerUnavailable(cause=type(error).__name__) from error
        except MailServerUnavailable:
            self._drop()
            raise
        return self._smtp

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _hand_over(smtp: smtplib.SMTP, written: "Message[Any, Any]", *, mail: Mail) -> None:
    """From the recipient on. Until the server has seen the end of the text, nothing was sent."""
    try:
        _demand(smtp.rcpt(mail.recipient), or_else=AddressRefused)
    except (smtplib.SMTPException, OSError) as error:
        raise MailServerUnavailable(cause=type(error).__name__) from error
    try:
        answer = smtp.data(written.as_bytes(policy=_ON_THE_WIRE))
    except smtplib.SMTPDataError as error:
        _demand((error.smtp_code, b""), or_else=MailRefused)
        raise MailServerUnavailable(cause=str(error.smtp_code)) from error
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise MailOutcomeUnknown(message_id=mail.message_id) from error
    if answer[0] < 400 and not _is_done(answer):
        raise MailOutcomeUnknown(message_id=mail.message_id)
    _demand(answer, or_else=MailRefused)


def _connected(server: MailServer) -> smtplib.SMTP:
    """A greeted and, where there is a user, signed-in connection."""
    kind = smtplib.SMTP_SSL if server.security is Security.TLS else smtplib.SMTP
    smtp: smtplib.SMTP | None = None
    try:
        smtp = kind(server.host, server.port, timeout=server.timeout_s)
        if server.security is Security.STARTTLS:
            smtp.starttls()
        smtp.ehlo_or_helo_if_needed()
        if server.user is not None:
            smtp.login(server.user, server.password or "")
    except (smtplib.SMTPException, OSError) as error:
        if smtp is not None:
            smtp.close()
        raise MailServerUnavailable(cause=type(error).__name__) from error
    return smtp


def _demand(answer: tuple[int, bytes], *, or_else: type[Invalid]) -> None:
    """What a status of the server means. Its words are not passed on: they tend to repeat the address."""
    status = answer[0]
    if status == CLOSING:
        raise MailServerUnavailable(cause=str(CLOSING))
    if 400 <= status < 500:
        raise MailThrottled(status=status)
    if status >= 500:
        raise or_else(status=status)
    if not _is_done(answer):
        raise MailServerUnavailable(cause=str(status))


def _is_done(answer: tuple[int, bytes]) -> bool:
    return 200 <= answer[0] < 300


@lru_cache(maxsize=SENDERS_MAX)
def _demand_sender(address: str) -> None:
    """Of the few that mail leaves from, each once."""
    _demand_address(address)


def _demand_address(address: str) -> None:
    """The rule of all e-mail addresses (`normalize.email`); what it would have to repair is not sent to."""
    read = normalize.email(address)
    if read is None or read.casefold() != address.casefold():
        raise AddressRefused(status=0)


def _written(mail: Mail) -> Message:
    # Built with the email package's older classes: they encode Arabic some ten times faster than the newer.
    # All of it is seven bits and short lines, so no server on the way has to rewrite it.
    written: Message[Any, Any] = _body(mail.text, "plain") if mail.html is None else _alternative(mail.text, mail.html)
    written["From"] = _from(mail.sender_name, mail.sender)
    written["To"] = mail.recipient
    written["Subject"] = _subject(mail.subject)
    written["Date"] = format_datetime(mail.written_at)
    written["Message-ID"] = f"<{mail.message_id}@{mail.sender.rpartition('@')[2]}>"
    written["Content-Language"] = mail.language
    if mail.unsubscribe_at:
        written["List-Unsubscribe"] = f"<{mail.unsubscribe_at}>"
        written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    return written


@lru_cache(maxsize=SENDERS_MAX)
def _from(name: str, address: str) -> Header:
    sender = _Encoded(name, "utf-8", header_name="From")
    sender.append(f"<{address}>", "us-ascii")
    return sender


@lru_cache(maxsize=BODIES_MAX)
def _subject(text: str) -> Header:
    return _Encoded(" ".join(text.split()), "utf-8", header_name="Subject")


def _alternative(text: str, html: str) -> MIMEMultipart:
    return MIMEMultipart("alternative", BOUNDARY, [_part(text, "plain"), _part(html, "html")])


@lru_cache(maxsize=BODIES_MAX)
def _part(text: str, kind: str) -> MIMEText:
    """Of several mails, and with no header of any."""
    return _body(text, kind)


def _body(text: str, kind: str) -> MIMEText:
    return MIMEText("\r\n".join(text.splitlines()) + "\r\n", kind, "utf-8")
