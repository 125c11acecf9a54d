"""By which channels somebody wants to be written to."""

from dataclasses import dataclass
from datetime import datetime

from shared.funds.messages import Channel, MessagePurpose


@dataclass(frozen=True, kw_only=True)
class Unwanted:
    """Messages of a purpose by a channel that their owner does not want."""

    purpose: MessagePurpose
    channel: Channel


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What a person or an employer (`owner_id`) does not want. Who chose nothing is reached by every channel; the inbox
    shows everything in any case, and what is legal comes by every channel."""

    owner_id: str
    unwanted: tuple[Unwanted, ...] = ()
    changed_at: datetime
    changed_by: str = ""
    version: int = 0

    def wants(self, purpose: MessagePurpose, channel: Channel) -> bool:
        return all((each.purpose, each.channel) != (purpose, channel) for each in self.unwanted)
