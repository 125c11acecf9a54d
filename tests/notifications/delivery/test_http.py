"""Messages leave by a provider's HTTP API, and its receipts come back to the service's real app."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

import pytest
from pymongo.database import Database

from deploy.local.programs import free_port
from services.notifications.delivery import rules
from services.notifications.delivery.jobs import send_waiting
from services.notifications.delivery.periodic_tasks import ReceiptReader
from services.notifications.delivery.providers import SmsProvider
from services.notifications.delivery.rules import ProviderUnavailable
from services.notifications.wiring import service
from shared.storage.service_context import ServiceContext
from shared.telemetry import failpoints
from tests.kit.contexts import DZ, context_on, handle, published
from tests.kit.waiting import until
from tests.notifications import builders as made
from tests.notifications.delivery.test_jobs import (
    WAITS,
    Amira,
    know,
    later,
    no_faults_left,
    statuses,
    write_about_cards,
)
from tests.notifications.sms_by_http import gateway, office, served
from tests.simulators.message_centre import Centre

__all__ = ["no_faults_left"]


@pytest.fixture(params=["infobip", "twilio"])
def api(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def receipts_url(context: ServiceContext, api: str) -> Iterator[str]:
    with served(office(context, sms_http_api=api)) as url:
        yield url


@pytest.fixture
def sms(centre: Centre, api: str, receipts_url: str) -> Iterator[SmsProvider]:
    provider = SmsProvider(gateway(centre.url, api, receipts_url=receipts_url))
    yield provider
    provider.close()


@pytest.fixture
def amira(context: ServiceContext) -> Amira:
    amira = Amira()
    know(context, mobile=amira.mobile)
    return amira


def arrived(context: ServiceContext, sms: SmsProvider) -> list[str]:
    """What receipts say has arrived. One that came before its message's answer was saved is taken up afterwards."""
    ReceiptReader(sms).run(context, DZ)
    return [each for row in context.database["delivered"].find() for each in row["message_ids"]]  # type: ignore[attr-defined]


def test_an_sms_arrives_once_and_its_receipt_says_so(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider
) -> None:
    handle(context, service, made.claim_approved())
    assert send_waiting(context, DZ, provider=sms) == 1
    assert send_waiting(context, DZ, provider=sms) == 0
    (shown,) = centre.received(amira.mobile)
    assert shown["text"].startswith("CNAS : dossier CL260000000197 accordé") and shown["count"] == 1
    assert statuses(context, "sms") == [("sent", None)]
    message = context.database["messages"].find_one({"channel": "sms"})
    assert message is not None and until(lambda: arrived(context, sms)) == [message["message_id"]]
    assert published(context) == ["notifications.message-sent"]


def test_a_receipt_that_says_no_reaches_the_case(context: ServiceContext, centre: Centre, sms: SmsProvider) -> None:
    know(context, mobile=f"+2135{uuid4().int % 10**4:04d}0001")
    handle(context, service, made.claim_paid())
    send_waiting(context, DZ, provider=sms)

    def undelivered() -> bool:
        """The receipt may be faster than what the sender saves: then it is taken up later."""
        ReceiptReader(sms).run(context, DZ)
        return statuses(context, "sms") == [("undelivered", "delivery.undelivered")]

    until(undelivered)
    assert published(context) == ["notifications.message-sent", "notifications.message-undelivered"]


def test_a_receipt_that_says_no_before_the_answer_is_saved_counts_after_it(
    context: ServiceContext, centre: Centre, sms: SmsProvider
) -> None:
    """It names the message by our id, which is known before the message leaves."""
    know(context, mobile=f"+2135{uuid4().int % 10**4:04d}0001")
    handle(context, service, made.claim_paid())
    centre.fault("sms-receipt-first")
    send_waiting(context, DZ, provider=sms)
    assert statuses(context, "sms") == [("sent", None)]
    ReceiptReader(sms).run(context, DZ)
    assert statuses(context, "sms") == [("undelivered", "delivery.undelivered")]
    assert context.database["receipts"].count_documents({}) == 0


def test_a_number_that_the_provider_does_not_know_fails_at_once(
    context: ServiceContext, centre: Centre, sms: SmsProvider
) -> None:
    know(context, mobile="+213550000000")
    handle(context, service, made.claim_paid())
    send_waiting(context, DZ, provider=sms)
    assert statuses(context, "sms") == [("failed", "sms.number-refused")]


def test_a_provider_that_has_enough_gets_the_rest_later(
    context: ServiceContext, centre: Centre, sms: SmsProvider
) -> None:
    mobiles = {f"p{number:024d}": f"+21367{uuid4().int % 10**6:06d}9" for number in range(60)}
    write_about_cards(context, mobiles)
    centre.fault("sms-throttled")
    with pytest.raises(ProviderUnavailable):
        send_waiting(context, DZ, provider=sms)
    assert ("queued", None) in statuses(context, "sms")

    def rest() -> bool:
        """Infobip asked to be left alone for a second, during which the rest costs no try."""
        try:
            send_waiting(later(context, WAITS[0]), DZ, provider=sms)
        except ProviderUnavailable:
            return False
        return set(statuses(context, "sms")) == {("sent", None)}

    until(rest)
    assert all([each["count"] for each in centre.received(mobile)] == [1] for mobile in set(mobiles.values()))


def test_a_provider_that_is_down_costs_no_try_and_loses_nothing(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider
) -> None:
    handle(context, service, made.claim_paid())
    down = SmsProvider(gateway(f"http://127.0.0.1:{free_port()}"))
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            send_waiting(context, DZ, provider=down)
    down.close()
    (batch,) = context.database["batches"].find({"channel": "sms"})
    assert (batch["status"], batch["tries"]) == ("queued", 0)
    assert send_waiting(context, DZ, provider=sms) == 1
    assert statuses(context, "sms") == [("sent", None)]


def test_a_message_whose_answer_is_lost_goes_once_more_under_its_id(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider
) -> None:
    handle(context, service, made.claim_paid())
    centre.fault("sms-answer-lost")
    send_waiting(context, DZ, provider=sms)
    assert statuses(context, "sms") == [("queued", None)]
    send_waiting(later(context, WAITS[0]), DZ, provider=sms)
    assert statuses(context, "sms") == [("sent", None)]
    assert [each["count"] for each in centre.received(amira.mobile)] == [2], "two copies of one message"


def test_of_many_only_those_under_way_are_in_doubt_when_the_provider_falls_silent(
    context: ServiceContext, centre: Centre, api: str, receipts_url: str
) -> None:
    mobiles = {f"p{number:024d}": f"+2136{number:02d}{uuid4().int % 10**5:05d}9" for number in range(40)}
    write_about_cards(context, mobiles)
    few = SmsProvider(gateway(centre.url, api, receipts_url=receipts_url, window_max=4))
    centre.fault("sms-answer-lost", 4)
    with pytest.raises(ProviderUnavailable):
        send_waiting(context, DZ, provider=few)
    send_waiting(context, DZ, provider=few)
    send_waiting(later(context, WAITS[0]), DZ, provider=few)
    few.close()
    assert set(statuses(context, "sms")) == {("sent", None)}
    copies = sorted(each["count"] for mobile in mobiles.values() for each in centre.received(mobile))
    assert copies == [1] * 36 + [2] * 4


def test_a_message_that_was_in_doubt_twice_is_not_sent_a_third_time(
    context: ServiceContext, centre: Centre, amira: Amira, sms: SmsProvider
) -> None:
    handle(context, service, made.claim_paid())
    centre.fault("sms-answer-lost", 2)
    send_waiting(context, DZ, provider=sms)
    for passed in (WAITS[0], timedelta(days=1)):
        send_waiting(later(context, passed), DZ, provider=sms)
    assert statuses(context, "sms") == [("unknown", rules.NOBODY_KNOWS)]
    assert published(context) == ["notifications.message-failed"]


def killed(step: str, *, database: Database[dict[str, Any]], uri: str, centre: Centre, receipts_url: str) -> None:
    """A worker of its own that dies by SIGKILL exactly at a step of its sending."""

    def work() -> None:
        failpoints.watch(lambda passed: os.kill(os.getpid(), signal.SIGKILL) if passed == step else None)
        provider = SmsProvider(gateway(centre.url, receipts_url=receipts_url))
        send_waiting(context_on(database, uri), DZ, provider=provider)

    worker = get_context("fork").Process(target=work)
    worker.start()
    worker.join(30)
    assert worker.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("api", ["infobip"], indirect=True)
@pytest.mark.parametrize(("step", "copies"), [("delivery.taken", 1), ("delivery.sent", 2), ("delivery.kept", 1)])
def test_one_message_id_is_one_message_wherever_the_sender_is_killed(
    context: ServiceContext,
    database: Database[dict[str, Any]],
    mongodb: str,
    centre: Centre,
    amira: Amira,
    sms: SmsProvider,
    receipts_url: str,
    step: str,
    copies: int,
) -> None:
    """Killed between the call and saving its answer, it goes once more; the first copy's receipt came meanwhile."""
    handle(context, service, made.claim_paid())
    killed(step, database=database, uri=mongodb, centre=centre, receipts_url=receipts_url)
    assert send_waiting(context, DZ, provider=sms) == 0, "the lease of the dead still holds"
    send_waiting(later(context, rules.LEASE * 1.1), DZ, provider=sms)
    assert [each["count"] for each in centre.received(amira.mobile)] == [copies], "one message, whatever came of it"
    assert statuses(context, "sms") == [("sent", None)]
    assert published(context) == ["notifications.message-sent"]
    assert len(until(lambda: arrived(context, sms))) == 1
