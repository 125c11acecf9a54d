"""The bank's book: one SQLite file, so that whatever the bank has said survives a kill -9."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import NamedTuple
from uuid import uuid4

SCHEMA = """
create table if not exists accounts (
    account text primary key, holder text not null, currency text not null, fund text);
create table if not exists entries (
    entry_id text primary key, account text not null, amount_minor integer not null, currency text not null,
    other_account text not null, reference text not null, end_to_end_id text, return_reason text,
    booked_at text not null);
create index if not exists entries_of_account on entries (account, booked_at);
create table if not exists transfers (
    key text primary key, request text not null, answer text not null);
create table if not exists checkouts (
    payment_id text primary key, checkout_id text not null unique, fund text not null, amount_minor integer not null,
    currency text not null, return_url text not null, state text not null, bank_reference text,
    opened_at text not null);
create table if not exists files (
    message_id text primary key, fund text, pain_002 blob not null, received_at text not null);
create table if not exists debits (
    end_to_end_id text primary key, message_id text not null, fund_account text not null, account text not null,
    amount text not null, currency text not null, mandate text not null, state text not null, reason text,
    at text not null);
create table if not exists statements (
    statement_id text primary key, fund text not null, camt_054 blob not null, made_at text not null);
create table if not exists mandates (
    fund text not null, reference text not null, state text not null, request text, message_id text,
    creditor text not null, account text not null, holder text not null, amount_max text not null,
    currency text not null, asked_at text not null, primary key (fund, reference));
create table if not exists mandate_messages (
    message_id text primary key, fund text not null, report blob, taken_at text not null);
create table if not exists wallet (
    payment_id text primary key, fund text not null, reference text not null, amount text not null, at text not null,
    answer text not null);
create table if not exists deliveries (
    webhook_id text primary key, url text not null, body blob not null, state text not null,
    copies integer not null, attempts integer not null, due_at real not null);
create index if not exists deliveries_due on deliveries (state, due_at);
create table if not exists faults (
    kind text primary key, remaining integer not null, seconds real not null);
create table if not exists log (
    number integer primary key autoincrement, at text not null, what text not null, facts text not null);
"""


def new_id(kind: str) -> str:
    """A new random id, such as `pay_3f…`."""
    return f"{kind}_{uuid4().hex[:24]}"


def now() -> datetime:
    """The current instant, in UTC."""
    return datetime.now(UTC)


class Book:
    """All of the bank's state. Every change is made inside `transaction`, one at a time."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._connection = sqlite3.connect(directory / "bank.sqlite3", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing of it."""
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def one(self, query: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
            return found

    def all(self, query: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def note(uow: sqlite3.Connection, what: str, **facts: object) -> None:
    """A line of the log that `GET /_log` shows."""
    uow.execute("insert into log (at, what, facts) values (?, ?, ?)", (now().isoformat(), what, json.dumps(facts)))


def take_fault(uow: sqlite3.Connection, kind: str) -> float | None:
    """Use up one of the faults of a kind that a test asked for: its seconds, or None where none is left."""
    found = uow.execute("select seconds from faults where kind = ? and remaining > 0", (kind,)).fetchone()
    if found is None:
        return None
    uow.execute("update faults set remaining = remaining - 1 where kind = ?", (kind,))
    return float(found["seconds"])


def balance_minor(uow: sqlite3.Connection, account: str) -> int:
    """The balance of an account in minor units; 0 without entries."""
    total = uow.execute("select sum(amount_minor) from entries where account = ?", (account,)).fetchone()[0]
    return int(total or 0)


class Movement(NamedTuple):
    """The two entries of one movement: the debtor's and the creditor's."""

    debit_id: str
    credit_id: str


def move(
    uow: sqlite3.Connection,
    *,
    debtor: str,
    creditor: str,
    amount_minor: int,
    currency: str,
    reference: str,
    end_to_end_id: str | None = None,
    return_reason: str | None = None,
) -> Movement:
    """Book money from one account to another, both sides at once."""
    at, moved = now().isoformat(), Movement(debit_id=new_id("ent"), credit_id=new_id("ent"))
    facts_sent = (currency, reference, end_to_end_id, return_reason, at)
    uow.executemany(
        "insert into entries (entry_id, account, other_account, amount_minor, currency, reference, end_to_end_id,"
        " return_reason, booked_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (moved.debit_id, debtor, creditor, -amount_minor, *facts_sent),
            (moved.credit_id, creditor, debtor, amount_minor, *facts_sent),
        ],
    )
    return moved
