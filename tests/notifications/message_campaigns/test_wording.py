"""What a campaign may say, and how it reads before it is sent."""

from typing import Any

import pytest

from services.notifications.message_campaigns import wording
from services.notifications.message_campaigns.message_campaign import (
    CampaignAudience,
)
from services.notifications.templates.template import TemplateWording
from shared.funds.messages import Channel, MessagePurpose
from shared.kernel.errors import Failure
from tests.notifications.message_campaigns.builders import FUND, draft, french


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (french(text="Attendue : {periode}."), "campaign.wording-malformed"),
        (french(text="Attendue : {period.kind}."), "campaign.wording-malformed"),
        (french(text="Attendue : {period!r}."), "campaign.wording-malformed"),
        (french(text="Attendue : {period:>9999999}."), "campaign.wording-malformed"),
        (french(text="Attendue : {}."), "campaign.wording-malformed"),
        (french(text="Attendue : {0}."), "campaign.wording-malformed"),
        (french(subject="Un { de trop"), "campaign.wording-malformed"),
        (french(sms="a" * 155 * 3), "campaign.sms-too-long"),
        (french(sms=""), "campaign.wording-missing"),
        ({"channels": (Channel.EMAIL,)}, "campaign.wording-missing"),
        ({"channels": ()}, "campaign.channel-not-offered"),
        ({"wordings": {"fr": draft().wordings["fr"]}}, "campaign.wording-missing"),
        ({"wordings": {**draft().wordings, "de": draft().wordings["fr"]}}, "campaign.wording-missing"),
        ({"purpose": MessagePurpose.LEGAL}, "campaign.legal-reference-missing"),
        ({"audience": CampaignAudience(code="everybody")}, "campaign.audience-unknown"),
    ],
)
def test_a_text_that_could_not_be_sent_is_refused_when_it_is_written(facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Failure) as refused:
        wording.checked(draft(**facts), fund=FUND)
    assert refused.value.code == code


def test_braces_that_are_meant_are_written_twice() -> None:
    assert wording.checked(draft(**french(text="Modèle {{2026}} : {period}")), fund=FUND)


def test_each_language_and_channel_is_previewed_with_the_example_of_the_audience() -> None:
    shown = {(each.language, each.channel): each for each in wording.previews(draft(), fund=FUND)}
    assert len(shown) == 9
    assert "3e\u00a0trimestre\u00a02026" in shown["fr", Channel.EMAIL].said.text
    assert shown["ar", Channel.SMS].parts == 1 and shown["ar", Channel.EMAIL].parts == 0


def test_a_wording_is_as_the_platforms_own_texts_are() -> None:
    made = wording.template(draft(), name="c1")
    assert isinstance(made.wordings["fr"], TemplateWording) and made.channels[-1] is Channel.INBOX
