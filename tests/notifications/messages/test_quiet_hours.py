"""In a fund's quiet hours what is no law's matter waits for the morning, by the channels that would wake somebody."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from pymongo.database import Database

from services.notifications.delivery import actions
from services.notifications.delivery.outgoing import ProviderAnswer, Verdict
from services.notifications.messages import store
from services.notifications.wiring import service
from shared.funds.law import Confidence, Law
from shared.funds.messages import Channel, MessagePurpose, Messages, QuietHours
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.clock import AT, Clock
from tests.kit.contexts import DZ, context_on, funds, handle, make_unique_indexes, reading, someone
from tests.notifications import builders as made

NIGHT, MORNING = AT.replace(hour=22), AT.replace(day=11, hour=7)
"""The fund is an hour ahead of UTC."""
QUIET = QuietHours(
    channel=Channel.SMS,
    begins="20:00",
    ends="08:00",
    holds=(MessagePurpose.SERVICE,),
    law=Law(valid_from=date(2026, 1, 1), reference="invented", confidence=Confidence("?")),
)


@pytest.fixture
def clock() -> Clock:
    return Clock(NIGHT)


@pytest.fixture
def night(database: Database[dict[str, object]], mongodb: str, clock: Clock) -> ServiceContext:
    fund = funds()[DZ]
    own = replace(fund, sections=replace(fund.sections, messages=Messages(quiet_hours=(QUIET,))))
    context = context_on(database, mongodb, clock=clock)
    made_here = replace(context, funds={**context.funds, DZ: own})
    make_unique_indexes(service, made_here)
    handle(made_here, service, made.persons(made.person()))
    return made_here


def due(context: ServiceContext) -> set[tuple[str, str, datetime]]:
    rows = context.database["batches"].find({"status": "queued"})
    return {(row["channel"], row["purpose"], row["due_at"]) for row in rows}


def test_news_of_a_case_wait_and_what_is_legal_does_not(night: ServiceContext, clock: Clock) -> None:
    handle(night, service, made.claim_submitted())
    assert due(night) == {("sms", "service", MORNING), ("email", "service", NIGHT)}
    handle(night, service, made.claim_refused())
    assert ("sms", "legal", NIGHT) in due(night)
    clock.at = MORNING
    handle(night, service, made.claim_paid(claim_id="c2"))
    assert ("sms", "service", MORNING) in due(night)


def test_what_is_tried_again_at_night_waits_too(night: ServiceContext, clock: Clock) -> None:
    clock.at = NIGHT.replace(hour=18, minute=59, second=45)
    handle(night, service, made.claim_submitted())
    (batch,) = store.due(reading(night), Channel.SMS)

    def put_off(uow: UnitOfWork) -> None:
        taken = actions.take(uow, seen=[batch])
        written = actions.write(uow, taken)
        answers = {
            message.message_id: ProviderAnswer(verdict=Verdict.LATER) for message in written[batch.batch_id].messages
        }
        actions.settle(uow, taken=taken, written=written, answers=answers)

    night.run(DZ, by=someone(), cause="test", action=put_off)
    assert ("sms", "service", MORNING) in due(night), "half a minute later the quiet hours have begun"
