"""A worker that dies by SIGKILL while it gathers, writes or sends a file of debits, or books what the bank made of it:
the next one goes on, the bank has one file, and each debit is drawn and booked once."""

import itertools
import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.payments.banking import bank_calls
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.debiting import DebitSender
from services.payments.banking.fetching import StatementFetcher
from services.payments.debits import store
from services.payments.mandates import store as mandates
from services.payments.order_files.order_file import FileStatus
from services.payments.wiring import service
from shared.storage.service_context import ServiceContext
from shared.telemetry.failpoints import watch
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, context_on, funds, published, reading
from tests.kit.due_jobs import DueJobs
from tests.payments.bank import API_KEY, Bank, answering, office, own_settings
from tests.payments.banking.files import entry, notice
from tests.payments.debits.harness import (
    SMALL,
    all_files,
    always_open,
    balance,
    cancel,
    firm,
    only_file,
    requested,
    see,
    statuses,
)

FIVE = "15751.25"
Worker = type[DebitSender] | type[StatementFetcher]


@pytest.fixture
def context(context: ServiceContext) -> ServiceContext:
    small = replace(context, funds={DZ: always_open(**SMALL)})
    service.make_indexes(small)
    return small


@pytest.fixture
def made(context: ServiceContext, bank: Bank) -> Office:
    return office(context, own_settings(bank.url))


def work_and_die(worker: Worker, uri: str, database: str, url: str, step: str, count: int) -> None:
    """In a process of its own: it dies as it passes a step so often."""
    seen = itertools.count(1)

    def look(passed: str) -> None:
        if passed == step and next(seen) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    client = IsoHttpBank(url=url, api_key=API_KEY, timeout_s=5.0)
    watch(look)
    DueJobs(worker(lambda _: client)).run(fresh(uri, database), DZ)


def fresh(uri: str, database: str) -> ServiceContext:
    """The context of a process that has just started: it ends what its predecessor left open."""
    return replace(context_on(MongoClient[dict[str, Any]](uri)[database], uri), funds={DZ: always_open(**SMALL)})


def die(
    mongodb: str,
    database: Database[dict[str, Any]],
    bank: Bank | IsoHttpBank,
    step: str,
    count: int,
    worker: Worker = DebitSender,
) -> None:
    forked = multiprocessing.get_context("fork").Process(
        target=work_and_die, args=(worker, mongodb, database.name, bank.url, step, count)
    )
    forked.start()
    forked.join(60)
    assert forked.exitcode == -signal.SIGKILL


def until_closed(context: ServiceContext, debiting: DueJobs, clock: RunningClock) -> None:
    for _ in range(12):
        debiting.run(context, DZ)
        clock.move(seconds=125)
        if {each.status for each in all_files(context)} == {FileStatus.CLOSED}:
            clock.ahead = timedelta()  # for the tokens of those who look at it
            return
    pytest.fail("a file is not closed")


@pytest.mark.parametrize(
    ("step", "count", "left"),
    [
        ("debit.block-gathered", 1, ["in-file"] * 2 + ["planned"] * 3),
        ("debit.block-gathered", 3, ["in-file"] * 5),
        ("debit.gathered", 1, ["in-file"] * 5),
        ("debit.let-go", 1, ["in-file"] * 3 + ["sent"] * 2),
        ("debit.let-go", 3, ["sent"] * 5),
        ("debit.stored", 1, ["sent"] * 5),
        ("debit.sending", 1, ["sent"] * 5),
        ("debit.sent", 1, ["sent"] * 5),
    ],
)
def test_killed_anywhere_a_day_of_debits_leaves_once_and_is_booked_once(
    context: ServiceContext,
    database: Database[dict[str, Any]],
    mongodb: str,
    made: Office,
    bank: Bank,
    debiting: DueJobs,
    clock: RunningClock,
    step: str,
    count: int,
    left: list[str],
) -> None:
    ids = requested(context, made, 5, "0108")
    die(mongodb, database, bank, step, count)
    assert sorted(statuses(context, ids)) == left
    assert len(bank.log("file-taken")) == (step == "debit.sent")
    clock.move(seconds=125)
    until_closed(context, debiting, clock)
    (taken,) = bank.log("file-taken")
    assert (taken["message_id"], taken["orders"], taken["refused"]) == (only_file(context).batch_id, 5, 0)
    assert bank.log("file-duplicate") == [], "it was sent again before the bank was asked"
    assert statuses(context, ids) == ["debited"] * 5 and balance(made, "bank:collections") == (FIVE, "debit")
    assert published(context).count("payments.payment-debited") == 5
    assert made.staff().get("/differences").json["items"] == []
    assert len(only_file(context).block_ids) == 3 and store.gathering(reading(context)) is None


@pytest.mark.parametrize(("step", "count"), [("debit.let-go", 3), ("debit.stored", 1), ("debit.sending", 1)])
def test_i11_a_mandate_that_ends_before_the_next_worker_goes_on_debits_nothing(
    context: ServiceContext,
    database: Database[dict[str, Any]],
    mongodb: str,
    made: Office,
    bank: Bank,
    debiting: DueJobs,
    clock: RunningClock,
    step: str,
    count: int,
) -> None:
    """What the dead worker let go is looked at once more: the bank has not seen it."""
    ids = requested(context, made, 5, "0108")
    die(mongodb, database, bank, step, count)
    cancel(context, mandates.mandates.load(reading(context), f"m-{firm(0)}"))
    clock.move(seconds=125)
    for _ in range(12):
        debiting.run(context, DZ)
        clock.move(seconds=125)
    (taken,) = bank.log("file-taken")
    assert (taken["orders"], taken["refused"]) == (4, 0)
    first, *others = statuses(context, ids)
    assert first == "refused" and set(others) <= {"sent", "debited"}, "booked is what the bank did on our clock's days"


@pytest.mark.parametrize(
    ("step", "count", "left"), [("work.saved", 2, 2), ("work.committed", 2, 4), ("work.saved", 3, 4)]
)
def test_killed_while_a_credit_for_the_whole_file_is_booked_each_debit_is_booked_once(
    context: ServiceContext,
    database: Database[dict[str, Any]],
    mongodb: str,
    monkeypatch: pytest.MonkeyPatch,
    made: Office,
    bank: Bank,
    debiting: DueJobs,
    fetching: DueJobs,
    clock: RunningClock,
    step: str,
    count: int,
    left: int,
) -> None:
    """The bank names the file by its MsgId; a transaction takes as many debits as a block has: one block each."""
    monkeypatch.setattr(bank_calls, "LINES_AT_ONCE", SMALL["debits_per_block_max"])
    ids = requested(context, made, 5, "0108")
    debiting.run(context, DZ)
    account = f"<Othr><Id>{funds()[DZ].payments.collections.number}</Id></Othr>"
    batch = f"<Btch><MsgId>{only_file(context).batch_id}</MsgId><NbOfTxs>5</NbOfTxs></Btch>"
    bank.announce_statement(notice(entry(FIVE, direction="CRDT", details=batch), account=account))
    bank.deliver(made)
    die(mongodb, database, bank, step, count, StatementFetcher)
    assert statuses(context, ids).count("debited") == left
    clock.move(seconds=125)
    fetching.run(replace(fresh(mongodb, database.name), clock=clock), DZ)
    clock.ahead = timedelta()  # for the tokens of those who look at it
    assert statuses(context, ids) == ["debited"] * 5 and balance(made, "bank:collections") == (FIVE, "debit")
    assert [each["amount_minor"] for each in database["bank_entries"].find().sort("place", 1)] == [
        630_050,
        630_050,
        315_025,
    ]
    assert published(context).count("payments.payment-debited") == 5
    assert made.staff().get("/differences").json["items"] == []


def test_killed_between_the_refusals_of_a_file_that_the_bank_took_none_of_the_others_are_refused(
    context: ServiceContext,
    database: Database[dict[str, Any]],
    mongodb: str,
    made: Office,
    debiting: DueJobs,
    clock: RunningClock,
) -> None:
    """A bank that has not kept the file never gives a verdict on it: nobody has to ask for one."""
    ids = requested(context, made, 5, "0108")
    with answering(422, {"code": "AG01"}) as refusing:
        die(mongodb, database, refusing, "debit.block-refused", 1)
    assert sorted(statuses(context, ids)) == ["refused"] * 2 + ["sent"] * 3
    clock.move(seconds=125)
    until_closed(context, debiting, clock)
    assert statuses(context, ids) == ["refused"] * 5
    assert {see(context, each).steps[-1].about for each in ids} == {"AG01"}
    assert balance(made, "bank:collections") == ("0.00", None)
