"""When and to whom a fund's messages leave, as data: quiet hours, and what campaigns may do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from shared.funds.faults import refuse
from shared.funds.law import Law


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    INBOX = "inbox"


class MessagePurpose(StrEnum):
    """Why a message is sent. `legal`: the law, or the safety of an account, asks that it reaches its owner: no
    preference and no quiet hour holds it. `service`: it tells of a case, a payment, a card; `campaign`: it informs many
    at once."""

    LEGAL = "legal"
    SERVICE = "service"
    CAMPAIGN = "campaign"


CHOSEN = (MessagePurpose.SERVICE, MessagePurpose.CAMPAIGN)
"""The purposes of messages whose channels people choose."""
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
SECOND_PERSON_ABOVE = 100
PER_MINUTE_MAX = 100_000


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """Hours, where the fund is, in which messages of some purposes do not leave by a channel: from `begins` until
    `ends`, each as `"20:00"`. Where `ends` is not the later of the two it is on the next day."""

    channel: Channel
    begins: str
    ends: str
    holds: tuple[MessagePurpose, ...]
    law: Law

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if not (_CLOCK.fullmatch(self.begins) and _CLOCK.fullmatch(self.ends)) or self.begins == self.ends:
            yield 'begins and ends are two times of a day, such as "20:00" and "08:00"'
        if self.channel is Channel.INBOX:
            yield "channel: what stands in the inbox wakes nobody"
        if not self.holds or MessagePurpose.LEGAL in self.holds:
            yield "holds names service, campaign or both: what is legal is never held"

    def end(self, local: datetime) -> datetime | None:
        """When the quiet hours are over that an instant lies in; None where it lies in none. Both where the fund is."""
        now, is_overnight = f"{local:%H:%M}", self.ends < self.begins
        is_evening, is_before_end = now >= self.begins, now < self.ends
        if not (is_evening or is_before_end) if is_overnight else not (is_evening and is_before_end):
            return None
        day = local.date() + timedelta(days=is_overnight and is_evening)
        return datetime.combine(day, time.fromisoformat(self.ends), local.tzinfo)


@dataclass(frozen=True, kw_only=True)
class CampaignTerms:
    """What campaigns may do. Above `second_person_above` recipients another person than who wrote a campaign starts it;
    `per_minute` is how many of its messages may leave by a channel, as agreed with its provider."""

    second_person_above: int = SECOND_PERSON_ABOVE
    per_minute: Mapping[Channel, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[str]:
        if self.second_person_above < 0:
            yield "second_person_above is 0 or more"
        for channel, count in self.per_minute.items():
            if channel is Channel.INBOX or not 0 < count <= PER_MINUTE_MAX:
                yield f"per_minute: email and sms, each 1 to {PER_MINUTE_MAX:,}"


@dataclass(frozen=True, kw_only=True)
class Messages:
    """The section `messages` of a fund."""

    quiet_hours: tuple[QuietHours, ...] = ()
    campaigns: CampaignTerms = field(default_factory=CampaignTerms)

    def quiet_until(self, channel: Channel, purpose: MessagePurpose, local: datetime) -> datetime | None:
        """Until when a message has to wait, both instants where the fund is; None where it may leave."""
        ends = [
            end
            for hours in self.quiet_hours
            if hours.channel is channel and purpose in hours.holds and (end := hours.end(local)) is not None
        ]
        return max(ends, default=None)


USUAL_MESSAGES = Messages()
"""Where a fund's definition says nothing."""
