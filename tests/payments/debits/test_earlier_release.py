"""Files that a release with one payment block a file left behind are read, and finished."""

from datetime import date

import pytest

from services.payments.banking import debit_lines
from services.payments.banking.bank_file import DebitInstruction, DebitSequence
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.mandates import store as mandates
from services.payments.order_files.order_file import FileStatus
from shared.kernel.personal import DataClass
from shared.storage import blobs
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, reading
from tests.kit.due_jobs import DueJobs
from tests.payments.bank import Bank
from tests.payments.banking.files import entry, notice
from tests.payments.debits.harness import (
    all_files,
    balance,
    cancel,
    firm,
    only_file,
    requested,
    see,
    statuses,
    until_reported,
)

TWO = "6300.50"


def leave(context: ServiceContext, client: IsoHttpBank, ids: list[str], status: str) -> str:
    """A file of these debits as the earlier release stored it: written, its debits in it under its MsgId, which is its
    only PmtInfId. `unknown`: the bank was silent, and so it said of the debits."""
    fund, batch_id = context.funds[DZ], "0" * 31 + "1"
    debits = [see(context, each) for each in ids]
    signed = mandates.active_of_each(reading(context), [each.employer_id for each in debits])
    lines = [debit_lines.line(each, signed[each.employer_id], fund=fund) for each in debits]
    on = debits[0].debit_on or date.max
    instruction = DebitInstruction(batch_id, on, DebitSequence.FIRST, lines)
    heading = debit_lines.heading(fund, message_id=batch_id, totals=instruction.totals, at=context.clock())
    body = client.write_debits(heading, [instruction])
    blob = blobs.store(context, DZ, [body], data_class=DataClass.BANK, size_max=len(body))
    at = context.clock()
    kept = {
        "_id": f"{DZ}:{batch_id}",
        "fund": DZ,
        "batch_id": batch_id,
        "collection_ids": ids,
        "debit_on": on.isoformat(),
        "sequence": "FRST",
        "total_minor": sum(each.amount_minor for each in debits),
        "sha256": blob.sha256,
        "size": blob.size,
        "status": status,
        "steps": [{"status": "ready", "at": at, "about": ""}],
        "looks": 0,
        "next_look_at": at,
        "is_scheduled": True,
        "version": 1,
    }
    context.database["debit_files"].insert_one(kept)
    of_debit = {"ready": "in-file"}.get(status, status)
    for each in ids:
        context.database["collections"].update_one(
            {"collection_id": each}, {"$set": {"batch_id": batch_id, "status": of_debit, "is_scheduled": True}}
        )
    return batch_id


def look(context: ServiceContext, debiting: DueJobs, batch_id: str) -> None:
    debiting.job.run(context, DZ, batch_id)


def test_one_that_was_not_sent_is_sent_as_it_was_written_and_booked(
    context: ServiceContext, made: Office, bank: Bank, client: IsoHttpBank, debiting: DueJobs, clock: RunningClock
) -> None:
    ids = requested(context, made, 2, "0108")
    batch_id = leave(context, client, ids, "ready")
    look(context, debiting, batch_id)
    assert statuses(context, ids) == ["sent", "sent"] and only_file(context).status is FileStatus.SENT
    (taken,) = bank.log("file-taken")
    assert (taken["message_id"], taken["orders"]) == (batch_id, 2)
    until_reported(context, debiting, clock)
    clock.move(minutes=2)
    for _ in range(2):
        debiting.run(context, DZ)
        clock.move(minutes=2)
    assert statuses(context, ids) == ["debited", "debited"] and only_file(context).status is FileStatus.CLOSED


def test_one_that_no_longer_stands_is_discarded_and_what_stands_goes_into_the_next(
    context: ServiceContext, made: Office, bank: Bank, client: IsoHttpBank, debiting: DueJobs
) -> None:
    ids = requested(context, made, 2, "0108")
    batch_id = leave(context, client, ids, "ready")
    cancel(context, mandates.mandates.load(reading(context), f"m-{firm(0)}"))
    look(context, debiting, batch_id)
    assert only_file(context).status is FileStatus.DISCARDED and statuses(context, ids) == ["planned", "planned"]
    debiting.run(context, DZ)
    assert statuses(context, ids) == ["refused", "sent"]
    (taken,) = bank.log("file-taken")
    assert taken["message_id"] == all_files(context)[1].batch_id != batch_id


@pytest.mark.parametrize("is_there", [True, False])
def test_one_of_which_nobody_knows_is_asked_about(
    context: ServiceContext, made: Office, bank: Bank, client: IsoHttpBank, debiting: DueJobs, is_there: bool
) -> None:
    ids = requested(context, made, 2, "0108")
    batch_id = leave(context, client, ids, "unknown")
    if is_there:
        file = only_file(context)
        blob = blobs.Blob(file.sha256, file.size, DataClass.BANK)
        client.send_debits(b"".join(blobs.read(context, DZ, blob)), message_id=batch_id)
    look(context, debiting, batch_id)
    expected = (FileStatus.SENT, "sent") if is_there else (FileStatus.READY, "in-file")
    assert (only_file(context).status, *set(statuses(context, ids))) == expected
    look(context, debiting, batch_id)
    assert len(bank.log("file-taken")) == 1 and statuses(context, ids) == ["sent", "sent"]


def test_one_that_is_at_the_bank_is_answered_and_booked_under_its_only_id(
    context: ServiceContext,
    made: Office,
    bank: Bank,
    client: IsoHttpBank,
    debiting: DueJobs,
    fetching: DueJobs,
) -> None:
    ids = requested(context, made, 2, "0108")
    batch_id = leave(context, client, ids, "sent")
    number = f"<Othr><Id>{context.funds[DZ].payments.collections.number}</Id></Othr>"
    block = f"<Btch><PmtInfId>{batch_id}</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
    bank.announce_statement(notice(entry(TWO, direction="CRDT", details=block), account=number))
    bank.deliver(made)
    fetching.run(context, DZ)
    assert statuses(context, ids) == ["debited", "debited"] and balance(made, "bank:collections") == (TWO, "debit")
