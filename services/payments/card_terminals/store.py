"""Where payments at card terminals are kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from services.payments.card_terminals.rules import TerminalPaymentUnknown
from services.payments.card_terminals.terminal_payment import Status, TerminalPayment, TerminalWork
from shared.kernel.outcome import Outcome
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

IN_ORDER = Order("payment_id", "payment_id")
NEWEST_FIRST = Order("payment_id", "payment_id", is_newest_first=True)
"""Ids of ours begin with the time at which they were made."""

payments = Repository(
    "terminal_payments",
    TerminalPayment,
    key="payment_id",
    missing=TerminalPaymentUnknown,
    retention=BY_LAW,
    indexes=[
        # One ticket typed twice at once, from two windows, say: the second finds the first.
        Index(("ticket_key",), unique=True, where={"is_ticketed": True}),
        Index(("terminal_id", "batch", "closed_in", "payment_id")),
        Index(("terminal_id", "payment_id")),
        Index(("closed_in", "payment_id")),
        Index(("terminal_id", "taken_on", "payment_id")),
        Index(("collection_id", "payment_id")),
    ],
)


work = Repository("terminal_work", TerminalWork, key="terminal_id", missing=TerminalPaymentUnknown, retention=BY_LAW)


def count(uow: UnitOfWork, terminal_id: str, *, tickets: int = 0, closes: int = 0) -> None:
    """Count what is done at a terminal: of two at once, the second begins again."""
    before = work.find(uow, terminal_id) or TerminalWork(terminal_id=terminal_id)
    done = replace(before, tickets=before.tickets + tickets, closes=before.closes + closes)
    work.save(uow, Outcome(done))


def by_ticket(uow: UnitOfWork, ticket_key: str) -> TerminalPayment | None:
    """The payment that has a ticket, or None."""
    return payments.find_only(uow, ticket_key=ticket_key, is_ticketed=True)


def of_open_batch(uow: UnitOfWork, *, terminal_id: str, batch: str) -> Iterator[TerminalPayment]:
    """The tickets of a batch that its terminal has not closed."""
    return payments.each(uow, order=IN_ORDER, terminal_id=terminal_id, batch=batch, closed_in="")


def closed_in(uow: UnitOfWork, day_id: str) -> Iterator[TerminalPayment]:
    """The tickets of a close."""
    return payments.each(uow, order=IN_ORDER, closed_in=day_id)


def of_day(uow: UnitOfWork, *, terminal_id: str, day: date) -> Iterator[TerminalPayment]:
    """The tickets of a day at a terminal, cancelled ones with them."""
    return payments.each(uow, order=IN_ORDER, terminal_id=terminal_id, taken_on=day.isoformat())


def page(
    uow: UnitOfWork, *, terminal_id: str, batch: str | None, status: Status | None, wanted: PageRequest
) -> Page[TerminalPayment]:
    """What was paid at a terminal, newest first: of a batch that is open, or all."""
    filters: dict[str, object] = {"terminal_id": terminal_id}
    if batch is not None:
        filters |= {"batch": batch, "closed_in": ""}
    if status is not None:
        filters["status"] = status.value
    return payments.page(uow, order=NEWEST_FIRST, wanted=wanted, **filters)


def of_collection(uow: UnitOfWork, collection_id: str) -> Iterator[TerminalPayment]:
    """The payments that were begun for a collection, oldest first."""
    return payments.each(uow, order=IN_ORDER, collection_id=collection_id)


def taken_for(uow: UnitOfWork, collection_id: str) -> TerminalPayment | None:
    """The payment by which a collection was paid last, or None."""
    found = [each for each in of_collection(uow, collection_id) if each.is_ticketed]
    return found[-1] if found else None
