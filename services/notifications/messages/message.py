"""A message: to one person or employer by one channel. Its content is a template and its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.notifications.templates.template import Template, Value
from shared.funds.messages import Channel, MessagePurpose
from shared.kernel.personal import Encrypted


class Status(StrEnum):
    """What became of a message. Whether one that is queued is being sent right now, its batch knows."""

    QUEUED = "queued"
    SENT = "sent"
    """The provider took it; in the inbox: it stands there."""
    FAILED = "failed"
    """It will not arrive by this channel."""
    UNKNOWN = "unknown"
    """Sent twice under one id, and neither time did an answer come back: it may have arrived."""
    UNDELIVERED = "undelivered"
    """The provider accepted it, and reported later that it did not reach its recipient."""


MOVES: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SENT, Status.FAILED, Status.UNKNOWN}),
    Status.SENT: frozenset({Status.UNDELIVERED}),
    Status.FAILED: frozenset(),
    Status.UNKNOWN: frozenset(),
    Status.UNDELIVERED: frozenset(),
}


ADDRESSES = "addresses"
"""Under this name `sealed` has the addresses that a message goes to, where they are not the register's."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is said, to whom, and what became of it.

    Messages of one `notice_id` say the same by different channels. Personal parameters stand in `sealed` (class
    contact, the owner's) until the message is settled. `reason` is the code of a failure, or of why a message stands in
    the inbox alone. `batch_id` is the batch in
    which a message waits or was sent; one that failed has left it.
    `provider_id`, `provider_key` and `delivered_at` stand in messages of an earlier release only: now what a batch's
    provider answered stands in the batch, and what receipts say arrived in `Delivered`.
    """

    message_id: str
    notice_id: str
    about: str
    template: str
    template_version: int
    channel: Channel
    owner_id: str
    language: str
    status: Status
    told_at: datetime
    parameters: Mapping[str, Value] = field(default_factory=dict)
    sealed: Mapping[str, Encrypted] = field(default_factory=dict)
    purpose: MessagePurpose = MessagePurpose.LEGAL
    is_urgent: bool = False
    use_until: datetime | None = None
    batch_id: str | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    provider_id: str = ""
    provider_key: str = ""
    delivered_at: datetime | None = None
    version: int = 0

    @property
    def is_of_campaign(self) -> bool:
        """Whether it is about the campaign that it is of, and about nobody's case."""
        return self.about == self.template

    @property
    def text_key(self) -> tuple[str, int]:
        """The name and the version of what it says."""
        return self.template, self.template_version


@dataclass(frozen=True)
class InboxMessage:
    """A message as its owner finds it in the inbox, with its text."""

    message: Message
    text: Template
