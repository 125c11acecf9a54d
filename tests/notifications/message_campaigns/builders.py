"""A valid campaign, so that a test says only what it is about."""

from dataclasses import replace
from typing import Any

from services.notifications.message_campaigns import rules
from services.notifications.message_campaigns.message_campaign import (
    CampaignAudience,
    CampaignDraft,
    CampaignStatus,
    MessageCampaign,
)
from services.notifications.templates.template import TemplateWording
from shared.events.audiences import AudienceMember, AudienceSelected
from shared.funds.messages import Channel, MessagePurpose
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds

FUND = funds()[DZ]
TEXTS = {
    "ar": {
        "subject": "صرحوا في الأجل",
        "text": "ننتظر التصريح {period} قبل {due_on}.",
        "sms": "{fund}: صرحوا قبل {due_on}.",
    },
    "fr": {
        "subject": "Déclarez à temps",
        "text": "La déclaration {period} est attendue.\n\nDernier jour : {due_on}.",
        "sms": "{fund} : déclarez avant le {due_on}.",
    },
    "en": {
        "subject": "Declare in time",
        "text": "The declaration {period} is awaited.\n\nLast day: {due_on}.",
        "sms": "{fund}: declare before {due_on}.",
    },
}
BODY: dict[str, Any] = {
    "name": "Rappel du troisième trimestre",
    "audience": {"code": "silent-employers", "parameters": {"period": "2026-Q3"}},
    "channels": ["email", "sms"],
    "wordings": TEXTS,
}
VALUES: dict[str, str | int] = {"form": "das", "period": "2026-Q3", "due_on": "2026-10-31"}


def draft(**facts: Any) -> CampaignDraft:
    usual = CampaignDraft(
        name="Rappel",
        purpose=MessagePurpose.CAMPAIGN,
        legal_reference="",
        audience=CampaignAudience(code="silent-employers"),
        channels=(Channel.EMAIL, Channel.SMS),
        wordings={language: TemplateWording(**texts) for language, texts in TEXTS.items()},
    )
    return replace(usual, **facts)


def campaign(status: CampaignStatus = CampaignStatus.DRAFT, **facts: Any) -> MessageCampaign:
    written = rules.write(draft(**facts.pop("draft", {})), campaign_id="c1", fund=FUND, by="agent-1", at=AT)
    return replace(written, status=status, selection_id="s1", **facts)


def member(owner_id: str, **values: str | int) -> AudienceMember:
    return AudienceMember(owner_id=owner_id, values=values or VALUES)


def selected(
    *owner_ids: str, page: int = 1, is_last: bool = True, selection_id: str = "s1", **facts: Any
) -> AudienceSelected:
    return AudienceSelected(
        **{
            "selection_id": selection_id,
            "campaign_id": "c1",
            "page": page,
            "members": tuple(map(member, owner_ids)),
            "is_last": is_last,
            "selected_at": AT,
            **facts,
        }
    )


def french(**texts: str) -> dict[str, Any]:
    """A draft whose French text says something else."""
    usual = draft()
    return {"wordings": {**usual.wordings, "fr": replace(usual.wordings["fr"], **texts)}}
