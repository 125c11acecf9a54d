"""What the registers were asked, kept on disk: a question has one answer, however often it comes."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

SCHEMA = """
create table if not exists questions (
    number integer primary key autoincrement, register text not null, question_id text not null, fund text not null,
    national_id text not null, asks text not null, law text not null, way text not null, value text not null,
    attempts integer not null, asked_at text not null, unique (register, question_id));
create index if not exists questions_about on questions (register, national_id, asks);
"""
SHOWN_MAX = 500


@dataclass(frozen=True)
class Asked:
    """A question as a register met it."""

    question_id: str
    fund: str
    national_id: str
    asks: str
    law: str = ""
    way: str = "http"


class Book:
    """The questions, and the clock that a test may move."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._connection = sqlite3.connect(
            directory / "registers.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.executescript(SCHEMA)
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The register's clock, which may run ahead."""
        return datetime.now(UTC) + self._ahead

    def set_clock(self, at: datetime) -> None:
        """From now on the clock here goes from this instant on."""
        self._ahead = at - datetime.now(UTC)

    def count_before(self, register: str, asked: Asked) -> int:
        """How many other questions of the same about the same person came before this one."""
        with self._lock:
            row = self._connection.execute(
                "select count(*) from questions where register = ? and national_id = ? and asks = ?"
                " and question_id <> ? and number < coalesce("
                "(select number from questions where register = ? and question_id = ?), 1e18)",
                (register, asked.national_id, asked.asks, asked.question_id, register, asked.question_id),
            ).fetchone()
        return int(row[0])

    def note(self, register: str, asked: Asked, *, value: str) -> tuple[str, int]:
        """Write a question down, or one attempt more at it. The answer that stands, and how often it was asked."""
        with self._lock:
            self._connection.execute(
                "insert into questions (register, question_id, fund, national_id, asks, law, way, value, attempts,"
                " asked_at) values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)"
                " on conflict (register, question_id) do update set attempts = attempts + 1",
                (
                    register,
                    asked.question_id,
                    asked.fund,
                    asked.national_id,
                    asked.asks,
                    asked.law,
                    asked.way,
                    value,
                    self.now().isoformat(),
                ),
            )
            row = self._connection.execute(
                "select value, attempts from questions where register = ? and question_id = ?",
                (register, asked.question_id),
            ).fetchone()
        return str(row["value"]), int(row["attempts"])

    def questions(self, *, register: str | None, after: int) -> list[dict[str, object]]:
        """What was asked, oldest first, after a number."""
        with self._lock:
            rows = self._connection.execute(
                "select * from questions where number > ? and (? is null or register = ?) order by number limit ?",
                (after, register, register, SHOWN_MAX),
            ).fetchall()
        return [dict(row) for row in rows]
