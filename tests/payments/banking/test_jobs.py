"""Payments and its bank, a running program: heard, refused, silent, and killed in between."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database
from structlog.testing import capture_logs

from services.payments.banking import store as banking_store
from services.payments.banking.bank import BankOutcomeUnknown
from services.payments.banking.bank_file import BankNotice
from services.payments.banking.banks.iso_http import IsoHttpBank
from services.payments.banking.collecting import CollectionFollower
from services.payments.banking.fetching import StatementFetcher
from services.payments.banking.paying import PayoutSender
from services.payments.collections import actions as collections
from services.payments.collections.collection import Collection
from services.payments.order_files import rules
from services.payments.order_files.order_file import FileStatus
from services.payments.payouts import store as payouts_store
from services.payments.payouts.batch import PayoutBatch
from services.payments.wiring import service
from shared.kernel.outcome import Outcome
from shared.kernel.personal import DataClass
from shared.process.backfills import backfill_all
from shared.storage import blobs
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, TN, context_on, funds, handle, parked, published, reading, someone
from tests.kit.due_jobs import DueJobs
from tests.kit.endless import endless
from tests.kit.people import AMIRA, KARIM
from tests.payments.bank import ACCEPTED, API_KEY, REFUSED, SILENT, Bank, office, own_settings, running_bank
from tests.payments.banking.files import detail, entry, notice, status_report
from tests.payments.builders import FIRM, REFUSED_RIB, RETURNED_RIB, RIB, approved, open_obligation, persons

WAIT_MAX_S = 1.5


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with running_bank(tmp_path_factory.mktemp("bank")) as running:
        yield running


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def context(database: Database[dict[str, Any]], mongodb: str, clock: RunningClock) -> ServiceContext:
    return context_on(database, mongodb, clock=clock)


@pytest.fixture
def made(context: ServiceContext, bank: Bank) -> Office:
    bank.delivered = len(bank.fund.webhooks)
    return office(context, own_settings(bank.url))


@pytest.fixture
def client(bank: Bank) -> IsoHttpBank:
    return IsoHttpBank(url=bank.url, api_key=API_KEY, timeout_s=WAIT_MAX_S)


@pytest.fixture
def collecting(client: IsoHttpBank) -> DueJobs:
    return DueJobs(CollectionFollower(lambda _: client, own_settings().return_url))


def ask(made: Office, rail: str = "card", declaration_id: str = "d1") -> str:
    asked = made.employer(FIRM).post(f"/declarations/{declaration_id}/collections", {"rail": rail})
    assert asked.status_code == 201, asked.text
    collection_id: str = asked.json["collection_id"]
    return collection_id


def see(context: ServiceContext, collection_id: str) -> Collection:
    found = collections.find(reading(context), collection_id)
    assert found is not None
    return found


def is_silent(round_: Callable[[], object]) -> None:
    with pytest.raises(BankOutcomeUnknown):
        round_()


# --- Collections ------------------------------------------------------------------------------------------------------


def test_r8_a_page_that_another_way_takes_the_place_of_is_closed_at_the_bank(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    collecting.run(context, DZ)
    url = see(context, collection_id).checkout_url or ""
    ask(made, "transfer")
    assert see(context, collection_id).status == "withdrawing"
    collecting.run(context, DZ)
    assert see(context, collection_id).status == "withdrawn"
    bank.pay(url, ACCEPTED)
    assert bank.log("payment-debited") == [] or bank.log("payment-debited")[-1]["payment_id"] != collection_id


def test_r8_a_payer_who_was_faster_has_paid(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    collecting.run(context, DZ)
    bank.pay(see(context, collection_id).checkout_url or "", SILENT)
    transfer = ask(made, "transfer")
    collecting.run(context, DZ)
    assert see(context, collection_id).status == "debited"
    assert see(context, transfer).status == "withdrawn", "nothing is due any more"


def test_r8_a_bank_that_never_saw_the_page_has_nothing_to_close(
    context: ServiceContext, made: Office, collecting: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    ask(made, "transfer")
    collecting.run(context, DZ)
    assert see(context, collection_id).status == "withdrawn"


def test_r8_a_silent_bank_is_asked_again_to_close(
    context: ServiceContext, made: Office, bank: Bank, clock: RunningClock, collecting: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    collecting.run(context, DZ)
    ask(made, "transfer")
    bank.fault("request-lost", seconds=WAIT_MAX_S + 1)
    is_silent(lambda: collecting.run(context, DZ))
    assert see(context, collection_id).status == "withdrawing"
    clock.move(seconds=6)
    collecting.run(context, DZ)
    assert see(context, collection_id).status == "withdrawn"


def test_a_card_is_announced_paid_and_told(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    assert collecting.run(context, DZ) == 1 and collecting.run(context, DZ) == 0
    announced = see(context, collection_id)
    assert announced.status == "announced" and announced.checkout_url is not None

    bank.pay(announced.checkout_url, ACCEPTED)
    (answer,) = bank.deliver(made)
    assert answer.json["is_new"]
    assert see(context, collection_id).status == "debited"
    assert published(context)[-2:] == ["payments.payment-debited", "payments.declaration-paid"]
    assert made.staff().get("/differences").json["items"] == []


def test_a_refused_card_is_told_and_another_may_be_tried(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    collecting.run(context, DZ)
    bank.pay(str(see(context, collection_id).checkout_url), REFUSED)
    bank.deliver(made)
    assert see(context, collection_id).status == "refused"
    assert ask(made) != collection_id


def test_a_transfer_in_tunisia_has_three_decimals(context: ServiceContext, made: Office, bank: Bank) -> None:
    open_obligation(context, fund_id=TN, form="cnss-122", period="2026-Q1", branches={"pension": 1_500_255})
    firm = made.employer(FIRM, fund=TN)
    asked = firm.post("/declarations/d1/collections", {"rail": "transfer"}).json
    bank.transfer(reference=asked["reference"], amount="1500.255", fund_id=TN)
    bank.deliver(made)
    shown = firm.get(f"/collections/{asked['collection_id']}").json
    assert (shown["status"], shown["debited"], shown["currency"]) == ("debited", "1500.255", "TND")


def test_the_webhook_that_never_comes_is_made_up_for_by_asking(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    collecting.run(context, DZ)
    bank.pay(str(see(context, collection_id).checkout_url), SILENT)
    assert collecting.run(context, DZ) == 0
    clock.move(seconds=6)
    assert collecting.run(context, DZ) == 1
    assert see(context, collection_id).status == "debited"
    assert collecting.run(context, DZ) == 0


def test_a_payer_who_takes_time_is_looked_for_less_and_less_often(
    context: ServiceContext, made: Office, collecting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    collecting.run(context, DZ)
    looks = 0
    for _ in range(60):
        clock.move(seconds=1)
        looks += collecting.run(context, DZ)
    assert looks == 3 and see(context, collection_id).status == "announced"


def test_a_request_that_is_lost_is_unknown_then_made_under_the_same_id(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    bank.fault("request-lost", seconds=WAIT_MAX_S * 2)
    is_silent(lambda: collecting.run(context, DZ))
    assert see(context, collection_id).status == "unknown"
    assert made.employer(FIRM).post("/declarations/d1/collections", {"rail": "card"}).status_code == 409

    clock.move(seconds=6)
    collecting.run(context, DZ)
    assert see(context, collection_id).status == "requested", "the bank has never seen it"
    collecting.run(context, DZ)
    announced = see(context, collection_id)
    assert announced.status == "announced"
    bank.pay(str(announced.checkout_url), ACCEPTED)
    bank.deliver(made)
    assert [step.status for step in see(context, collection_id).steps] == [
        "requested",
        "unknown",
        "requested",
        "announced",
        "debited",
    ]
    assert _opened(bank, collection_id) == 1


def test_an_answer_that_is_lost_never_makes_a_second_payment(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    bank.fault("answer-lost", seconds=WAIT_MAX_S * 2)
    is_silent(lambda: collecting.run(context, DZ))
    assert see(context, collection_id).status == "unknown"
    for _ in range(3):
        clock.move(seconds=6)
        collecting.run(context, DZ)
    assert see(context, collection_id).status == "announced"
    assert _opened(bank, collection_id) == 1


def test_a_bank_that_stays_silent_leaves_it_unknown(context: ServiceContext, made: Office, clock: RunningClock) -> None:
    open_obligation(context)
    collection_id = ask(made)
    gone = IsoHttpBank(url="http://127.0.0.1:9", api_key="k", timeout_s=WAIT_MAX_S)
    nobody = DueJobs(CollectionFollower(lambda _: gone, "http://x/"))
    for _ in range(4):
        is_silent(lambda: nobody.run(context, DZ))
        clock.move(minutes=10)
    seen = see(context, collection_id)
    assert (seen.status, len(seen.steps)) == ("unknown", 2)


def test_killed_between_the_banks_answer_and_its_keeping(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    page = collecting.call(context, DZ, see(context, collection_id))  # and here the process dies
    collecting.run(context, DZ)
    assert see(context, collection_id).checkout_url == page and _opened(bank, collection_id) == 1


def test_a_message_that_overtakes_the_job_is_not_undone_by_it(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    before = see(context, collection_id)
    bank.pay(collecting.call(context, DZ, before), ACCEPTED)
    bank.deliver(made)
    collecting.look_at(context, DZ, before)  # it had read the collection before the money came
    assert see(context, collection_id).status == "debited"


def test_a_transfer_that_nobody_orders_expires_and_its_money_still_counts(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    collection_id = ask(made, "transfer")
    reference = see(context, collection_id).reference
    assert collecting.run(context, DZ) == 0
    clock.move(days=62)
    assert collecting.run(context, DZ) == 1 and see(context, collection_id).status == "expired"
    clock.ahead = timedelta()
    bank.transfer(reference=reference, amount="3150.25")
    bank.deliver(made)
    assert see(context, collection_id).status == "debited"


def _opened(bank: Bank, collection_id: str) -> int:
    return len([facts for facts in bank.log("checkout-opened") if facts["payment_id"] == collection_id])


# --- Payouts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def paying(client: IsoHttpBank) -> DueJobs:
    return DueJobs(PayoutSender(lambda _: client))


@pytest.fixture
def fetching(client: IsoHttpBank) -> DueJobs:
    return DueJobs(StatementFetcher(lambda _: client))


def look_again(context: ServiceContext, statement_id: str) -> None:
    """As if it had never been booked."""

    def act(uow: UnitOfWork) -> None:
        statement = banking_store.statements.load(uow, statement_id)
        banking_store.scheduling.save(uow, Outcome(replace(statement, next_look_at=uow.at)))

    context.run(DZ, by=someone(), cause="test", action=act)


def of_claim(context: ServiceContext, claim_id: str = "c1") -> Any:
    (found,) = payouts_store.of_claim(reading(context), claim_id)
    return found


def only_batch(context: ServiceContext) -> PayoutBatch:
    (row,) = context.database["batches"].find()
    return payouts_store.batches.load(reading(context), str(row["batch_id"]))


def until_sent(context: ServiceContext, paying: DueJobs) -> None:
    for _ in range(3):
        paying.run(context, DZ)
    assert only_batch(context).status is FileStatus.REPORTED


def balance(made: Office, code: str) -> tuple[str, str | None]:
    shown = made.staff().get(f"/ledger/accounts/{code}").json
    return shown["balance"], shown["side"]


def test_a_claim_is_paid_by_a_file_and_told(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, fetching: DueJobs, clock: RunningClock
) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    assert of_claim(context).status == "ordered" and published(context) == ["payments.benefit-ordered"]
    assert balance(made, f"payable:{AMIRA}") == ("320.00", "credit")
    until_sent(context, paying)
    bank.deliver(made)
    assert fetching.run(context, DZ) == 1 and fetching.run(context, DZ) == 0
    assert of_claim(context).status == "paid" and published(context)[-1] == "payments.benefit-paid"
    assert balance(made, f"payable:{AMIRA}") == ("0.00", None)
    assert balance(made, "bank:payouts") == ("320.00", "credit")
    assert balance(made, "benefits:care-reimbursement") == ("320.00", "debit")
    clock.move(seconds=10)
    paying.run(context, DZ)
    assert only_batch(context).status is FileStatus.CLOSED and paying.run(context, DZ) == 0
    assert made.staff().get("/differences").json["items"] == [] and parked(context) == []


def test_a_claim_is_paid_once_however_often_the_bank_says_so(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, fetching: DueJobs
) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    bank.fault("webhook-doubled")
    until_sent(context, paying)
    bank.deliver(made, 2)
    fetching.run(context, DZ)
    (row,) = context.database["bank_statements"].find()
    look_again(context, str(row["statement_id"]))
    assert fetching.run(context, DZ) == 1
    assert published(context).count("payments.benefit-paid") == 1
    assert balance(made, "bank:payouts") == ("320.00", "credit")


def test_money_that_comes_back_is_owed_again(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, fetching: DueJobs
) -> None:
    handle(context, service, persons({AMIRA: RETURNED_RIB, KARIM: RIB}), approved(), approved("c2", person_ref=KARIM))
    until_sent(context, paying)
    bank.deliver(made, 2)
    fetching.run(context, DZ)
    returned = of_claim(context)
    assert (returned.status, returned.steps[-1].about) == ("returned", "AC04")
    assert of_claim(context, "c2").status == "paid"
    assert published(context)[-3:] == ["payments.benefit-paid", "payments.benefit-paid", "payments.benefit-returned"]
    assert balance(made, f"payable:{AMIRA}") == ("320.00", "credit")
    back = made.staff().get(f"/ledger/entries?cause=payout:{returned.payout_id}:returned").json["items"][0]
    paid = made.staff().get(f"/ledger/entries?cause=payout:{returned.payout_id}").json["items"][0]
    assert back["reverses"] == paid["entry_id"]


def test_the_return_may_be_told_before_the_payment(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, fetching: DueJobs
) -> None:
    handle(context, service, persons({AMIRA: RETURNED_RIB}), approved())
    until_sent(context, paying)
    bank.deliver(made, 2)
    for statement in reversed(waiting_statements(context, bank)):
        assert fetching.fetch(context, DZ, statement)
    assert of_claim(context).status == "returned"
    assert published(context).count("payments.benefit-paid") == 0
    assert balance(made, f"payable:{AMIRA}") == ("320.00", "credit")
    assert balance(made, "bank:payouts") == ("0.00", None)


def waiting_statements(context: ServiceContext, bank: Bank) -> list[Any]:
    """The statements waiting, in the order in which the bank made them."""
    published_ids = [received.message["data"]["statement_id"] for received in bank.fund.webhooks[-2:]]
    return [banking_store.statements.load(reading(context), statement_id) for statement_id in published_ids]


def test_an_account_that_the_bank_refuses_is_returned_at_once(
    context: ServiceContext, made: Office, paying: DueJobs
) -> None:
    handle(context, service, persons({AMIRA: REFUSED_RIB}), approved())
    until_sent(context, paying)
    refused = of_claim(context)
    assert (refused.status, refused.steps[-1].about) == ("returned", "AC01")
    assert balance(made, f"payable:{AMIRA}") == ("320.00", "credit")
    assert published(context)[-1] == "payments.benefit-returned"


def test_without_an_account_it_waits_where_people_see_it(
    context: ServiceContext, made: Office, paying: DueJobs
) -> None:
    handle(context, service, persons({AMIRA: None}), approved())
    assert paying.run(context, DZ) == 0 and published(context) == []
    (waiting,) = made.staff().get("/payouts").json["items"]
    assert (waiting["claim_id"], waiting["status"], waiting["amount"]) == ("c1", "waiting-account", "320.00")
    handle(context, service, persons({AMIRA: RIB}, at=context.clock()))
    assert of_claim(context).status == "ordered" and published(context) == ["payments.benefit-ordered"]
    assert made.staff().get("/payouts").json["items"] == []


def test_a_person_who_cannot_be_written_for_the_bank_does_not_hold_up_the_others(
    context: ServiceContext, made: Office, paying: DueJobs
) -> None:
    handle(context, service, persons({AMIRA: "0" * 40, KARIM: RIB}), approved(), approved("c2", person_ref=KARIM))
    until_sent(context, paying)
    assert (of_claim(context).status, of_claim(context, "c2").status) == ("waiting-account", "sent")
    (waiting,) = made.staff().get("/payouts").json["items"]
    assert (waiting["claim_id"], waiting["timeline"][-1]["about"]) == ("c1", "unusable")
    handle(context, service, persons({AMIRA: RIB}, at=context.clock()))
    assert of_claim(context).status == "ordered" and published(context).count("payments.benefit-ordered") == 2


def test_a_missed_statement_is_made_up_for_by_asking_for_the_day(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, clock: RunningClock
) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    bank.fault("webhook-not-sent")
    until_sent(context, paying)
    clock.move(seconds=3)
    paying.run(context, DZ)
    assert of_claim(context).status == "paid"


def test_of_two_workers_one_sends_a_file_and_the_other_leaves_it(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs
) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    paying.gather(context, DZ)
    seen_by_both = only_batch(context)
    with capture_logs() as logs:
        for _ in range(2):
            paying.sending.follow(context, DZ, seen_by_both)
    assert [line for line in logs if line["log_level"] == "error"] == []
    assert only_batch(context).status is FileStatus.SENT and _files(bank, context) == 1


@pytest.mark.parametrize("fault", ["request-lost", "answer-lost"])
def test_a_file_that_was_sent_into_silence_is_asked_about_not_sent_again(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, clock: RunningClock, fault: str
) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    bank.fault(fault, seconds=WAIT_MAX_S * 2)
    is_silent(lambda: paying.run(context, DZ))
    assert only_batch(context).status is FileStatus.UNKNOWN and of_claim(context).status == "unknown"
    clock.move(seconds=3)
    paying.run(context, DZ)
    expected = {"request-lost": FileStatus.READY, "answer-lost": FileStatus.SENT}
    assert only_batch(context).status is expected[fault]
    for _ in range(3):
        paying.run(context, DZ)
    assert only_batch(context).status is FileStatus.REPORTED
    assert _files(bank, context) == 1


def test_a_file_that_was_answered_without_end_is_asked_about_not_sent_again(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, clock: RunningClock
) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    with endless(202) as source:
        endless_bank = IsoHttpBank(url=source.url, api_key="k", timeout_s=WAIT_MAX_S)
        talking = DueJobs(PayoutSender(lambda _: endless_bank))
        is_silent(lambda: talking.run(context, DZ))
    assert only_batch(context).status is FileStatus.UNKNOWN and of_claim(context).status == "unknown"
    clock.move(seconds=3)
    paying.run(context, DZ)
    assert only_batch(context).status is FileStatus.READY, "the bank was asked, and has never seen it"


def test_killed_after_the_file_was_stored(context: ServiceContext, made: Office, bank: Bank, paying: DueJobs) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    assert paying.gather(context, DZ) == 1  # and here the process dies
    assert of_claim(context).status == "batched"
    assert paying.gather(context, DZ) == 0
    until_sent(context, paying)
    assert _files(bank, context) == 1


@pytest.mark.parametrize("was_sent", [True, False])
def test_killed_while_sending_is_a_doubt_and_is_asked(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, clock: RunningClock, was_sent: bool
) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    paying.gather(context, DZ)
    batch = only_batch(context)
    body = _stored(context, batch)
    paying.sending.change(context, DZ, batch, rule=rules.begin_sending)
    if was_sent:
        paying.bank_of(funds()[DZ]).send_file(body, message_id=batch.batch_id)  # and here the process dies
    assert paying.run(context, DZ) == 0, "somebody may still be at it"
    for _ in range(8):
        clock.move(seconds=16)
        paying.run(context, DZ)
    assert of_claim(context).status == "paid" and _files(bank, context) == 1
    assert bank.log("file-duplicate") == []


def test_the_file_rests_sealed(context: ServiceContext, made: Office, paying: DueJobs) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    paying.gather(context, DZ)
    everything = {name: list(context.database[name].find()) for name in context.database.list_collection_names()}
    assert RIB not in json.dumps(everything, default=str) and "Inventée" not in json.dumps(everything, default=str)
    assert RIB.encode() in _stored(context, only_batch(context))


def test_one_payout_a_claim(context: ServiceContext, made: Office) -> None:
    handle(context, service, persons({AMIRA: RIB}), approved())
    handle(context, service, approved(approved_at=context.clock()))
    assert of_claim(context).amount_minor == 32_000
    assert balance(made, f"payable:{AMIRA}") == ("320.00", "credit")


def _stored(context: ServiceContext, batch: PayoutBatch) -> bytes:
    return b"".join(blobs.read(context, DZ, blobs.Blob(batch.sha256, batch.size, DataClass.BANK)))


def _files(bank: Bank, context: ServiceContext) -> int:
    batch_id = only_batch(context).batch_id
    return len([facts for facts in bank.log("file-taken") if facts["message_id"] == batch_id])


# --- Verdicts at every level ------------------------------------------------------------------------------------------


def verdict(batch: PayoutBatch, *, group: str = "", below: str = "") -> bytes:
    """A pain.002 on the whole file; `{id}` in what stands below is the file's own id."""
    body = status_report(below.replace("{id}", batch.batch_id), group=group).decode()
    counted = body.replace("<OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>4500.00</OrgnlCtrlSum>", "")
    return counted.replace("<OrgnlMsgId>MSG-1<", f"<OrgnlMsgId>{batch.batch_id}<").encode()


def sent_file(context: ServiceContext, paying: DueJobs) -> PayoutBatch:
    """Three payouts of 320.00 in a file that the bank has."""
    claims = [approved(claim, person_ref=AMIRA) for claim in ("c1", "c2", "c3")]
    handle(context, service, persons({AMIRA: RIB}), *claims)
    paying.run(context, DZ)
    assert only_batch(context).status is FileStatus.SENT
    return only_batch(context)


def statuses(context: ServiceContext) -> list[str]:
    return [str(of_claim(context, claim).status) for claim in ("c1", "c2", "c3")]


AM04 = "<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>"
BLOCK = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{{id}}</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>{AM04}</OrgnlPmtInfAndSts>"


@pytest.mark.parametrize("group", ["", "<GrpSts>PART</GrpSts>", "<GrpSts>ACCP</GrpSts>"])
def test_p01_a_block_that_is_refused_returns_all_of_its_payouts(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, clock: RunningClock, group: str
) -> None:
    bank.fault("webhook-not-sent")
    batch = sent_file(context, paying)
    bank.answer(batch.batch_id, verdict(batch, group=group, below=BLOCK))
    paying.run(context, DZ)
    assert statuses(context) == ["returned"] * 3
    assert {of_claim(context, claim).steps[-1].about for claim in ("c1", "c2", "c3")} == {"AM04"}
    assert published(context).count("payments.benefit-returned") == 3
    clock.move(minutes=5)
    for _ in range(2):
        paying.run(context, DZ)
        clock.move(minutes=5)
    assert only_batch(context).status is FileStatus.CLOSED
    clock.ahead = timedelta()
    assert balance(made, f"payable:{AMIRA}")[0] == "960.00"


def test_p01_a_refusal_counts_while_the_bank_is_still_at_the_others(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, clock: RunningClock
) -> None:
    bank.fault("webhook-not-sent")
    batch = sent_file(context, paying)
    first = of_claim(context).end_to_end_id
    below = (
        "<OrgnlPmtInfAndSts><OrgnlPmtInfId>{id}</OrgnlPmtInfId><PmtInfSts>PDNG</PmtInfSts><TxInfAndSts>"
        f"<OrgnlEndToEndId>{first}</OrgnlEndToEndId><TxSts>RJCT</TxSts>{AM04}</TxInfAndSts>"
        "<TxInfAndSts><OrgnlEndToEndId>somebody-else-s</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts>"
        "</OrgnlPmtInfAndSts>"
    )
    bank.answer(batch.batch_id, verdict(batch, group="<GrpSts>PART</GrpSts>", below=below))
    paying.run(context, DZ)
    assert statuses(context) == ["returned", "sent", "sent"] and only_batch(context).status is FileStatus.SENT
    bank.answer(batch.batch_id, verdict(batch, below=BLOCK))
    clock.move(minutes=5)
    paying.run(context, DZ)
    assert statuses(context) == ["returned"] * 3 and published(context).count("payments.benefit-returned") == 3


def test_p01_a_refusal_after_acceptance_counts(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, clock: RunningClock
) -> None:
    bank.fault("webhook-not-sent")
    batch = sent_file(context, paying)
    bank.answer(batch.batch_id, verdict(batch, group="<GrpSts>ACSC</GrpSts>"))
    paying.run(context, DZ)
    assert only_batch(context).status is FileStatus.REPORTED and statuses(context) == ["sent"] * 3
    bank.answer(batch.batch_id, verdict(batch, below=BLOCK))
    paying.sending._report_again(context, DZ, only_batch(context))
    assert statuses(context) == ["returned"] * 3


def test_p01_a_bank_that_never_says_more_than_accepted_is_paid_by_all_the_same(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, clock: RunningClock
) -> None:
    bank.fault("webhook-not-sent")
    batch = sent_file(context, paying)
    bank.answer(batch.batch_id, verdict(batch, group="<GrpSts>ACSP</GrpSts>"))
    for _ in range(4):
        paying.run(context, DZ)
        clock.move(minutes=5)
    assert statuses(context) == ["paid"] * 3 and only_batch(context).status is FileStatus.CLOSED


# --- Files that a bank should never send ------------------------------------------------------------------------------

COLLECTIONS = funds()[DZ].payments.collections.number


def test_b04_a_file_of_nothing_keeps_no_good_file_from_being_taken(
    context: ServiceContext, made: Office, bank: Bank, fetching: DueJobs, clock: RunningClock
) -> None:
    open_obligation(context)
    reference = see(context, ask(made, "transfer")).reference
    ours = f"<Othr><Id>{COLLECTIONS}</Id></Othr>"
    good = detail(amount="", more=f"<RmtInf><Ustrd>{reference}</Ustrd></RmtInf>")
    files = [
        notice(entry("0.00", direction="CRDT"), account=ours),
        b"<Document/>",
        b"no file at all",
        notice(entry("3150.25", direction="CRDT", details=good), account=ours),
    ]
    for body in files:
        bank.announce_statement(body)
    bank.deliver(made, len(files))
    for _ in range(3):
        fetching.run(context, DZ)
        clock.move(seconds=5)
    clock.ahead = timedelta()
    assert made.employer(FIRM).get("/declarations/d1/collections").json["paid"] == "3150.25"
    assert made.staff().get("/differences").json["items"] == []


PAYOUTS = funds()[DZ].payments.payouts.number


@pytest.mark.parametrize("written", [COLLECTIONS, f"{COLLECTIONS[:3]} {COLLECTIONS[3:8]} {COLLECTIONS[8:]}", "iban"])
def test_b06_what_is_ours_is_booked_and_the_rest_waits_for_a_person(
    context: ServiceContext, made: Office, bank: Bank, fetching: DueJobs, written: str
) -> None:
    """A notification of an account that is not ours, an entry in euros, a payment of ours, in one file."""
    open_obligation(context)
    reference = see(context, ask(made, "transfer")).reference
    number = iban(COLLECTIONS) if written == "iban" else written
    account = f"<IBAN>{number}</IBAN>" if written == "iban" else f"<Othr><Id>{number}</Id></Othr>"
    paid = detail(amount="", more=f"<RmtInf><Ustrd>{reference}</Ustrd></RmtInf>")
    euros = entry("12.00", ccy="EUR", direction="CRDT").replace("BANK-1", "BANK-2")
    whole = notice(euros, entry("3150.25", direction="CRDT", details=paid), account=account)
    other = notice(entry("12.00"), account="<Othr><Id>00100100162000003363</Id></Othr>")
    both = whole.replace(b"<Ntfctn>", b"<Ntfctn>" + inner(other) + b"</Ntfctn><Ntfctn>", 1)
    bank.announce_statement(both)
    bank.deliver(made)
    assert fetching.run(context, DZ) == 1 and fetching.run(context, DZ) == 0
    assert made.employer(FIRM).get("/declarations/d1/collections").json["paid"] == "3150.25"
    waiting = banking_store.unmatched(reading(context), wanted=PageRequest()).items
    assert sorted((each.amount_minor, each.currency, str(each.why)) for each in waiting) == [
        (1_200, "DZD", "account-foreign"),
        (1_200, "EUR", "currency-foreign"),
    ]
    assert {each.account for each in waiting} == {"foreign"}
    assert any("12.00 EUR" in each.details.text for each in waiting)


def inner(body: bytes) -> bytes:
    return body.partition(b"<Ntfctn>")[2].partition(b"</Ntfctn>")[0]


def iban(number: str, country: str = "DZ") -> str:
    digits = int("".join(str(int(character, 36)) for character in f"{number}{country}00"))
    return f"{country}{98 - digits % 97:02d}{number}"


def test_b02_one_debit_of_the_file_pays_all_of_it(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, fetching: DueJobs
) -> None:
    bank.fault("webhook-not-sent")
    batch = sent_file(context, paying)
    reported = f"<Btch><PmtInfId>{batch.batch_id}</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"
    body = notice(entry("960.00", details=reported), account=f"<Othr><Id>{PAYOUTS}</Id></Othr>")
    for _ in range(2):
        bank.announce_statement(body)
    bank.deliver(made, 2)
    fetching.run(context, DZ)
    assert statuses(context) == ["paid"] * 3 and published(context).count("payments.benefit-paid") == 3
    assert balance(made, "bank:payouts") == ("960.00", "credit")
    assert not banking_store.unmatched(reading(context), wanted=PageRequest()).items


def test_b02_payments_of_one_debit_without_references_of_their_own_are_all_paid(
    context: ServiceContext, made: Office, bank: Bank, paying: DueJobs, fetching: DueJobs
) -> None:
    bank.fault("webhook-not-sent")
    batch = sent_file(context, paying)
    listed = "".join(
        detail(of_claim(context, claim).end_to_end_id, amount='<Amt Ccy="DZD">320.00</Amt>')
        for claim in ("c1", "c2", "c3")
    )
    reported = f"<Btch><PmtInfId>{batch.batch_id}</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"
    body = notice(entry("960.00", details=reported + listed), account=f"<Othr><Id>{PAYOUTS}</Id></Othr>")
    bank.announce_statement(body)
    bank.deliver(made)
    fetching.run(context, DZ)
    assert statuses(context) == ["paid"] * 3 and balance(made, "bank:payouts") == ("960.00", "credit")


def test_b07_charges_are_not_taken_from_what_was_paid(
    context: ServiceContext, made: Office, bank: Bank, fetching: DueJobs
) -> None:
    open_obligation(context)
    reference = see(context, ask(made, "transfer")).reference
    more = f'<Chrgs><Rcrd><Amt Ccy="DZD">15.00</Amt></Rcrd></Chrgs><RmtInf><Ustrd>{reference}</Ustrd></RmtInf>'
    paid = detail(amount='<Amt Ccy="DZD">3150.25</Amt>', more=more)
    account = f"<Othr><Id>{COLLECTIONS}</Id></Othr>"
    bank.announce_statement(notice(entry("3135.25", direction="CRDT", details=paid), account=account))
    bank.deliver(made)
    fetching.run(context, DZ)
    assert made.employer(FIRM).get("/declarations/d1/collections").json["paid"] == "3150.25"
    assert balance(made, "bank:collections") == ("3135.25", "debit")


def test_b04_what_fails_as_nobody_foresaw_is_put_off_and_the_others_are_taken(
    context: ServiceContext, made: Office, bank: Bank, fetching: DueJobs, clock: RunningClock
) -> None:
    """More files that break the reader than one look takes: the good one behind them is taken all the same."""
    good = bank.announce_statement(notice(entry("0.00")))
    bank.deliver(made)
    for number in range(21):
        context.database["bank_statements"].insert_one(
            {**_kept_statement(context, good), "_id": f"{DZ}:bad-{number}", "statement_id": f"bad-{number}"}
        )
    left = {"is_scheduled": ""}  # as a release without the due queue would have written them
    context.database["bank_statements"].update_many({}, {"$unset": left})
    assert backfill_all(context, DZ, backfills=service.backfills) == 22
    breaking = Breaking(url=bank.url, api_key=API_KEY, timeout_s=WAIT_MAX_S)
    broken = DueJobs(StatementFetcher(lambda _: breaking))
    with capture_logs() as logs:
        for _ in range(3):
            broken.run(context, DZ)
    assert banking_store.statements.load(reading(context), good).next_look_at is None
    assert {line["error"] for line in logs if line["log_level"] == "error"} == {"ValueError"}


def test_what_an_earlier_release_left_waiting_at_the_bank_goes_on(
    context: ServiceContext, made: Office, bank: Bank, collecting: DueJobs, paying: DueJobs
) -> None:
    open_obligation(context)
    collection_id = ask(made)
    handle(context, service, persons({AMIRA: RIB}), approved())
    paying.gather(context, DZ)
    for name in ("collections", "batches"):
        context.database[name].update_many({}, {"$unset": {"is_scheduled": ""}})
    context.database["jobs"].delete_many({})
    assert (collecting.run(context, DZ), paying.run(context, DZ)) == (0, 0)
    assert [backfill_all(context, DZ, backfills=service.backfills) for _ in range(2)] == [2, 0]
    assert (collecting.run(context, DZ), paying.run(context, DZ)) == (1, 1)
    assert see(context, collection_id).status == "announced"
    assert only_batch(context).status is FileStatus.SENT


def test_a_file_of_the_bank_that_cannot_be_read_is_seen_by_operators(
    context: ServiceContext, made: Office, bank: Bank, fetching: DueJobs
) -> None:
    statement_id = bank.announce_statement(b"no file at all")
    bank.deliver(made)
    assert fetching.run(context, DZ) == 0
    (seen,) = made.staff().get("/operations/jobs?status=waiting").json["items"]
    assert (seen["job_id"], seen["attempts"]) == (f"statements.fetch:{statement_id}", 1)
    assert seen["last_error"] == "bank-file.not-readable"
    given_up = made.staff().post(f"/operations/jobs/{seen['job_id']}/giving-up", {"reason": "the bank sent it anew"})
    assert given_up.status_code == 202
    fetching.run(context, DZ)
    assert context.database["jobs"].count_documents({}) == 0
    assert banking_store.statements.load(reading(context), statement_id).next_look_at is None


class Breaking(IsoHttpBank):
    """A bank of whose files some break whoever reads them, in a way that nobody foresaw."""

    def statement(self, statement_id: str) -> BankNotice | None:
        if statement_id.startswith("bad"):
            raise ValueError("nobody foresaw this")
        return super().statement(statement_id)


def _kept_statement(context: ServiceContext, statement_id: str) -> dict[str, Any]:
    (row,) = context.database["bank_statements"].find({"statement_id": statement_id})
    return dict(row)
