"""P13: a campaign of 30,000 mails beside claims that are filed meanwhile, against a real SMTP server: how fast the
mails are handed over, and how long a claim's mail takes behind them."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from bench.goals.sending import Centre, claim, person_ref_of, persons, receive, sending
from bench.ground import FUND, Ground
from bench.results import Row, at_most
from deploy.local.programs import free_port
from services.notifications.message_campaigns import actions
from services.notifications.message_campaigns.message_campaign import (
    CampaignAudience,
    CampaignDraft,
    CampaignStatus,
    MessageCampaign,
)
from services.notifications.templates.template import TemplateWording
from services.notifications.wiring import service
from shared.events.audiences import AudienceMember, AudienceSelected
from shared.funds.messages import Channel, MessagePurpose, Messages
from shared.kernel.actors import system
from shared.storage.service_context import ServiceContext

RECIPIENTS = 30_000
PAGE = 500
FLOOR_S, TARGET_S = 90.0, 60.0
WAIT_S_MAX = 900.0
CLAIM_EVERY_S = 2.0


def measure(ground: Ground) -> list[Row]:
    context = _unlimited(ground.context(service))
    for start in range(0, RECIPIENTS, PAGE):
        receive(context, [persons(context, range(start, start + PAGE))])
    centre = Centre(free_port(), free_port(), free_port())
    ground.start(centre.program(ground.home / "campaign"))
    campaign = _ready(context)
    with sending(context, centre.settings()), _claims(context) as published:
        began_s = time.monotonic()
        context.run(
            FUND, by=system("second"), cause="bench", action=partial(actions.start, campaign_id=campaign.campaign_id)
        )
        _until_all_are_sent(context, campaign.campaign_id)
        took_s = time.monotonic() - began_s
    counts = centre.counts()
    waited = [_waited_s(context, number) for number in published]
    twice = counts["deliveries"] - counts["messages"]
    return [
        Row(
            "P13",
            f"{RECIPIENTS:,} mails of a campaign handed over, {len(published)} claims beside it ({twice} twice)",
            f"{took_s:,.0f} s ({RECIPIENTS / took_s:,.0f} mails /s)",
            aim=f"{FLOOR_S:g} / {TARGET_S:g} s",
            reached=at_most(took_s, floor=FLOOR_S, target=TARGET_S),
        ),
        Row(
            "P13b",
            "a claim's mail meanwhile, from its event to the server",
            f"{statistics.median(waited):.1f} s (at most {max(waited):.1f} s)",
        ),
    ]


def _unlimited(context: ServiceContext) -> ServiceContext:
    """The fund, whose providers allow everything and which has no quiet hours."""
    fund = context.funds[FUND]
    own = replace(fund, sections=replace(fund.sections, messages=Messages()))
    return replace(context, funds={FUND: own})


def _ready(context: ServiceContext) -> MessageCampaign:
    wording = TemplateWording(subject="Réunion d'information", text="La caisse vous invite.\n\nLe jour suit.")
    draft = CampaignDraft(
        name="bench",
        purpose=MessagePurpose.CAMPAIGN,
        legal_reference="",
        audience=CampaignAudience(code="persons"),
        channels=(Channel.EMAIL,),
        wordings=dict.fromkeys(context.funds[FUND].languages, wording),
    )
    run = partial(context.run, FUND, by=system("bench"), cause="bench")
    campaign: MessageCampaign = run(action=lambda uow: actions.write(uow, draft))
    selected = run(action=lambda uow: actions.select(uow, campaign_id=campaign.campaign_id))
    for number, start in enumerate(range(0, RECIPIENTS, PAGE), 1):
        members = (AudienceMember(owner_id=person_ref_of(each)) for each in range(start, start + PAGE))
        page = AudienceSelected(
            selection_id=selected.selection_id,
            campaign_id=campaign.campaign_id,
            page=number,
            members=tuple(members),
            is_last=start + PAGE >= RECIPIENTS,
            selected_at=datetime.now(UTC),
        )
        receive(context, [page])
    return campaign


@contextmanager
def _claims(context: ServiceContext) -> Iterator[list[int]]:
    """A claim every two seconds, while the campaign is sent; their numbers."""
    published: list[int] = []
    stop = threading.Event()

    def tell() -> None:
        while not stop.wait(CLAIM_EVERY_S):
            receive(context, [claim(len(published))])
            published.append(len(published))

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield published
    finally:
        stop.set()
        thread.join(30)


def _waited_s(context: ServiceContext, number: int) -> float:
    message = context.collection("messages").find_one({"about": f"c{number}", "channel": "email"})
    assert message is not None
    settled_at: datetime = message["settled_at"] or context.clock()
    told_at: datetime = message["told_at"]
    return (settled_at - told_at).total_seconds()


def _until_all_are_sent(context: ServiceContext, campaign_id: str) -> None:
    deadline = time.monotonic() + WAIT_S_MAX
    waiting = {"fund": FUND, "template": campaign_id, "channel": "email", "status": "queued"}
    while True:
        found = context.collection("message_campaigns").find_one({"campaign_id": campaign_id})
        is_written = found is not None and found["status"] == CampaignStatus.FINISHED.value
        if is_written and not context.collection("messages").count_documents(waiting, limit=1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError("the campaign is still under way")
        time.sleep(0.5)
