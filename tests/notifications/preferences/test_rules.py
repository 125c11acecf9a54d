"""What people may choose: by purpose and channel, never about what the law asks for."""

from dataclasses import replace

import pytest

from services.notifications.preferences import rules
from services.notifications.preferences.preferences import Preferences
from shared.funds.messages import Channel, MessagePurpose
from tests.kit.clock import AT
from tests.kit.contexts import DZ, funds
from tests.kit.people import AMIRA

FUND = funds()[DZ]
NOTHING = Preferences(owner_id=AMIRA, changed_at=AT)
SMS_CAMPAIGNS = (MessagePurpose.CAMPAIGN, Channel.SMS)


def test_who_chose_nothing_is_reached_by_every_channel() -> None:
    assert all(NOTHING.wants(*choice) for choice in rules.offered(FUND))


def test_a_choice_holds_for_its_purpose_and_channel_alone() -> None:
    chosen = rules.choose(NOTHING, {SMS_CAMPAIGNS: False}, fund=FUND, by="p1", at=AT)
    assert [choice for choice in rules.offered(FUND) if not chosen.wants(*choice)] == [SMS_CAMPAIGNS]


def test_what_is_not_named_stays_and_what_is_wanted_again_comes_again() -> None:
    service_mail = (MessagePurpose.SERVICE, Channel.EMAIL)
    first = rules.choose(NOTHING, {SMS_CAMPAIGNS: False, service_mail: False}, fund=FUND, by="p1", at=AT)
    then = rules.choose(first, {SMS_CAMPAIGNS: True}, fund=FUND, by="p1", at=AT)
    assert then.wants(*SMS_CAMPAIGNS) and not then.wants(*service_mail)


@pytest.mark.parametrize(
    "choice",
    [
        (MessagePurpose.LEGAL, Channel.SMS),
        (MessagePurpose.CAMPAIGN, Channel.INBOX),
        (MessagePurpose.SERVICE, Channel.INBOX),
    ],
)
def test_nobody_chooses_about_the_law_or_the_inbox(choice: rules.Choice) -> None:
    with pytest.raises(rules.ChoiceNotOffered):
        rules.choose(NOTHING, {choice: False}, fund=FUND, by="p1", at=AT)


def test_nobody_chooses_a_channel_that_the_fund_does_not_have() -> None:
    without_sms = replace(FUND, channels=(Channel.INBOX, Channel.EMAIL))
    assert {channel for _, channel in rules.offered(without_sms)} == {Channel.EMAIL}
    with pytest.raises(rules.ChoiceNotOffered):
        rules.choose(NOTHING, {SMS_CAMPAIGNS: False}, fund=without_sms, by="p1", at=AT)
