"""A campaign over real SMTP whose writer is killed again and again: everybody gets one mail, and nobody two."""

import os
import signal
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

import pytest
from pymongo.database import Database

from services.notifications.delivery.jobs import send_waiting
from services.notifications.message_campaigns import actions, jobs, rules
from services.notifications.wiring import service
from shared.funds.messages import Messages
from shared.storage.service_context import ServiceContext
from shared.telemetry import failpoints
from tests.kit.contexts import DZ, context_on, funds, handle, make_unique_indexes, published, someone
from tests.notifications import builders as made
from tests.notifications.delivery.test_jobs import mail_to
from tests.notifications.message_campaigns.builders import draft, selected
from tests.simulators.message_centre import Centre

RECIPIENTS = 60
SLICE = 20
MAIL_ONLY: dict[str, Any] = {
    "channels": draft().channels[:1],
    "wordings": {language: replace(each, text=each.subject, sms="") for language, each in draft().wordings.items()},
}


def unlimited(database: Database[dict[str, Any]], uri: str) -> ServiceContext:
    """The service, whose fund's providers allow everything."""
    context, fund = context_on(database, uri), funds()[DZ]
    own = replace(fund, sections=replace(fund.sections, messages=Messages()))
    return replace(context, funds={**context.funds, DZ: own})


def killed(step: str, campaign_id: str, *, database: Database[dict[str, Any]], uri: str) -> None:
    """A worker of its own that dies by SIGKILL at a step of its writing."""

    def work() -> None:
        rules.SLICE_MAX = SLICE
        failpoints.watch(lambda passed: os.kill(os.getpid(), signal.SIGKILL) if passed == step else None)
        jobs.run(unlimited(database, uri), DZ, campaign_id)

    worker = get_context("fork").Process(target=work)
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("step", ["work.committed", "message-campaigns.written"])
def test_everybody_gets_one_mail_wherever_the_writer_is_killed(
    database: Database[dict[str, Any]], mongodb: str, centre: Centre, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = unlimited(database, mongodb)
    make_unique_indexes(service, context)
    people = {f"p{number:04d}": f"{uuid4().hex[:12]}@example.org" for number in range(RECIPIENTS)}
    handle(context, service, made.persons(*(made.person(ref, email=email) for ref, email in people.items())))
    run = partial(context.run, DZ, cause="test")
    campaign = run(by=someone(subject="agent-1"), action=lambda uow: actions.write(uow, draft(**MAIL_ONLY)))
    key = {"campaign_id": campaign.campaign_id}
    asked = run(by=someone(), action=lambda uow: actions.select(uow, **key))
    handle(context, service, selected(*people, selection_id=asked.selection_id, **key))
    run(by=someone(subject="agent-2"), action=lambda uow: actions.start(uow, **key))
    for _ in range(3):
        killed(step, campaign.campaign_id, database=database, uri=mongodb)
    monkeypatch.setattr(rules, "SLICE_MAX", SLICE)
    assert jobs.run(context, DZ, campaign.campaign_id) is None
    provider = replace(mail_to(centre), portals={"": "https://portal.example"})
    while send_waiting(context, DZ, provider=provider):
        pass
    assert [[each["count"] for each in centre.received(email)] for email in people.values()] == [[1]] * RECIPIENTS
    assert published(context) == ["audiences.audience-requested"], "what becomes of them the report says, and no event"
