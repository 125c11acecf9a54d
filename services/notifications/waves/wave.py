"""A wave: the messages of one template, or of one campaign, that were written on one day of the fund, and what became
of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.notifications.templates.template import TemplateWording
from shared.funds.messages import Channel


@dataclass(frozen=True, kw_only=True)
class WaveSize:
    """How many messages of a template were written on a day, counted up to a limit, and when the first was."""

    template: str
    wordings: Mapping[str, TemplateWording]
    on: date
    messages: int
    first_at: datetime


@dataclass(frozen=True, kw_only=True)
class WaveReason:
    """Why messages of a wave did not arrive: a code of a channel or of the sending, and how many."""

    channel: Channel
    reason: str
    messages: int


@dataclass(frozen=True, kw_only=True)
class WaveChannel:
    """How a channel's messages of a wave stand. `sent` are those that the provider took, whatever came of them;
    `delivered` those alone for which a receipt said so. A channel without receipts has none."""

    channel: Channel
    queued: int = 0
    sent: int = 0
    delivered: int = 0
    undelivered: int = 0
    failed: int = 0
    in_doubt: int = 0

    @property
    def messages(self) -> int:
        """All of the channel; who was not reached is among the sent."""
        return self.queued + self.sent + self.failed + self.in_doubt


@dataclass(frozen=True, kw_only=True)
class WaveStretch:
    """How many messages were settled in a stretch of time that begins at an instant."""

    at: datetime
    messages: int


@dataclass(frozen=True, kw_only=True)
class WaveReport:
    """What became of a wave. `per_minute` is the pace of its last minutes; `ends_at` when all are settled at that pace,
    None where none waits or nothing moves. `is_whole` says whether all messages of the wave were counted."""

    template: str
    wordings: Mapping[str, TemplateWording]
    on: date
    first_at: datetime | None
    last_at: datetime | None
    channels: Sequence[WaveChannel]
    reasons: Sequence[WaveReason]
    per_minute: float
    ends_at: datetime | None
    curve: Sequence[WaveStretch]
    stretch_s: int
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One line of the report by recipient: no address in clear, and nothing that was said."""

    message_id: str
    channel: Channel
    address: str
    language: str
    state: str
    reason: str
    told_at: datetime
    settled_at: datetime | None
