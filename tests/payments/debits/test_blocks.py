"""A day's debits in one file of several payment blocks: gathered, sent once, answered and booked block by block."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from services.payments.banking.bank import BankOutcomeUnknown
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.debiting import DebitSender
from services.payments.debits import actions as debits
from services.payments.debits.debit_file import DebitBlock, DebitFile
from services.payments.mandates import store as mandates
from services.payments.order_files.order_file import FileStatus
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.service_context import ServiceContext
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, funds, reading, someone
from tests.kit.due_jobs import DueJobs
from tests.payments.bank import Bank, office, own_settings
from tests.payments.banking.files import entry, notice, status_report
from tests.payments.debits.harness import (
    AGES_AGO,
    SMALL,
    all_files,
    always_open,
    balance,
    blocks_of,
    cancel,
    firm,
    only_file,
    requested,
    statuses,
    until_reported,
)

NOBODY = IsoHttpBank(url="http://127.0.0.1:9", api_key="", timeout_s=1.0)
FIVE = "15751.25"
"""What five of them come to."""


@pytest.fixture
def context(context: ServiceContext) -> ServiceContext:
    return replace(context, funds={DZ: always_open(**SMALL)})


@pytest.fixture
def made(context: ServiceContext, bank: Bank) -> Office:
    return office(context, own_settings(bank.url))


def verdict(file: DebitFile, body: str, *, group: str = "<GrpSts>PART</GrpSts>", total: str = FIVE) -> bytes:
    """A pain.002 on a file of five."""
    report = status_report(body, group=group).replace(b"MSG-1", file.batch_id.encode())
    report = report.replace(b"<OrgnlNbOfTxs>3<", b"<OrgnlNbOfTxs>5<").replace(b">4500.00<", f">{total}<".encode())
    return report.replace(b"pain.001.001.09", b"pain.008.001.02")


def said(block: DebitBlock, status: str = "", orders: str = "") -> str:
    own = f"<PmtInfSts>{status}</PmtInfSts>" if status else ""
    reason = "<StsRsnInf><Rsn><Cd>AG01</Cd></Rsn></StsRsnInf>" if status == "RJCT" else ""
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{block.block_id}</OrgnlPmtInfId>{own}{reason}{orders}</OrgnlPmtInfAndSts>"
    )


def rejected(collection_id: str) -> str:
    end_to_end_id = collection_id.replace("-", "")
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>"
    )


def ids_of(blocks: Sequence[DebitBlock]) -> list[str]:
    return [each for block in blocks for each in block.collection_ids]


def credit(amount: str, batch: str) -> bytes:
    """A camt.054 of one credit for debits that are not listed."""
    number = f"<Othr><Id>{funds()[DZ].payments.collections.number}</Id></Othr>"
    return notice(entry(amount, direction="CRDT", details=f"<Btch>{batch}</Btch>"), account=number)


def test_a_day_is_one_file_of_blocks_sent_once_and_booked_block_by_block(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    ids = requested(context, made, 5, last_debit_on=AGES_AGO)
    assert debiting.gather(context, DZ) == 5
    file = only_file(context)
    assert (file.status, file.debit_count, file.is_written) == (FileStatus.READY, 5, False)
    blocks = blocks_of(context, file)
    assert [len(each.collection_ids) for each in blocks] == [2, 2, 1] and sorted(ids_of(blocks)) == sorted(ids)
    assert {each.block_id for each in blocks}.isdisjoint({file.batch_id}) and statuses(context, ids) == ["in-file"] * 5
    until_reported(context, debiting, clock)
    (taken,) = bank.log("file-taken")
    assert (taken["message_id"], taken["orders"], taken["refusal"]) == (file.batch_id, 5, None)
    bank.deliver(made, 3)  # a notice of each block, which is one entry
    fetching.run(context, DZ)
    assert statuses(context, ids) == ["debited"] * 5 and balance(made, "bank:collections") == (FIVE, "debit")
    clock.move(minutes=2)
    debiting.run(context, DZ)
    assert only_file(context).status is FileStatus.CLOSED and made.staff().get("/differences").json["items"] == []


def test_a_file_that_is_full_is_followed_by_another(context: ServiceContext, made: Office, debiting: DueJobs) -> None:
    requested(context, made, 5)
    short = replace(context, funds={DZ: always_open(debits_per_file_max=4, debits_per_block_max=2)})
    assert debiting.gather(short, DZ) == 5
    assert sorted(each.debit_count for each in all_files(context)) == [1, 4]
    assert {each.status for each in all_files(context)} == {FileStatus.READY}


def test_a_block_is_refused_and_the_others_stand(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    requested(context, made, 5, "0108")
    debiting.run(context, DZ)
    file = only_file(context)
    first, second, third = blocks_of(context, file)
    bank.answer(file.batch_id, verdict(file, said(first, "ACSC") + said(second, "RJCT") + said(third, "ACSC")))
    debiting.run(context, DZ)
    assert statuses(context, list(second.collection_ids)) == ["refused", "refused"]
    assert statuses(context, ids_of([first, third])) == ["sent"] * 3
    assert only_file(context).status is FileStatus.REPORTED


@pytest.mark.parametrize("group", ["PART", "ACCP"])
def test_single_debits_are_refused_in_the_blocks_of_an_accepted_file(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock, group: str
) -> None:
    requested(context, made, 5, "0108")
    debiting.run(context, DZ)
    file = only_file(context)
    first, second, third = blocks_of(context, file)
    refused = [first.collection_ids[1], third.collection_ids[0]]
    body = said(first, "PART", rejected(refused[0])) + said(third, orders=rejected(refused[1]))
    bank.answer(file.batch_id, verdict(file, body, group=f"<GrpSts>{group}</GrpSts>"))
    debiting.run(context, DZ)
    assert statuses(context, refused) == ["refused", "refused"]
    assert statuses(context, [first.collection_ids[0], *second.collection_ids]) == ["sent"] * 3


def test_a_file_of_blocks_refused_whole_debits_nobody(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    ids = requested(context, made, 5, "0108")
    debiting.run(context, DZ)
    file = only_file(context)
    bank.answer(file.batch_id, verdict(file, "", group="<GrpSts>RJCT</GrpSts>"))
    debiting.run(context, DZ)
    assert statuses(context, ids) == ["refused"] * 5 and only_file(context).status is FileStatus.REPORTED


def test_a_verdict_with_another_sum_is_none(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    ids = requested(context, made, 5, "0108")
    debiting.run(context, DZ)
    file = only_file(context)
    bank.answer(file.batch_id, verdict(file, "", group="<GrpSts>RJCT</GrpSts>", total="15751.24"))
    debiting.run(context, DZ)
    assert statuses(context, ids) == ["sent"] * 5


def test_each_block_booked_as_one_credit_pays_its_debits_and_no_others(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    requested(context, made, 5, "0108")
    debiting.run(context, DZ)
    first, second, third = blocks_of(context, only_file(context))
    bank.announce_statement(credit("6300.50", f"<PmtInfId>{second.block_id}</PmtInfId><NbOfTxs>2</NbOfTxs>"))
    bank.announce_statement(credit("3150.24", f"<PmtInfId>{third.block_id}</PmtInfId><NbOfTxs>1</NbOfTxs>"))
    bank.deliver(made, 2)
    fetching.run(context, DZ)
    assert statuses(context, list(second.collection_ids)) == ["debited", "debited"]
    assert statuses(context, ids_of([first, third])) == ["sent"] * 3, "another sum than the block's is for a person"
    (waiting,) = made.staff().get("/bank/entries").json["items"]
    assert waiting["amount"] == "3150.24"


def test_a_file_booked_as_one_credit_by_its_msgid_pays_all_its_blocks(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    """A unit of work for each block, and no entry twice."""
    ids = requested(context, made, 5, "0108")
    debiting.run(context, DZ)
    bank.announce_statement(credit(FIVE, f"<MsgId>{only_file(context).batch_id}</MsgId><NbOfTxs>5</NbOfTxs>"))
    bank.deliver(made)
    for again in range(2):
        fetching.run(context, DZ)
        assert statuses(context, ids) == ["debited"] * 5 and balance(made, "bank:collections") == (FIVE, "debit")
        entries = list(context.database["bank_entries"].find().sort("place", 1))
        assert [each["amount_minor"] for each in entries] == [630_050, 630_050, 315_025]
        assert {each["status"] for each in entries} == {"booked"}
        if not again:
            bank.announce_statement(credit(FIVE, f"<MsgId>{only_file(context).batch_id}</MsgId><NbOfTxs>5</NbOfTxs>"))
            bank.deliver(made)


def test_a_credit_that_waits_because_a_refusal_came_later_is_booked_once(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    """It waits as one entry, and is not taken for its blocks when the sums agree."""
    requested(context, made, 5, "0108")
    debiting.run(context, DZ)
    file = only_file(context)
    four = credit("12601.00", f"<MsgId>{file.batch_id}</MsgId><NbOfTxs>4</NbOfTxs>")
    bank.announce_statement(four)
    bank.deliver(made)
    fetching.run(context, DZ)
    (refused,) = blocks_of(context, file)[2].collection_ids
    bank.answer(file.batch_id, verdict(file, said(blocks_of(context, file)[2], "RJCT")))
    debiting.run(context, DZ)
    assert statuses(context, [refused]) == ["refused"]
    bank.announce_statement(four)
    bank.deliver(made)
    fetching.run(context, DZ)
    (waiting,) = made.staff().get("/bank/entries").json["items"]
    assert waiting["amount"] == "12601.00" and balance(made, "bank:collections") == ("12601.00", "debit")


def test_what_no_longer_stands_leaves_its_block_and_the_file_goes_without_it(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    ids = requested(context, made, 5)
    debiting.gather(context, DZ)
    blocks = blocks_of(context, only_file(context))
    gone = list(blocks[2].collection_ids)
    (number,) = (ids.index(each) for each in gone)
    cancel(context, mandates.mandates.load(reading(context), f"m-{firm(number)}"))
    debiting.run(context, DZ)
    file = only_file(context)
    assert (file.debit_count, file.total_minor, file.status) == (4, 4 * 315_025, FileStatus.SENT)
    assert [each.block_id for each in blocks_of(context, file)] == [each.block_id for each in blocks[:2]]
    (taken,) = bank.log("file-taken")
    assert (taken["orders"], taken["refusal"]) == (4, None)
    assert statuses(context, gone) == ["planned"] and debiting.gather(context, DZ) == 1
    assert statuses(context, gone) == ["refused"], "no mandate in force: it goes into no file"


def test_i11_a_file_that_the_bank_never_saw_is_looked_at_again_in_all_its_blocks(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    ids = requested(context, made, 5)
    with pytest.raises(BankOutcomeUnknown):
        DueJobs(DebitSender(lambda _: NOBODY)).run(context, DZ)
    unsent = only_file(context)
    assert unsent.status is FileStatus.UNKNOWN and statuses(context, ids) == ["sent"] * 5
    cancel(context, mandates.mandates.load(reading(context), f"m-{firm(4)}"))
    clock.move(seconds=3)
    debiting.run(context, DZ)
    assert only_file(context).status is FileStatus.READY and statuses(context, ids) == ["in-file"] * 5
    for _ in range(3):
        debiting.run(context, DZ)
    discarded, sent = all_files(context)
    assert (discarded.batch_id, discarded.status) == (unsent.batch_id, FileStatus.DISCARDED)
    assert sent.debit_count == 4 and statuses(context, ids)[4] == "refused"
    assert [each["message_id"] for each in bank.log("file-taken")] == [sent.batch_id]


def test_a_file_that_the_bank_never_saw_and_that_still_stands_is_sent_as_it_was(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    ids = requested(context, made, 5)
    with pytest.raises(BankOutcomeUnknown):
        DueJobs(DebitSender(lambda _: NOBODY)).run(context, DZ)
    unsent = only_file(context)
    for _ in range(2):
        clock.move(seconds=3)
        debiting.run(context, DZ)
    sent = only_file(context)
    assert (sent.sha256, sent.status) == (unsent.sha256, FileStatus.SENT) and statuses(context, ids) == ["sent"] * 5
    assert [each["message_id"] for each in bank.log("file-taken")] == [unsent.batch_id]


def test_two_workers_at_the_blocks_of_one_file_meet_and_one_sends_it(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    """One that was stopped after a block wakes when the other has sent the file."""
    ids = requested(context, made, 5, "0108")
    debiting.gather(context, DZ)
    seen = only_file(context)
    first, second, _ = blocks_of(context, seen)

    def let_go(file: DebitFile, block: DebitBlock) -> DebitFile:
        act = partial(debits.let_go, file=file, block=block, line=lambda collection, _: collection.collection_id)
        return context.run(DZ, by=someone(), cause="test", action=act)[0]

    stopped = let_go(seen, first)
    assert debiting.run(context, DZ) == 0, "somebody is at it"
    clock.move(seconds=125)
    debiting.run(context, DZ)
    with pytest.raises(ChangedMeanwhile):
        let_go(stopped, second)
    (taken,) = bank.log("file-taken")
    assert (taken["message_id"], taken["orders"]) == (seen.batch_id, 5) and statuses(context, ids) == ["sent"] * 5
