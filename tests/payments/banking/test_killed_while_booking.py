"""A process that dies by SIGKILL while it books a bank's file leaves whole batches, and the next one does the rest."""

import itertools
import multiprocessing
import os
import signal
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.payments.banking import bank_calls
from services.payments.banking.bank_file import BankNotice, BookedEntry, Direction
from services.payments.wiring import service
from shared.kernel.money import Currency, Money
from shared.storage.service_context import ServiceContext
from shared.telemetry.failpoints import watch
from tests.kit.contexts import DZ, context_on, funds, published
from tests.payments.bank import office
from tests.payments.builders import open_obligation

FIRMS = [f"18000000{number:02d}" for number in range(30)]
AT_ONCE = 10
MINOR = 100_000


def line(number: int, collection_id: str) -> BookedEntry:
    return BookedEntry(
        entry_id=f"E{number}",
        account=funds()[DZ].payments.collections.number,
        direction=Direction.CREDIT,
        amount=Money(MINOR + number, Currency.DZD),
        booked_on=None,
        end_to_end_id=collection_id,
        remittance=None,
        return_reason=None,
    )


def book_and_die(uri: str, database: str, lines: list[BookedEntry], step: str) -> None:
    """In a process of its own: it dies in its second transaction."""
    seen = itertools.count(1)

    def look(passed: str) -> None:
        if passed == step and next(seen) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    watch(look)
    book(fresh(uri, database), lines)


def fresh(uri: str, database: str) -> ServiceContext:
    """The context of a process that has just started: it ends what its predecessor left open."""
    return context_on(MongoClient[dict[str, Any]](uri)[database], uri)


def book(context: ServiceContext, lines: list[BookedEntry]) -> None:
    bank_calls.LINES_AT_ONCE = AT_ONCE
    bank_calls.book(context, DZ, "test", BankNotice("f1", tuple(lines)))


@pytest.mark.parametrize(("step", "left"), [("work.saved", AT_ONCE), ("work.committed", 2 * AT_ONCE)])
def test_killed_while_booking_each_entry_is_booked_once(
    context: ServiceContext,
    database: Database[dict[str, Any]],
    mongodb: str,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    left: int,
) -> None:
    monkeypatch.setattr(bank_calls, "LINES_AT_ONCE", AT_ONCE)
    service.make_indexes(context)
    made, lines = office(context), []
    for number, firm in enumerate(FIRMS):
        open_obligation(context, f"d{number}", employer_id=firm, branches={"pension": MINOR + number})
        asked = made.employer(firm).post(f"/declarations/d{number}/collections", {"rail": "card"}).json
        lines.append(line(number, asked["collection_id"]))
    forked = multiprocessing.get_context("fork").Process(
        target=book_and_die, args=(mongodb, database.name, lines, step)
    )
    forked.start()
    forked.join(60)
    assert forked.exitcode == -signal.SIGKILL
    assert database["bank_entries"].count_documents({}) == left, "whole batches, and nothing of the one after them"
    for _ in range(2):
        book(fresh(mongodb, database.name), lines)
    total = sum(MINOR + number for number in range(len(FIRMS)))
    assert made.staff().get("/ledger/accounts/bank:collections").json["balance"] == f"{total / 100:.2f}"
    assert made.staff().get("/differences").json["items"] == []
    assert database["bank_entries"].count_documents({"status": "booked"}) == len(FIRMS)
    assert published(context).count("payments.payment-debited") == len(FIRMS)
    assert published(context).count("payments.declaration-paid") == len(FIRMS)
