"""Messages leave the house, through real SMTP and SMPP: sent, refused, put off, in doubt, and over a dead sender."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

import pytest
from pymongo.database import Database
from structlog.testing import capture_logs

from deploy.local.programs import free_port
from services.notifications.channels.smpp import SmsCentre
from services.notifications.channels.smtp import MailServer, Security
from services.notifications.delivery import rules
from services.notifications.delivery.jobs import SECOND_LOOK_AFTER, backfills, jobs, send_waiting
from services.notifications.delivery.providers import MailProvider, Provider, SmsProvider
from services.notifications.delivery.rules import ProviderUnavailable
from services.notifications.messages.rules import LATER
from services.notifications.wiring import service
from shared.bus import envelope
from shared.bus.dead_letters import ReceivedRecord
from shared.bus.inbox import Inbox
from shared.funds.bindings import Bindings, Senders
from shared.jobs import queue
from shared.jobs.job import JobStatus
from shared.jobs.runner import Runner
from shared.process.backfills import backfill_all
from shared.storage.paging import PageRequest
from shared.storage.service_context import ServiceContext
from shared.telemetry import failpoints
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, context_on, funds, handle, make_unique_indexes, parked, published, reading, someone
from tests.kit.people import AMIRA
from tests.notifications import builders as made
from tests.simulators.message_centre import Centre

OUR_TAG = 0x1401

WAITS = [timedelta(seconds=wait_s) for wait_s in rules.RETRY_WAITS.waits_s]


def mail_to(centre: Centre, *, port: int | None = None) -> MailProvider:
    server = MailServer("127.0.0.1", port or centre.smtp_port, Security.NONE, timeout_s=2)
    return MailProvider(server=server, sender="caisse@example.org")


def sms_to(centre: Centre, *, port: int | None = None) -> SmsProvider:
    return SmsProvider(
        centre=SmsCentre(
            host="127.0.0.1",
            port=port or centre.smpp_port,
            system_id="himaya",
            password="invented",
            sender="CNAS",
            window_max=20,
            timeout_s=2,
            message_id_tag=OUR_TAG,
        )
    )


@pytest.fixture
def sms(centre: Centre) -> Iterator[SmsProvider]:
    provider = sms_to(centre)
    yield provider
    provider.close()


@pytest.fixture
def mail(centre: Centre) -> MailProvider:
    return mail_to(centre)


class Amira:
    """Somebody with addresses of this test's own."""

    def __init__(self) -> None:
        self.email = f"amira.{uuid4().hex[:10]}@example.org"
        self.mobile = f"+2135{uuid4().int % 10**7:07d}9"


@pytest.fixture
def amira(context: ServiceContext) -> Amira:
    amira = Amira()
    know(context, email=amira.email, mobile=amira.mobile)
    return amira


def know(context: ServiceContext, **contact: str) -> None:
    make_unique_indexes(service, context)
    handle(context, service, made.persons(made.person(**contact)))


def write_about_cards(context: ServiceContext, mobiles: Mapping[str, str]) -> None:
    """Many persons, each with a mobile number, have a message about their card."""
    make_unique_indexes(service, context)
    handle(context, service, made.persons(*(made.person(each, mobile=mobile) for each, mobile in mobiles.items())))
    handle(context, service, made.cards(*mobiles))


def statuses(context: ServiceContext, channel: str) -> list[tuple[str, str | None]]:
    return [(row["status"], row["reason"]) for row in context.database["messages"].find({"channel": channel})]  # type: ignore[misc]


def later(context: ServiceContext, wait: timedelta) -> ServiceContext:
    """The same service, some time on."""
    return ServiceContext(context.database, context.funds, context.keys, clock=RunningClock(wait))


# --- what leaves ------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_faults_left(centre: Centre) -> Iterator[None]:
    """A fault that a test asked for and did not meet would be met by the next one."""
    yield
    assert {fault["remaining"] for fault in centre.get("/_faults")["faults"]} == {0}


def test_an_sms_arrives_once_and_is_told(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider
) -> None:
    handle(context, service, made.claim_approved())
    assert send_waiting(context, DZ, provider=sms) == 1
    assert send_waiting(context, DZ, provider=sms) == 0
    (shown,) = centre.received(amira.mobile)
    assert shown["text"].startswith("CNAS : dossier CL260000000197 accordé") and shown["count"] == 1
    assert statuses(context, "sms") == [("sent", None)]
    assert published(context) == ["notifications.message-sent"]
    (batch,) = context.database["batches"].find({"channel": "sms"})
    message = context.database["messages"].find_one({"channel": "sms"})
    assert message is not None and shown["message_id"] == message["message_id"]
    assert list(batch["provider_ids"]) == [message["message_id"]] and batch["status"] == "done"  # type: ignore[call-overload]


def test_the_activation_link_arrives_by_mail_and_is_forgotten(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider
) -> None:
    handle(context, service, made.activation())
    assert send_waiting(context, DZ, provider=mail) == 1
    (shown,) = centre.received(amira.email)
    assert "https://portal.example.org/activation#s3cret" in shown["text"]
    assert 'dir="rtl"' in shown["html"] and shown["subject"] == "ص.و.ت.ا: تفعيل حسابكم"
    message = context.database["messages"].find_one({})
    assert message is not None and (message["status"], message["sealed"]) == ("sent", {})
    assert shown["message_id"] == f"{message['message_id']}@example.org"


def test_another_address_that_was_given_at_a_counter_is_told_to_the_former_one(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider
) -> None:
    former = Amira()
    handle(context, service, made.contact_corrected(mobile=former.mobile))
    assert send_waiting(context, DZ, provider=sms) == 1
    (shown,) = centre.received(former.mobile)
    assert "coordonnées ont été changées" in shown["text"]
    assert centre.received(amira.mobile) == [], "nothing goes to who may have changed it"
    message = context.database["messages"].find_one({"channel": "sms"})
    assert message is not None and message["sealed"] == {}
    assert former.mobile[4:] not in repr(list(context.database["messages"].find()))


def test_a_fund_s_messages_leave_as_its_own(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider, mail: MailProvider
) -> None:
    senders = Senders(mail_from="no-reply@fund.example", sms_name="FUND 1")
    fund = funds()[DZ]
    bound = replace(fund, sections=replace(fund.sections, bindings=Bindings(senders=senders)))
    own = ServiceContext(context.database, {**context.funds, DZ: bound}, context.keys)
    handle(own, service, made.claim_approved(), made.activation())
    assert send_waiting(own, DZ, provider=sms) == 1 and send_waiting(own, DZ, provider=mail) > 0
    (text,), (letter, *_) = centre.received(amira.mobile), centre.received(amira.email)
    assert text["from"] == "FUND 1" and "<no-reply@fund.example>" in letter["from"]
    assert letter["message_id"].endswith("@fund.example")


@pytest.mark.parametrize(
    "wrong", [{"mail_from": "nobody"}, {"mail_from": "a@b\nc.example"}, {"sms_name": "TWELVE SIGNS"}, {"sms_name": "é"}]
)
def test_senders_that_no_provider_takes_are_refused_with_the_definition(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is a"):
        Senders(**wrong)


def test_a_link_that_is_no_longer_good_is_not_sent(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider
) -> None:
    handle(context, service, made.activation(expires_at=context.clock() + timedelta(minutes=5)))
    send_waiting(later(context, timedelta(minutes=6)), DZ, provider=mail)
    assert centre.received(amira.email) == []
    assert statuses(context, "email") == [("failed", "delivery.expired")]


def test_what_is_urgent_leaves_first(context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider) -> None:
    handle(context, service, made.claim_submitted())
    handle(context, service, made.claim_approved())
    handle(context, service, made.activation())
    assert send_waiting(context, DZ, provider=mail) == 3
    first, *_ = centre.received(amira.email)
    assert "تفعيل حسابكم" in first["subject"]


def test_a_page_of_hundreds_arrives_once_each(context: ServiceContext, centre: Centre, sms: SmsProvider) -> None:
    first = uuid4().int  # all numbers of the page differ: by chance alone two of 250 met in one run of thirty
    mobiles = {f"p{number:024d}": f"+21366{(first + number) % 10**6:06d}9" for number in range(250)}
    write_about_cards(context, mobiles)
    assert parked(context) == []
    assert send_waiting(context, DZ, provider=sms) == 0  # so many wait until the cards of the other pages are done
    assert send_waiting(later(context, LATER), DZ, provider=sms) == 250
    assert set(statuses(context, "sms")) == {("sent", None)}
    assert all([each["count"] for each in centre.received(mobile)] == [1] for mobile in set(mobiles.values()))
    assert published(context).count("notifications.message-sent") == 250


def test_one_that_is_refused_does_not_hold_up_its_batch(
    context: ServiceContext, centre: Centre, sms: SmsProvider
) -> None:
    make_unique_indexes(service, context)
    reached, refused = f"+21368{uuid4().int % 10**6:06d}9", "+213680000000"
    handle(context, service, made.persons(made.person("p1", mobile=reached), made.person("p2", mobile=refused)))
    handle(context, service, made.cards("p1", "p2"))
    assert send_waiting(context, DZ, provider=sms) == 2
    assert sorted(statuses(context, "sms"), key=str) == [("failed", "sms.number-refused"), ("sent", None)]
    assert sorted(published(context)) == ["notifications.message-failed", "notifications.message-sent"]


def test_claims_leave_in_windows_and_over_several_connections(
    context: ServiceContext, centre: Centre, sms: SmsProvider
) -> None:
    """Batches of several transactions are marked, sent and settled in two."""
    make_unique_indexes(service, context)
    people = {f"p{number:024d}": f"{uuid4().hex[:12]}@example.org" for number in range(45)}
    handle(
        context, service, *(made.persons(made.person(ref, email=email), page_id=ref) for ref, email in people.items())
    )
    for ref in people:
        handle(context, service, made.claim_paid(person_ref=ref, claim_id=f"c-{ref}"))
    assert context.database["batches"].count_documents({"channel": "email"}) == 45
    passed: list[str] = []
    failpoints.watch(passed.append)
    try:
        assert send_waiting(context, DZ, provider=replace(mail_to(centre), connections_max=4)) == 45
    finally:
        failpoints._watchers.remove(passed.append)
    assert passed.count("work.committed") == 2, "one to mark all, one to keep all answers"
    assert set(statuses(context, "email")) == {("sent", None)}
    assert all([each["count"] for each in centre.received(email)] == [1] for email in people.values())
    assert published(context).count("notifications.message-sent") == 45


def test_the_messages_of_one_transaction_share_a_batch_and_each_keeps_its_trace(
    context: ServiceContext, centre: Centre, mail: MailProvider
) -> None:
    """Where each claim is an event, one for each would cost as much as the message itself."""
    know(context, email=f"{uuid4().hex}@example.org")
    events = [made.claim_paid(claim_id=f"c{number}") for number in range(5)]
    traces = [f"00-{number:032x}-{number:016x}-00" for number in range(1, 6)]
    stranger = context.make_uow(DZ, by=someone(), cause="", at=context.clock(), writes=None)
    for event in events:
        stranger.publish(event)
    for stored, trace in zip(stranger.events, traces, strict=True):
        stored["traceparent"] = trace  # type: ignore[index]
    records = [
        ReceivedRecord(each["id"], each["topic"], 0, offset, each["key"], envelope.headers(each), each["body"])
        for offset, each in enumerate(stranger.events)  # type: ignore[arg-type, call-overload]
    ]
    Inbox(context, service=service.name, reactions=service.all_reactions()).handle(records)
    (batch,) = context.database["batches"].find()
    assert batch["size"] == 5
    assert send_waiting(context, DZ, provider=mail) == 5
    (outbox,) = context.database["outbox"].find()
    published_in = {each["traceparent"] for each in outbox["events"]}  # type: ignore[attr-defined]
    assert published_in == set(traces)


# --- its jobs ---------------------------------------------------------------------------------------------------------


def run_due(context: ServiceContext, *providers: Provider) -> int:
    """What the jobs of a worker do now, one after the other; how many ran."""
    return Runner(context, [kind for provider in providers for kind in jobs(provider)]).run_due()


def waiting_jobs(context: ServiceContext) -> list[str]:
    return sorted(str(row["job_id"]) for row in context.database["jobs"].find())


def test_a_channel_has_a_job_while_something_waits_in_it(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider, sms: SmsProvider
) -> None:
    handle(context, service, made.claim_paid())
    assert waiting_jobs(context) == ["messages.send-email:waiting", "messages.send-sms:waiting"]
    assert run_due(context, mail, sms) == 2
    assert [statuses(context, channel) for channel in ("email", "sms")] == [[("sent", None)]] * 2
    assert len(waiting_jobs(context)) == 2, "each looks once more"
    assert run_due(later(context, SECOND_LOOK_AFTER), mail, sms) == 2
    assert waiting_jobs(context) == []


def test_a_job_runs_when_the_next_try_of_a_message_is_due(
    context: ServiceContext, centre: Centre, mail: MailProvider
) -> None:
    know(context, email=f"full.{uuid4().hex[:6]}@example.org")
    handle(context, service, made.claim_paid())
    run_due(context, mail)
    (job,) = context.database["jobs"].find()
    (batch,) = context.database["batches"].find({"status": "queued"})
    assert job["due_at"] == batch["due_at"] and batch["due_at"] > context.clock() + WAITS[0] / 2
    assert run_due(later(context, WAITS[0] + timedelta(seconds=1)), mail) == 1
    assert {row["tries"] for row in context.database["batches"].find({"status": "queued"})} == {2}


def test_a_provider_that_is_down_pauses_its_own_channel_and_costs_no_attempt(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider
) -> None:
    closed = sms_to(centre, port=free_port())
    handle(context, service, made.claim_paid())
    run_due(context, closed, mail)
    assert statuses(context, "email") == [("sent", None)]
    job: Any = context.database["jobs"].find_one({"job_id": "messages.send-sms:waiting"})
    assert (job["status"], job["attempts"], job["last_error"]) == ("waiting", 0, "delivery.provider-in-trouble")
    closed.close()


def break_one(context: ServiceContext, about: str) -> dict[str, Any]:
    """A message that cannot be put into words, for a fault of ours."""
    broken = {"about": about, "channel": "email"}
    context.database["messages"].update_one(broken, {"$set": {"parameters": {}}})
    return broken


def run_for_hours(context: ServiceContext, provider: Provider) -> None:
    for minutes in (0, 1, 2, 3, 5, 10, 20, 60, 120, 180, 240):
        run_due(later(context, timedelta(minutes=minutes)), provider)


@pytest.mark.parametrize("is_one_batch", [True, False], ids=["in one batch", "in a batch each"])
def test_one_that_cannot_be_put_into_words_leaves_the_others_alone_and_waits_for_an_operator(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider, is_one_batch: bool
) -> None:
    events = [made.claim_paid(claim_id=f"c{number}") for number in range(4)]
    for together in [events] if is_one_batch else [[event] for event in events]:
        handle(context, service, *together)
    broken = break_one(context, "c1")
    with capture_logs():
        for seconds in (0, 3, 6, 9):
            run_due(later(context, timedelta(seconds=seconds)), mail)
        assert sum(each["count"] for each in centre.received(amira.email)) == 3, "a few seconds later"
        run_for_hours(context, mail)
    left: Any = context.database["messages"].find_one(broken)
    assert left["status"] == "queued"
    (failed,) = queue.page(reading(context), status=JobStatus.FAILED, wanted=PageRequest())
    assert failed.job_id == f"messages.send-email-alone:{left['batch_id']}" and failed.last_error
    assert [each["count"] for each in centre.received(amira.email)] == [1] * 3
    handle(context, service, made.claim_paid(claim_id="c9"))
    run_due(later(context, timedelta(hours=5)), mail)
    assert len(centre.received(amira.email)) == 4, "what comes later is not held up"


def test_an_operator_has_a_batch_sent_again(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider
) -> None:
    handle(context, service, made.claim_paid(claim_id="c1"))
    mended: Any = context.database["messages"].find_one({"about": "c1", "channel": "email"})
    broken = break_one(context, "c1")
    with capture_logs():
        run_for_hours(context, mail)
    context.database["messages"].update_one(broken, {"$set": {"parameters": mended["parameters"]}})
    (failed,) = queue.page(reading(context), status=JobStatus.FAILED, wanted=PageRequest())
    context.run(DZ, by=someone(), cause="operator", action=lambda uow: queue.retry(uow, failed.job_id))
    run_due(later(context, timedelta(hours=5)), mail)
    assert statuses(context, "email") == [("sent", None)]
    assert [each["count"] for each in centre.received(amira.email)] == [1]
    assert not [each for each in waiting_jobs(context) if "alone" in each]


def test_the_messages_of_a_batch_that_an_operator_gives_up_say_so(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider
) -> None:
    handle(context, service, made.claim_paid(claim_id="c1"))
    break_one(context, "c1")
    with capture_logs():
        run_for_hours(context, mail)
    (failed,) = queue.page(reading(context), status=JobStatus.FAILED, wanted=PageRequest())
    action = partial(queue.give_up, job_id=failed.job_id, reason="the claim was a test")
    context.run(DZ, by=someone(), cause="operator", action=action)
    run_due(later(context, timedelta(hours=5)), mail)
    assert statuses(context, "email") == [("failed", rules.BY_OPERATOR)]
    assert published(context) == ["notifications.message-failed"]
    assert {row["status"] for row in context.database["batches"].find({"channel": "email"})} == {"done"}
    assert not [each for each in waiting_jobs(context) if "email" in each]


def test_batches_that_an_earlier_release_left_get_the_job_of_their_channel(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider
) -> None:
    """It had no jobs, a batch for each message, and one of them in the hands of a sender that was killed."""
    handle(context, service, made.claim_paid(claim_id="c1"))
    handle(context, service, made.claim_paid(claim_id="c2"))
    context.database["jobs"].delete_many({})
    batches = context.database["batches"]
    batches.update_many({}, {"$unset": {"traces": 1, "provider_keys": 1}})
    first: Any = batches.find_one({"channel": "email"})
    sending = {"status": "sending", "tries": 1, "taken_at": context.clock() - rules.LEASE * 2}
    batches.update_one({"_id": first["_id"]}, {"$set": sending})
    assert backfill_all(context, DZ, backfills=[backfills]) == 2
    assert backfill_all(context, DZ, backfills=[backfills]) == 0
    run_due(context, mail)
    assert statuses(context, "email") == [("sent", None)] * 2
    assert len(centre.received(amira.email)) == 2


@pytest.mark.parametrize("fault", ["mail-answer-lost"])
def test_trouble_of_one_connection_leaves_at_most_one_mail_of_each_in_doubt(
    context: ServiceContext, centre: Centre, fault: str
) -> None:
    make_unique_indexes(service, context)
    people = {f"p{number:024d}": f"{uuid4().hex[:12]}@example.org" for number in range(30)}
    handle(
        context, service, *(made.persons(made.person(ref, email=email), page_id=ref) for ref, email in people.items())
    )
    for ref in people:
        handle(context, service, made.claim_paid(person_ref=ref, claim_id=f"c-{ref}"))
    centre.fault(fault)
    provider = replace(mail_to(centre), connections_max=3)
    with suppress(ProviderUnavailable):
        send_waiting(context, DZ, provider=provider)
    doubts = [row["doubts"] for row in context.database["batches"].find({"channel": "email", "status": "queued"})]
    assert doubts.count(1) == 1 and set(doubts) <= {0, 1}
    for passed in (timedelta(0), WAITS[0]):
        with suppress(ProviderUnavailable):
            send_waiting(later(context, passed), DZ, provider=provider)
    assert set(statuses(context, "email")) == {("sent", None)}
    assert sorted(each["count"] for email in people.values() for each in centre.received(email)) == [1] * 29 + [2]


# --- what does not ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "channel", "reason"),
    [
        ({"email": "nobody.1@example.org"}, "email", "mail.address-refused"),
        ({"mobile": "+213550000000"}, "sms", "sms.number-refused"),
    ],
)
def test_a_definite_refusal_fails_at_once(
    context: ServiceContext,
    centre: Centre,
    sms: SmsProvider,
    mail: MailProvider,
    contact: Any,
    channel: str,
    reason: str,
) -> None:
    know(context, **contact)
    handle(context, service, made.claim_paid())
    providers: dict[str, Provider] = {"email": mail, "sms": sms}
    send_waiting(context, DZ, provider=providers[channel])
    assert statuses(context, channel) == [("failed", reason)]
    assert published(context) == ["notifications.message-failed"]


def test_a_full_mailbox_is_tried_again_and_given_up_in_the_end(
    context: ServiceContext, centre: Centre, mail: MailProvider
) -> None:
    know(context, email=f"full.{uuid4().hex[:6]}@example.org")
    handle(context, service, made.claim_paid())
    passed = timedelta(0)
    for wait in WAITS:
        assert send_waiting(later(context, passed), DZ, provider=mail) == 1
        assert send_waiting(later(context, passed), DZ, provider=mail) == 0, "before its time"
        assert statuses(context, "email") == [("queued", None)]
        passed += wait + timedelta(seconds=5)
    send_waiting(later(context, passed), DZ, provider=mail)
    assert statuses(context, "email") == [("failed", rules.GIVEN_UP)]


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_provider_that_is_down_costs_no_try_and_loses_nothing(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider, mail: MailProvider, channel: str
) -> None:
    handle(context, service, made.claim_paid())
    closed: dict[str, Provider] = {
        "email": mail_to(centre, port=free_port()),
        "sms": sms_to(centre, port=free_port()),
    }
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            send_waiting(context, DZ, provider=closed[channel])
    (batch,) = context.database["batches"].find({"channel": channel})
    assert (batch["status"], batch["tries"]) == ("queued", 0)
    assert published(context) == []
    opened: dict[str, Provider] = {"email": mail, "sms": sms}
    assert send_waiting(context, DZ, provider=opened[channel]) == 1
    assert statuses(context, channel) == [("sent", None)]
    if isinstance(closed["sms"], SmsProvider):
        closed["sms"].close()


def test_a_centre_that_has_enough_gets_the_rest_later(
    context: ServiceContext, centre: Centre, sms: SmsProvider
) -> None:
    mobiles = {f"p{number:024d}": f"+21367{uuid4().int % 10**6:06d}9" for number in range(60)}
    write_about_cards(context, mobiles)
    centre.fault("sms-throttled")
    with pytest.raises(ProviderUnavailable):
        send_waiting(context, DZ, provider=sms)
    assert ("queued", None) in statuses(context, "sms")
    send_waiting(later(context, WAITS[0]), DZ, provider=sms)
    assert set(statuses(context, "sms")) == {("sent", None)}
    assert all([each["count"] for each in centre.received(mobile)] == [1] for mobile in set(mobiles.values()))


@pytest.mark.parametrize(("channel", "fault"), [("email", "mail-answer-lost"), ("sms", "sms-answer-lost")])
def test_a_message_whose_answer_is_lost_goes_once_more_under_its_id(
    context: ServiceContext,
    centre: Centre,
    amira: Amira,
    sms: SmsProvider,
    mail: MailProvider,
    channel: str,
    fault: str,
) -> None:
    providers: dict[str, Provider] = {"email": mail, "sms": sms}
    to = {"email": amira.email, "sms": amira.mobile}[channel]
    handle(context, service, made.claim_paid())
    centre.fault(fault)
    send_waiting(context, DZ, provider=providers[channel])
    assert statuses(context, channel) == [("queued", None)]
    send_waiting(later(context, WAITS[0]), DZ, provider=providers[channel])
    assert statuses(context, channel) == [("sent", None)]
    assert [each["count"] for each in centre.received(to)] == [2], "two copies of one message"


@pytest.mark.parametrize(("channel", "fault"), [("email", "mail-answer-lost"), ("sms", "sms-answer-lost")])
def test_a_message_that_was_in_doubt_twice_is_not_sent_a_third_time(
    context: ServiceContext,
    centre: Centre,
    amira: Amira,
    sms: SmsProvider,
    mail: MailProvider,
    channel: str,
    fault: str,
) -> None:
    providers: dict[str, Provider] = {"email": mail, "sms": sms}
    handle(context, service, made.claim_paid())
    centre.fault(fault, 2)
    send_waiting(context, DZ, provider=providers[channel])
    for passed in (WAITS[0], timedelta(days=1)):
        send_waiting(later(context, passed), DZ, provider=providers[channel])
    assert statuses(context, channel) == [("unknown", rules.NOBODY_KNOWS)]
    assert published(context) == ["notifications.message-failed"]


# --- over a dead sender -----------------------------------------------------------------------------------------------


def killed(step: str, *, database: Database[dict[str, Any]], uri: str, centre: Centre, channel: str) -> None:
    """A worker of its own that dies by SIGKILL exactly at a step of its sending."""

    def uow() -> None:
        failpoints.watch(lambda passed: os.kill(os.getpid(), signal.SIGKILL) if passed == step else None)
        provider: Provider = mail_to(centre) if channel == "email" else sms_to(centre)
        send_waiting(context_on(database, uri), DZ, provider=provider)

    worker = get_context("fork").Process(target=uow)
    worker.start()
    worker.join(30)
    assert worker.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize(("step", "copies"), [("delivery.taken", 1), ("delivery.sent", 2), ("delivery.kept", 1)])
def test_one_message_id_is_one_message_wherever_the_sender_is_killed(
    context: ServiceContext,
    database: Database[dict[str, Any]],
    mongodb: str,
    centre: Centre,
    amira: Amira,
    sms: SmsProvider,
    mail: MailProvider,
    channel: str,
    step: str,
    copies: int,
) -> None:
    providers: dict[str, Provider] = {"email": mail, "sms": sms}
    to = {"email": amira.email, "sms": amira.mobile}[channel]
    handle(context, service, made.claim_paid())
    killed(step, database=database, uri=mongodb, centre=centre, channel=channel)
    assert send_waiting(context, DZ, provider=providers[channel]) == 0, "the lease of the dead still holds"
    send_waiting(later(context, rules.LEASE * 1.1), DZ, provider=providers[channel])
    assert [each["count"] for each in centre.received(to)] == [copies], "one message, however many copies of it came"
    assert statuses(context, channel) == [("sent", None)]
    assert published(context) == ["notifications.message-sent"]


def test_a_batch_that_two_senders_died_over_is_not_sent_a_third_time(
    context: ServiceContext,
    database: Database[dict[str, Any]],
    mongodb: str,
    centre: Centre,
    amira: Amira,
    sms: SmsProvider,
) -> None:
    handle(context, service, made.claim_paid())
    killed("delivery.sent", database=database, uri=mongodb, centre=centre, channel="sms")
    context.database["batches"].update_many({}, {"$set": {"taken_at": context.clock() - rules.LEASE * 2}})
    killed("delivery.sent", database=database, uri=mongodb, centre=centre, channel="sms")
    assert send_waiting(later(context, rules.LEASE * 2), DZ, provider=sms) == 0
    assert [each["count"] for each in centre.received(amira.mobile)] == [2]
    assert statuses(context, "sms") == [("unknown", rules.NOBODY_KNOWS)]
    assert published(context) == ["notifications.message-failed"]


def test_answers_that_come_after_another_has_begun_do_not_count(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider
) -> None:
    """A sender that was stopped for longer than its lease, and wakes while another sends the batch again."""
    handle(context, service, made.claim_paid())

    class Slow(SmsProvider):
        def send(self, messages: Any, **more: Any) -> Any:
            answers = sms.send(messages, **more)
            send_waiting(later(context, rules.LEASE * 1.1), DZ, provider=sms)
            return answers

    send_waiting(context, DZ, provider=Slow(centre=sms.centre))
    assert statuses(context, "sms") == [("sent", None)]
    assert published(context) == ["notifications.message-sent"]
    assert [each["count"] for each in centre.received(amira.mobile)] == [2]


def test_no_address_and_no_link_shows_in_what_is_kept(
    context: ServiceContext, centre: Centre, amira: Amira, mail: MailProvider
) -> None:
    handle(context, service, made.activation())
    send_waiting(context, DZ, provider=mail)
    for name in ("messages", "batches", "contacts", "outbox", "audit"):
        kept = str(list(context.database[name].find()))
        assert amira.email not in kept and amira.mobile[1:] not in kept and "s3cret" not in kept, name
    assert AMIRA in str(list(context.database["messages"].find()))
