"""Everything that was received, kept on disk, and the faults that a test has asked for."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

SCHEMA = """
create table if not exists received (
    number integer primary key autoincrement, channel text not null, message_id text not null, recipient text not null,
    sender text not null, subject text not null, body text not null, html text, attachments text not null,
    received_at text not null, language text not null);
create index if not exists received_by_message on received (channel, message_id, recipient);
create index if not exists received_by_recipient on received (recipient, channel);
"""

ANSWER_MAX = 1000


@dataclass(frozen=True)
class Message:
    """A mail or an SMS as its reader would see it."""

    channel: str
    message_id: str
    recipient: str
    sender: str
    text: str
    subject: str = ""
    html: str | None = None
    attachments: tuple[dict[str, object], ...] = ()
    language: str = ""


class Received:
    """Every delivery is a row; what is shown is one message for each id and recipient, with how often it came."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._connection = sqlite3.connect(
            directory / "messages.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.executescript(SCHEMA)

    def keep(self, message: Message) -> None:
        """Save a message that arrived."""
        with self._lock:
            self._connection.execute(
                "insert into received (channel, message_id, recipient, sender, subject, body, html, attachments,"
                " received_at, language) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    message.channel,
                    message.message_id,
                    message.recipient,
                    message.sender,
                    message.subject,
                    message.text,
                    message.html,
                    json.dumps(message.attachments),
                    datetime.now(UTC).isoformat(),
                    message.language,
                ),
            )

    def messages(
        self, *, to: str | None = None, channel: str | None = None, since: str | None = None, after: int = 0
    ) -> list[dict[str, object]]:
        """Messages once each, oldest first, at most `ANSWER_MAX`; `count` says how often each came."""
        wanted = {"recipient": to, "channel": channel, "since": since, "after": after, "most": ANSWER_MAX}
        with self._lock:
            rows = self._connection.execute(
                "select min(number) as number, channel, message_id, recipient as 'to', sender as 'from', language,"
                " subject, body as text, html, attachments, min(received_at) as received_at, count(*) as count"
                " from received where (:recipient is null or recipient = :recipient)"
                " and (:channel is null or channel = :channel) group by channel, message_id, recipient"
                " having min(number) > :after and (:since is null or min(received_at) >= :since)"
                " order by 1 limit :most",
                wanted,
            ).fetchall()
        return [{**dict(row), "attachments": json.loads(row["attachments"])} for row in rows]

    def newest(self) -> list[dict[str, object]]:
        """The last messages that came, oldest first."""
        with self._lock:
            last = self._connection.execute("select max(number) from received").fetchone()[0]
        return self.messages(after=max(0, (last or 0) - ANSWER_MAX))

    def counts(self) -> dict[str, object]:
        """How many messages came, how often in all, and which came more than once."""
        with self._lock:
            rows = self._connection.execute(
                "select channel, message_id, recipient, count(*) as count from received group by 1, 2, 3"
            ).fetchall()
        return {
            "messages": len(rows),
            "deliveries": sum(row["count"] for row in rows),
            "more_than_once": [dict(row) for row in rows if row["count"] > 1],
        }


FAULTS = {
    "mail-throttled": "451 when the recipient is named",
    "mail-rejected": "554 once the mail has been sent",
    "mail-answer-lost": "kept, but the connection ends before the answer",
    "sms-throttled": "ESME_RTHROTTLED, or 429",
    "sms-in-trouble": "ESME_RSYSERR, or 500 or 503",
    "sms-rejected": "ESME_RSUBMITFAIL, or refused as the HTTP API says it",
    "sms-answer-lost": "kept, never answered",
    "sms-receipt-first": "the receipt is sent before the answer",
    "sms-receipt-in-parameters": "the receipt's id and state stand in optional parameters only",
    "sms-receipt-in-decimal": "the receipt writes the id, hexadecimal in the answer, in decimal digits",
}


class Faults:
    """How many of the next messages go wrong, and how. Forgotten when the program ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: dict[str, int] = {}

    def ask(self, kind: str, count: int) -> None:
        """Let the next `count` messages fail in this way."""
        with self._lock:
            self._left[kind] = count

    def take(self, kind: str) -> bool:
        """Whether the next message fails in this way; it counts as one."""
        with self._lock:
            left = self._left.get(kind, 0)
            self._left[kind] = max(0, left - 1)
            return left > 0

    def left(self) -> dict[str, int]:
        """How many messages are still to fail, by kind."""
        with self._lock:
            return {kind: self._left.get(kind, 0) for kind in FAULTS}
