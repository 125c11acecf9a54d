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
from services.notifications.message_campaigns.message_campaign import (
    CampaignAudience,
    CampaignCondition,
    CampaignStatus,
)
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


def killed(step: str, campaign_id: str, *, database: Database[dict[str, Any]], uri: str, run: Any = jobs.run) -> None:
    """A worker of its own that dies by SIGKILL at a step of its writing or joining."""

    def work() -> None:
        rules.SLICE_MAX = actions.MEMBERS_ENOUGH = SLICE
        failpoints.watch(lambda passed: os.kill(os.getpid(), signal.SIGKILL) if passed == step else None)
        run(unlimited(database, uri), DZ, campaign_id)

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


@pytest.mark.parametrize("step", ["work.committed", "message-campaigns.joined"])
def test_an_audience_of_two_services_is_whole_wherever_who_joins_it_is_killed(
    database: Database[dict[str, Any]], mongodb: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Persons, of whom every second is on the other list: two hundred of each, twenty a page."""
    context = unlimited(database, mongodb)
    make_unique_indexes(service, context)
    first = [f"p{number:04d}" for number in range(0, 400, 2)]
    second = [f"p{number:04d}" for number in range(0, 800, 4)]
    run = partial(context.run, DZ, cause="test")
    audience = CampaignAudience(code="persons", also=(CampaignCondition(code="persons-without-account"),))
    campaign = run(
        by=someone(subject="agent-1"), action=lambda uow: actions.write(uow, draft(**MAIL_ONLY, audience=audience))
    )
    key = {"campaign_id": campaign.campaign_id}
    asked = run(by=someone(), action=lambda uow: actions.select(uow, **key))
    key["selection_id"] = asked.selection_id
    for number, owner_ids in enumerate((first, second)):
        for place in range(0, 200, SLICE):
            page = {"page": place // SLICE + 1, "is_last": place + SLICE == 200, "answers": (number,)}
            handle(context, service, selected(*owner_ids[place : place + SLICE], **key, **page))
    for _ in range(3):
        killed(step, campaign.campaign_id, database=database, uri=mongodb, run=jobs.join)
    monkeypatch.setattr(actions, "MEMBERS_ENOUGH", SLICE)
    assert jobs.join(context, DZ, campaign.campaign_id) is None
    pages = list(database["audience_pages"].find({}).sort("number"))
    assert [page["number"] for page in pages] == list(range(1, len(pages) + 1)) and len(pages) > 3
    both = [member["owner_id"] for page in pages for member in page["members"]]
    assert both == sorted(set(first) & set(second))
    found = run(by=someone(), action=lambda uow: actions.read(uow, campaign_id=campaign.campaign_id))
    assert (found.status, found.pages, found.counted) == (CampaignStatus.READY, len(pages), (200, 200))
    assert found.reach.selected == found.reach.not_registered == 100
