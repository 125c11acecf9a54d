"""N03: delivery receipts are kept, and one that says no reaches the case. Through real SMPP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.notifications.channels.receipts import DeliveryReceipt, DeliveryState
from services.notifications.delivery import rules
from services.notifications.delivery.jobs import send_waiting
from services.notifications.delivery.periodic_tasks import BY, ReceiptReader
from services.notifications.delivery.providers import IncomingReceipt, SmsProvider
from services.notifications.messages import store
from services.notifications.wiring import service
from shared.kernel.outcome import Outcome
from shared.storage.service_context import ServiceContext
from tests.kit.contexts import DZ, TN, handle, make_unique_indexes, published
from tests.kit.people import AMIRA
from tests.kit.waiting import until
from tests.notifications import builders as made
from tests.notifications.delivery.test_jobs import later, sms_to
from tests.simulators.message_centre import Centre, message_centre


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One of their own: no receipt of another test's message comes here."""
    with message_centre(tmp_path_factory.mktemp("receipts")) as running:
        yield running


@pytest.fixture
def sms(centre: Centre) -> Iterator[SmsProvider]:
    provider = sms_to(centre)
    yield provider
    provider.close()


def number(ending: str = "9") -> str:
    return f"+2135{uuid4().int % 10 ** (8 - len(ending)):0{8 - len(ending)}d}{ending}"


def know(context: ServiceContext, mobile: str, *, fund_id: str = DZ) -> None:
    make_unique_indexes(service, context)
    contact = made.contact(AMIRA, fund_id=fund_id, mobile=mobile)
    person = made.RegisteredPerson(person_ref=AMIRA, civil=made.Encrypted("unread"), contact=contact, language="fr")
    handle(context, service, made.persons(person), fund_id=fund_id)


def message(context: ServiceContext) -> Any:
    """The SMS, with what its batch and the receipts know of it."""
    found: Any = context.database["messages"].find_one({"channel": "sms"})
    batch: Any = context.database["batches"].find_one({"batch_id": found["batch_id"]})
    arrived = context.database["delivered"].find_one({"message_ids": found["message_id"]})
    found["provider_id"] = batch["provider_ids"].get(found["message_id"], "")
    found["delivered_at"] = arrived and arrived["delivered_at"]
    return found


def received(context: ServiceContext, receiving: ReceiptReader) -> Any:
    """The message once its receipt has come and was kept."""

    def look() -> Any:
        receiving.run(context, DZ)
        found = message(context)
        return found if found["delivered_at"] or found["status"] == "undelivered" else None

    return until(look)


def test_n03_a_receipt_that_says_yes_is_kept(context: ServiceContext, sms: SmsProvider) -> None:
    know(context, number())
    handle(context, service, made.claim_paid())
    send_waiting(context, DZ, provider=sms)
    found = received(context, ReceiptReader(sms))
    assert (found["status"], found["reason"]) == ("sent", None) and found["delivered_at"] is not None
    assert published(context) == ["notifications.message-sent"]


FORMS = [(), ("sms-receipt-first",), ("sms-receipt-in-parameters",), ("sms-receipt-in-decimal",)]


@pytest.mark.parametrize("faults", [*FORMS, ("sms-receipt-in-parameters", "sms-receipt-in-decimal")], ids=str)
@pytest.mark.parametrize("is_same_process", [True, False], ids=["one process", "after a restart"])
def test_n03_a_receipt_that_says_no_reaches_the_case(
    context: ServiceContext, centre: Centre, sms: SmsProvider, faults: tuple[str, ...], is_same_process: bool
) -> None:
    know(context, number("0001"))
    handle(context, service, made.claim_paid())
    for fault in faults:
        centre.fault(fault)
    send_waiting(context, DZ, provider=sms)
    if not is_same_process:
        sms._taken.clear()
    found = received(context, ReceiptReader(sms))
    assert (found["status"], found["reason"]) == ("undelivered", "delivery.undelivered")
    assert published(context) == ["notifications.message-sent", "notifications.message-undelivered"]
    (event,) = [
        each
        for document in context.database["outbox"].find()
        for each in document["events"]  # type: ignore[attr-defined]
        if each["type"].endswith("undelivered")
    ]
    assert b'"about":"c1"' in bytes(event["body"]) and event["key"] == f"{DZ}:{found['message_id']}"


def bring(sms: SmsProvider, **facts: Any) -> list[bool]:
    """A receipt as the line brings it; what the centre hears."""
    replies: list[bool] = []
    receipt = DeliveryReceipt(**{"delivery": DeliveryState.FAILED, "status": "UNDELIV", **facts})
    sms.incoming.put(IncomingReceipt(receipt, replies.append))
    return replies


def sent(context: ServiceContext, sms: SmsProvider) -> Any:
    """A message to somebody whose receipt never comes by itself; from another process than the one that looks."""
    know(context, number("0002"))
    handle(context, service, made.claim_paid())
    send_waiting(context, DZ, provider=sms)
    sms._taken.clear()
    return message(context)


def test_n03_a_receipt_twice_is_one_and_the_first_that_decides_counts(
    context: ServiceContext, sms: SmsProvider
) -> None:
    receiving, provider_id = ReceiptReader(sms), sent(context, sms)["provider_id"]
    replies = [
        bring(sms, provider_id=provider_id, delivery=DeliveryState.UNDER_WAY, status="ENROUTE"),
        bring(sms, provider_id=provider_id, status="EXPIRED"),
        bring(sms, provider_id=provider_id, status="EXPIRED"),
    ]
    receiving.run(context, DZ)
    replies.append(bring(sms, provider_id=provider_id, delivery=DeliveryState.DELIVERED, status="DELIVRD"))
    receiving.run(context, DZ)
    assert replies == [[True]] * 4
    found = message(context)
    assert (found["status"], found["reason"]) == ("undelivered", "delivery.expired-on-the-way")
    assert published(context).count("notifications.message-undelivered") == 1


def test_n03_a_receipt_of_a_message_that_is_still_being_sent_waits_for_it(
    context: ServiceContext, centre: Centre, sms: SmsProvider
) -> None:
    """The centre's answer came, and its receipt right behind it: before the answer was kept."""
    know(context, number("0001"))
    handle(context, service, made.claim_paid())
    receiving = ReceiptReader(sms)

    class Slow(SmsProvider):
        def send(self, messages: Any, **more: Any) -> Any:
            answers = sms.send(messages, **more)
            until(lambda: receiving.run(context, DZ))
            return answers

    send_waiting(context, DZ, provider=Slow(centre=sms.centre))
    assert message(context)["status"] == "sent"
    assert context.database["receipts"].count_documents({}) == 1
    assert received(context, receiving)["status"] == "undelivered"
    assert context.database["receipts"].count_documents({}) == 0


def test_n03_a_receipt_of_nobody_is_taken_off_the_centre_in_the_end(
    context: ServiceContext, sms: SmsProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(context, sms)
    receiving, replies = ReceiptReader(sms), bring(sms, provider_id="nobody-s")
    receiving.run(context, DZ)
    assert replies == [], "its message may only not be known yet"
    monkeypatch.setattr(rules, "GRACE", timedelta(0))
    receiving.run(context, DZ)
    assert replies == [False], "the centre is to bring it again"
    monkeypatch.setattr(rules, "EARLY", timedelta(0))
    replies = bring(sms, provider_id="nobody-s")
    receiving.run(context, DZ)
    assert replies == [True] and message(context)["status"] == "sent"


def test_n03_a_receipt_finds_the_fund_that_sent(context: ServiceContext, sms: SmsProvider) -> None:
    know(context, "+21622120002", fund_id=TN)
    handle(context, service, made.claim_paid(), fund_id=TN)
    send_waiting(context, TN, provider=sms)
    sms._taken.clear()
    replies = bring(sms, provider_id=message(context)["provider_id"])
    receiving = ReceiptReader(sms)
    assert receiving.run(context, TN) == 0 and replies == [], "one turn serves all funds"
    assert receiving.run(context, DZ) == 1 and replies == [True]
    assert (message(context)["status"], message(context)["fund"]) == ("undelivered", TN)


def test_n03_a_number_counted_in_two_bases_means_the_message_to_that_recipient(
    context: ServiceContext, sms: SmsProvider
) -> None:
    """Message 10 was answered as hexadecimal `10`, and is receipted as decimal `16`; another message is `16`."""
    make_unique_indexes(service, context)
    first, second = number("0002"), number("0002")
    handle(context, service, made.persons(made.person("p1", mobile=first), made.person("p2", mobile=second)))
    handle(context, service, made.cards("p1", "p2"))
    send_waiting(context, DZ, provider=sms)
    sms._taken.clear()
    owners = {row["message_id"]: row["owner_id"] for row in context.database["messages"].find({"channel": "sms"})}
    names = {message_id: {"p1": "10", "p2": "16"}[str(owner_id)] for message_id, owner_id in owners.items()}
    named = {"provider_ids": names, "provider_keys": ["10", "16"]}
    context.database["batches"].update_one({"channel": "sms"}, {"$set": named})
    bring(sms, provider_id="16", recipient=first.lstrip("+"))
    ReceiptReader(sms).run(context, DZ)
    statuses = {row["owner_id"]: row["status"] for row in context.database["messages"].find({"channel": "sms"})}
    assert statuses == {"p1": "undelivered", "p2": "sent"}


def test_n03_what_cannot_be_kept_now_is_brought_again(context: ServiceContext, sms: SmsProvider) -> None:
    replies: list[bool] = []
    full = SmsProvider(centre=sms.centre)
    full.incoming.maxsize = 1
    receipt = DeliveryReceipt("7", DeliveryState.FAILED, "UNDELIV")
    full._take(receipt, replies.append)
    full._take(receipt, replies.append)
    assert replies == [False]


def test_n03_receipts_left_by_a_process_that_ended_are_taken_up(context: ServiceContext, sms: SmsProvider) -> None:
    found = sent(context, sms)
    receipt = store.Receipt(message_id=found["message_id"], reason="delivery.rejected", received_at=context.clock())
    context.run(DZ, by=BY, cause="test", action=lambda uow: store.receipts.save(uow, Outcome(receipt)))
    ReceiptReader(sms).run(later(context, timedelta(0)), DZ)
    assert (message(context)["status"], message(context)["reason"]) == ("undelivered", "delivery.rejected")


def test_n03_a_receipt_of_a_message_that_an_earlier_release_sent_finds_it(
    context: ServiceContext, sms: SmsProvider
) -> None:
    """It kept the centre's name in the message, and none by which a batch is found."""
    found = sent(context, sms)
    context.database["batches"].update_many({}, {"$unset": {"provider_keys": 1}})
    change = {"provider_id": "AB7", "provider_key": "ab7"}
    context.database["messages"].update_one({"message_id": found["message_id"]}, {"$set": change})
    replies = bring(sms, provider_id="AB7")
    ReceiptReader(sms).run(context, DZ)
    assert replies == [True] and message(context)["status"] == "undelivered"


def test_n03_of_a_message_that_arrived_a_later_no_does_not_count(context: ServiceContext, sms: SmsProvider) -> None:
    provider_id = sent(context, sms)["provider_id"]
    bring(sms, provider_id=provider_id, delivery=DeliveryState.DELIVERED, status="DELIVRD")
    ReceiptReader(sms).run(context, DZ)
    bring(sms, provider_id=provider_id, status="EXPIRED")
    ReceiptReader(sms).run(context, DZ)
    found = message(context)
    assert found["status"] == "sent" and found["delivered_at"] is not None
    assert published(context) == ["notifications.message-sent"]


def test_n03_receipts_that_come_together_are_kept_in_one_row(context: ServiceContext, sms: SmsProvider) -> None:
    """One for each would cost what the message does."""
    make_unique_indexes(service, context)
    handle(context, service, made.persons(*(made.person(f"p{n}", mobile=number("0002")) for n in range(5))))
    handle(context, service, made.cards(*(f"p{n}" for n in range(5))))
    send_waiting(context, DZ, provider=sms)
    (batch,) = context.database["batches"].find({"channel": "sms"})
    for name in batch["provider_ids"].values():  # type: ignore[attr-defined]
        bring(sms, provider_id=name, delivery=DeliveryState.DELIVERED, status="DELIVRD")
    ReceiptReader(sms).run(context, DZ)
    (row,) = context.database["delivered"].find()
    assert sorted(row["message_ids"]) == sorted(batch["provider_ids"])  # type: ignore[call-overload]
