"""What people may choose of how they are written to. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.notifications.preferences.preferences import Preferences, Unwanted
from shared.funds.fund import Fund
from shared.funds.messages import CHOSEN, Channel, MessagePurpose
from shared.kernel.errors import Invalid, Missing

Choice = tuple[MessagePurpose, Channel]


class PreferencesUnknown(Missing):
    code = "preferences.unknown"


class ChoiceNotOffered(Invalid):
    """Nobody chooses about legal messages or the inbox, nor about a channel that the fund does not have."""

    code = "preferences.not-offered"


def offered(fund: Fund) -> list[Choice]:
    """What may be chosen at a fund: each purpose that people choose about, by each channel but the inbox."""
    channels = [channel for channel in fund.channels if channel is not Channel.INBOX]
    return [(purpose, channel) for purpose in CHOSEN for channel in channels]


def choose(before: Preferences, chosen: Mapping[Choice, bool], *, fund: Fund, by: str, at: datetime) -> Preferences:
    """The preferences with what was chosen just now: whether messages of a purpose are wanted by a channel. What is not
    named stays. Raises `ChoiceNotOffered`."""
    if set(chosen) - set(offered(fund)):
        raise ChoiceNotOffered
    wanted = {choice: before.wants(*choice) for choice in offered(fund)} | dict(chosen)
    refused = [choice for choice, is_wanted in wanted.items() if not is_wanted]
    unwanted = tuple(Unwanted(purpose=purpose, channel=channel) for purpose, channel in refused)
    return replace(before, unwanted=unwanted, changed_by=by, changed_at=at)
