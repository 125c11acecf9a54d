"""Direct debits and the bank, a running program: drawn, refused, given back and silent."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
import requests

from services.payments.banking.bank import BankOutcomeUnknown
from services.payments.debits import actions as debits
from services.payments.mandates import store as mandates
from services.payments.order_files.order_file import FileStatus
from services.payments.settlements import jobs as settlements
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, funds, published, reading, someone
from tests.kit.due_jobs import DueJobs
from tests.payments.bank import Bank, credited, post_signed
from tests.payments.banking.files import entry, notice, status_report
from tests.payments.builders import FIRM, OTHER_FIRM, open_obligation
from tests.payments.debits.harness import (
    AGES_AGO,
    DUE,
    WAIT_MAX_S,
    all_files,
    always_open,
    ask,
    balance,
    blocks_of,
    cancel,
    is_declared_collected,
    only_file,
    owed,
    posted,
    see,
    sign,
    until_reported,
)

# --- Offered and announced --------------------------------------------------------------------------------------------


def test_it_is_offered_with_its_day_where_a_mandate_is_in_force(context: ServiceContext, made: Office) -> None:
    open_obligation(context)
    assert [way["rail"] for way in owed(made)["ways"]] == ["transfer", "card", "mobile-money", "card-terminal"]
    refused = made.employer(FIRM).post("/declarations/d1/collections", {"rail": "direct-debit"})
    assert (refused.status_code, refused.json["code"]) == (409, "collection.mandate-missing")
    sign(context)
    ways = owed(made)["ways"]
    assert [way["rail"] for way in ways] == ["transfer", "card", "direct-debit", "mobile-money", "card-terminal"]
    assert ways[2]["debit_on"] == reading(context).today.isoformat() and ways[0]["debit_on"] is None
    asked = made.employer(FIRM).get(f"/collections/{ask(made)}").json
    assert (asked["status"], asked["debit_on"], asked["is_repetition"]) == ("planned", ways[2]["debit_on"], False)
    assert published(context)[-2:] == ["payments.collection-requested", "payments.debit-announced"]


# --- Drawn ------------------------------------------------------------------------------------------------------------


def test_drawn_and_booked_declared_is_collected(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context)
    collection_id = ask(made)
    until_reported(context, debiting, clock)
    assert see(context, collection_id).status == "sent"
    assert owed(made)["ways"] == [], "nobody pays twice what the bank is debiting"
    bank.deliver(made)
    fetching.run(context, DZ)
    assert see(context, collection_id).status == "debited" and is_declared_collected(made)
    assert balance(made, f"receivable:{FIRM}:2025") == ("0.00", None)
    assert posted(made, f"collection:{collection_id}") == [
        ("bank:collections", "debit", DUE),
        (f"receivable:{FIRM}:2025", "credit", DUE),
    ]
    assert published(context)[-2:] == ["payments.payment-debited", "payments.declaration-paid"]
    clock.move(minutes=2)
    debiting.run(context, DZ)
    assert only_file(context).status is FileStatus.CLOSED and debiting.run(context, DZ) == 0


def test_those_of_a_day_go_into_one_file_and_the_first_of_a_mandate_into_a_block_apart(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs
) -> None:
    for number, employer_id in enumerate((FIRM, OTHER_FIRM)):
        open_obligation(context, f"d{number}", employer_id=employer_id)
        reference = ("MD260000000112", "MD260000000209")[number]
        sign(context, employer_id=employer_id, reference=reference, last_debit_on=None if number else AGES_AGO)
        ask(made, f"d{number}", employer_id=employer_id)
    open_obligation(context, "d9", period="2024")
    ask(made, "d9")
    assert debiting.gather(context, DZ) == 3
    file = only_file(context)
    assert (file.status, file.debit_count, file.total_minor) == (FileStatus.READY, 3, 945_075)
    found = {block.sequence: len(block.collection_ids) for block in blocks_of(context, file)}
    assert found == {"FRST": 1, "RCUR": 2}


def test_more_than_one_file_holds_go_into_several_at_one_look(
    context: ServiceContext, made: Office, debiting: DueJobs
) -> None:
    context = replace(context, funds={DZ: always_open(debits_per_file_max=2, debits_per_block_max=2)})
    mandate_of_firm = sign(context)
    for number in range(5):
        open_obligation(context, f"d{number}", period=f"{2020 + number}")
        ask(made, f"d{number}")
    open_obligation(context, "d9", employer_id=OTHER_FIRM)
    sign(context, employer_id=OTHER_FIRM, reference="MD260000000209")
    other = ask(made, "d9", employer_id=OTHER_FIRM)
    cancel(context, mandates.mandates.load(reading(context), f"m-{OTHER_FIRM}"))
    assert debiting.gather(context, DZ) == 6 and debiting.gather(context, DZ) == 0
    assert [file.status for file in all_files(context)] == [FileStatus.READY] * 3
    assert sorted(file.debit_count for file in all_files(context)) == [1, 2, 2]
    blocks = [block for file in all_files(context) for block in blocks_of(context, file)]
    in_files = [each for block in blocks for each in block.collection_ids]
    assert len(set(in_files)) == 5 and other not in in_files
    assert see(context, other).status == "refused", "no mandate in force: it goes into no file"
    assert mandates.active_of(reading(context), employer_id=FIRM) == mandate_of_firm


def test_a_file_booked_as_one_credit_without_its_debits_pays_them_all(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    open_obligation(context, "d2", period="2024")
    sign(context)
    ids = [ask(made), ask(made, "d2")]
    bank.fault("batch-not-listed")
    until_reported(context, debiting, clock)
    bank.deliver(made)
    fetching.run(context, DZ)
    assert [see(context, each).status for each in ids] == ["debited", "debited"]
    assert is_declared_collected(made)


def test_a_credit_for_another_sum_than_the_file_is_for_a_person(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context, "0108")
    collection_id = ask(made)
    until_reported(context, debiting, clock)
    block = f"<Btch><PmtInfId>{only_file(context).batch_id}</PmtInfId><NbOfTxs>1</NbOfTxs></Btch>"
    number = f"<Othr><Id>{funds()[DZ].payments.collections.number}</Id></Othr>"
    bank.announce_statement(notice(entry("3150.24", direction="CRDT", details=block), account=number))
    bank.deliver(made)
    fetching.run(context, DZ)
    assert see(context, collection_id).status == "sent"
    waiting = [each["amount"] for each in made.staff().get("/bank/entries").json["items"]]
    assert waiting.count("3150.24") == 1


def test_one_that_the_bank_never_told_of_is_looked_up(
    context: ServiceContext, made: Office, debiting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context, "0108")
    collection_id = ask(made)
    until_reported(context, debiting, clock)
    debiting.run(context, DZ)
    assert see(context, collection_id).status == "debited" and is_declared_collected(made)


def test_one_that_is_told_of_twice_is_booked_once(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context, "0107")
    ask(made)
    until_reported(context, debiting, clock)
    bank.deliver(made, 2)
    fetching.run(context, DZ)
    assert is_declared_collected(made) and balance(made, f"credit:{FIRM}") == ("0.00", None)


# --- An instalment of a settlement plan ------------------------------------------------------------------------------


def agreed_a_month_ago(context: ServiceContext, made: Office, clock: RunningClock) -> str:
    """A plan of two instalments for a late debt, of which the first has become due; both are to be debited."""
    clock.move(days=-32)
    open_obligation(context, due_on=context.clock().date() - timedelta(days=40))
    asked = {"employer_id": FIRM, "scheme": "instalments", "months": 2}
    plan_id = made.employer(FIRM).post("/settlement-plans", asked).json["plan_id"]
    made.staff().post(f"/settlement-plans/{plan_id}/decision", {"is_agreed": True, "reason": "Vu."})
    clock.move(days=32)
    chosen = made.employer(FIRM).post(f"/settlement-plans/{plan_id}/debit", {"is_debited": True})
    assert chosen.status_code == 200, chosen.text
    return str(plan_id)


def follow(context: ServiceContext, plan_id: str) -> None:
    settlements.run(context, DZ, plan_id)


def test_an_instalment_is_drawn_and_booked_and_the_next_one_is_planned(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    sign(context)
    plan_id = agreed_a_month_ago(context, made, clock)
    until_reported(context, debiting, clock)
    bank.deliver(made)
    fetching.run(context, DZ)
    follow(context, plan_id)
    plan = made.employer(FIRM).get(f"/settlement-plans/{plan_id}").json
    first, second = plan["instalments"]
    assert (first["status"], first["amount"], plan["status"]) == ("paid", first["paid"], "under-way")
    planned = see(context, plan["collection_id"])
    assert (planned.status, planned.debit_on) == ("planned", date.fromisoformat(second["due_on"]))
    assert see(context, first["collection_id"]).status == "debited"


def test_an_instalment_that_the_bank_refuses_stays_due_and_is_not_tried_again(
    context: ServiceContext, made: Office, debiting: DueJobs, clock: RunningClock
) -> None:
    sign(context, "0102")
    plan_id = agreed_a_month_ago(context, made, clock)
    until_reported(context, debiting, clock)
    follow(context, plan_id)
    plan = made.employer(FIRM).get(f"/settlement-plans/{plan_id}").json
    first = plan["instalments"][0]
    assert (first["left"], first["status"]) == (first["amount"], "missed")
    assert see(context, first["collection_id"]).status == "refused"
    assert plan["payable"]["ways"] != [] and owed(made)["items"][-1]["is_repetition"] is False


# --- Refused ----------------------------------------------------------------------------------------------------------


def test_refused_for_lack_of_funds_it_is_tried_once_more_and_is_good(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context, "0102")
    first = ask(made)
    until_reported(context, debiting, clock)
    refused = made.employer(FIRM).get(f"/collections/{first}").json
    assert refused["status"] == "refused"
    assert refused["timeline"][-1]["reason"] == "Le compte n'était pas assez approvisionné."
    (again,) = [each for each in owed(made)["items"] if each["is_repetition"]]
    assert again["status"] == "planned"
    assert see(context, again["collection_id"]).repeats == first
    assert debiting.gather(context, DZ) == 0, "its day has not come"
    clock.move(days=5)
    until_reported(context, debiting, clock)
    clock.move(days=-5)  # the bank's own clock has stood still
    bank.deliver(made)
    fetching.run(context, DZ)
    assert see(context, again["collection_id"]).status == "debited" and is_declared_collected(made)


def test_refused_twice_it_is_for_the_employer_to_pay_in_another_way(
    context: ServiceContext, made: Office, debiting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context, "0105")
    ask(made)
    until_reported(context, debiting, clock)
    clock.move(days=5)
    until_reported(context, debiting, clock)
    clock.move(days=-5)
    shown = owed(made)
    assert [each["status"] for each in shown["items"]] == ["refused", "refused"]
    assert (shown["left"], shown["status"]) == (DUE, "open") and shown["ways"] != []
    assert published(context).count("payments.debit-refused") == 2
    assert published(context).count("payments.debit-announced") == 2
    assert balance(made, f"receivable:{FIRM}:2025") == (DUE, "debit")


@pytest.mark.parametrize(("ending", "reason"), [("0101", "AC01"), ("0103", "MD01")])
def test_what_will_not_be_gone_in_some_days_is_not_tried_again(
    context: ServiceContext, made: Office, debiting: DueJobs, clock: RunningClock, ending: str, reason: str
) -> None:
    open_obligation(context)
    sign(context, ending)
    collection_id = ask(made)
    until_reported(context, debiting, clock)
    refused = see(context, collection_id)
    assert (refused.status, refused.steps[-1].about) == ("refused", reason)
    assert len(owed(made)["items"]) == 1
    assert ask(made, rail="transfer")


@pytest.mark.parametrize("level", ["group", "block"])
def test_a_file_that_is_refused_whole_debits_nobody(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock, level: str
) -> None:
    open_obligation(context)
    sign(context, "0108")
    collection_id = ask(made)
    debiting.run(context, DZ)
    file = only_file(context)
    refusal = "<StsRsnInf><Rsn><Cd>AG01</Cd></Rsn></StsRsnInf>"
    (of_file,) = blocks_of(context, file)
    named = f"<OrgnlPmtInfId>{of_file.block_id}</OrgnlPmtInfId>"
    block = f"<OrgnlPmtInfAndSts>{named}<PmtInfSts>RJCT</PmtInfSts>{refusal}</OrgnlPmtInfAndSts>"
    verdict = {
        "group": status_report(group=f"<GrpSts>RJCT</GrpSts>{refusal}"),
        "block": status_report(block, group="<GrpSts>PART</GrpSts>"),
    }[level].replace(b"MSG-1", file.batch_id.encode())
    verdict = verdict.replace(b"<OrgnlNbOfTxs>3<", b"<OrgnlNbOfTxs>1<").replace(b">4500.00<", b">3150.25<")
    bank.answer(file.batch_id, verdict.replace(b"pain.001.001.09", b"pain.008.001.02"))
    until_reported(context, debiting, clock)
    refused = see(context, collection_id)
    assert (refused.status, refused.steps[-1].about) == ("refused", "AG01")


def test_a_verdict_on_another_file_is_none(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context, "0108")
    collection_id = ask(made)
    debiting.run(context, DZ)
    bank.answer(only_file(context).batch_id, status_report(group="<GrpSts>RJCT</GrpSts>"))
    until_reported(context, debiting, clock)
    assert see(context, collection_id).status == "sent"


# --- Given back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "reason"), [("0404", "AC04"), ("0406", "MD06")])
def test_given_back_after_settlement_it_is_due_again(
    context: ServiceContext,
    made: Office,
    bank: Bank,
    debiting: DueJobs,
    fetching: DueJobs,
    clock: RunningClock,
    ending: str,
    reason: str,
) -> None:
    open_obligation(context)
    sign(context, ending)
    collection_id = ask(made)
    until_reported(context, debiting, clock)
    bank.deliver(made, 2)
    fetching.run(context, DZ)
    back = see(context, collection_id)
    assert (back.status, back.steps[-1].about) == ("reversed", reason)
    assert balance(made, f"receivable:{FIRM}:2025") == (DUE, "debit")
    events = [each for row in context.database["outbox"].find() for each in row["events"]]
    (reversed_,) = [json.loads(each["body"]) for each in events if "payment-reversed" in each["type"]]
    assert (reversed_["mandate_id"], reversed_["reason"]) == (f"m-{FIRM}", reason)
    cause = f"collection:{collection_id}:reversed:{back.reversals[0].entry_id}"
    assert posted(made, cause) == [("bank:collections", "credit", DUE), (f"receivable:{FIRM}:2025", "debit", DUE)]


def test_given_back_weeks_later_it_is_due_again(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context)
    collection_id = ask(made)
    until_reported(context, debiting, clock)
    bank.deliver(made)
    fetching.run(context, DZ)
    end_to_end_id = collection_id.replace("-", "")
    back = requests.post(f"{bank.url}/_debits/{end_to_end_id}/return", json={"reason": "MD06"}, timeout=5)
    assert back.status_code == 200
    bank.deliver(made)
    fetching.run(context, DZ)
    assert see(context, collection_id).status == "reversed" and owed(made)["left"] == DUE


# --- Taken out before the file leaves ---------------------------------------------------------------------------------


def test_a_debt_paid_otherwise_before_the_file_leaves_is_taken_out_of_it(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    for number, employer_id in enumerate((FIRM, OTHER_FIRM)):
        open_obligation(context, f"d{number}", employer_id=employer_id)
        sign(context, "0108", employer_id=employer_id, reference=("MD260000000112", "MD260000000209")[number])
    paid, other = ask(made, "d0"), ask(made, "d1", employer_id=OTHER_FIRM)
    assert debiting.gather(context, DZ) == 2
    assert [see(context, each).status for each in (paid, other)] == ["in-file", "in-file"]
    reference = made.employer(FIRM).get(f"/collections/{paid}").json["reference"]
    assert post_signed(made, credited(reference)).status_code == 200
    debiting.run(context, DZ)
    sent = only_file(context)
    (block,) = blocks_of(context, sent)
    assert block.collection_ids == (other,) and see(context, other).batch_id == block.block_id
    assert see(context, paid).status == "debited"
    (taken,) = bank.log("file-taken")
    assert (taken["message_id"], taken["orders"]) == (sent.batch_id, 1)
    assert (sent.debit_count, sent.total_minor) == (1, 315_025)


def test_another_way_to_pay_takes_the_place_of_a_planned_debit_and_not_of_one_at_the_bank(
    context: ServiceContext, made: Office, debiting: DueJobs
) -> None:
    open_obligation(context)
    sign(context, "0108")
    planned = ask(made)
    transfer = ask(made, rail="transfer")
    assert [see(context, each).status for each in (planned, transfer)] == ["withdrawn", "announced"]
    assert debiting.run(context, DZ) == 0 and all_files(context) == []
    at_bank = ask(made)
    assert see(context, transfer).status == "withdrawn"
    debiting.run(context, DZ)
    refused = made.employer(FIRM).post("/declarations/d1/collections", {"rail": "transfer"})
    assert (refused.status_code, refused.json["code"]) == (409, "collection.debit-under-way")
    assert see(context, at_bank).status == "sent"


def test_money_that_comes_beside_a_debit_at_the_bank_is_a_credit(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context)
    collection_id = ask(made)
    until_reported(context, debiting, clock)
    reference = made.employer(FIRM).get(f"/collections/{collection_id}").json["reference"]
    assert post_signed(made, credited(reference)).status_code == 200
    bank.deliver(made)
    fetching.run(context, DZ)
    assert is_declared_collected(made) and balance(made, f"credit:{FIRM}") == (DUE, "credit")


# --- I11: nothing without a mandate in force --------------------------------------------------------------------------


def test_i11_a_mandate_that_ends_before_the_file_is_written_debits_nothing(
    context: ServiceContext, made: Office, debiting: DueJobs
) -> None:
    open_obligation(context)
    signed = sign(context)
    collection_id = ask(made)
    cancel(context, signed)
    assert debiting.gather(context, DZ) == 1 and all_files(context) == []
    refused = see(context, collection_id)
    assert (refused.status, refused.steps[-1].about) == ("refused", "MD01")
    assert published(context)[-1] == "payments.debit-refused"


def test_i11_a_mandate_that_ends_between_writing_and_sending_debits_nothing(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs
) -> None:
    open_obligation(context)
    signed = sign(context)
    collection_id = ask(made)
    debiting.gather(context, DZ)
    cancel(context, signed)
    for _ in range(3):
        debiting.run(context, DZ)
    (file,) = all_files(context)
    assert file.status is FileStatus.DISCARDED and see(context, collection_id).status == "refused"
    assert file.batch_id not in [taken["message_id"] for taken in bank.log("file-taken")]


def test_i11_a_mandate_ends_before_its_debit_is_sent_or_after_and_not_beside_it(
    context: ServiceContext, made: Office, debiting: DueJobs
) -> None:
    open_obligation(context)
    signed = sign(context)
    collection_id = ask(made)
    debiting.gather(context, DZ)
    file = only_file(context)
    (block,) = blocks_of(context, file)

    def act(uow: UnitOfWork) -> list[str]:
        _, lines = debits.let_go(uow, file, block, line=lambda collection, _: collection.collection_id)
        with pytest.raises(ChangedMeanwhile):
            cancel(context, signed)
        return lines

    assert context.run(DZ, by=someone(), cause="test", action=act) == [collection_id]
    with pytest.raises(ChangedMeanwhile):
        cancel(context, signed)  # who read it before the debit was sent looks at it again


# --- Silent, and killed in between ------------------------------------------------------------------------------------


def test_a_file_that_was_sent_into_silence_is_asked_about_and_not_sent_again(
    context: ServiceContext, made: Office, bank: Bank, debiting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    sign(context, "0108")
    collection_id = ask(made)
    bank.fault("answer-lost", seconds=WAIT_MAX_S + 0.2)
    with pytest.raises(BankOutcomeUnknown):
        debiting.run(context, DZ)
    assert see(context, collection_id).is_at_bank and only_file(context).status is FileStatus.UNKNOWN
    clock.move(seconds=3)
    debiting.run(context, DZ)
    assert only_file(context).status in (FileStatus.SENT, FileStatus.REPORTED)
    assert bank.log("file-duplicate") == []
