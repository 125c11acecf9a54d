"""A batch: messages that leave together by one channel, and how often that was tried.

Ten thousand queued messages are forty batches: the sender reads batches, and never searches messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.notifications.messages.message import Status
from shared.funds.messages import Channel, MessagePurpose

MESSAGES_MAX = 250
"""A page of an audience is two of them."""
WAITING = "waiting"
"""The thing of a channel's job: whatever waits in it."""


class BatchStatus(StrEnum):
    QUEUED = "queued"
    APART = "apart"
    """It could not be sent together with others: a job of its own sends it."""
    SENDING = "sending"
    """A worker is sending it, or crashed while doing so."""
    DONE = "done"
    """Every message of it is settled or waits in another batch."""


BATCH_MOVES: dict[BatchStatus, frozenset[BatchStatus]] = {
    BatchStatus.QUEUED: frozenset({BatchStatus.SENDING, BatchStatus.APART, BatchStatus.DONE}),
    BatchStatus.APART: frozenset({BatchStatus.SENDING, BatchStatus.DONE}),
    BatchStatus.SENDING: frozenset({BatchStatus.SENDING, BatchStatus.QUEUED, BatchStatus.DONE}),
    BatchStatus.DONE: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class MessageCount:
    """How many messages of a channel have ended alike; `reason` is the code of why they did not arrive."""

    channel: Channel
    status: Status
    reason: str = ""
    messages: int


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Messages that were written in one transaction. `tries` counts how often they were sent, `doubts` how often nobody
    knows what came of it.

    All of them are of one `purpose`. `due_at` is when its next try may begin, `size` how many messages wait in it (0 in
    those of an earlier release).
    One whose messages are all of a `campaign` counts in `counted` what became of those that ended in it; they were
    written at `written_at`.
    `traceparent` is the trace of the event that the first of them is about, `traces` by message id those of the others.
    `provider_ids` are the provider's own names of the messages that it took, by message id; of SMS `provider_keys` are
    the same names as receipts are matched by.
    """

    batch_id: str
    channel: Channel
    is_urgent: bool
    status: BatchStatus
    due_at: datetime
    purpose: MessagePurpose = MessagePurpose.LEGAL
    size: int = 0
    tries: int = 0
    doubts: int = 0
    taken_at: datetime | None = None
    campaign: str = ""
    written_at: datetime | None = None
    counted: tuple[MessageCount, ...] = ()
    traceparent: str = ""
    traces: Mapping[str, str] = field(default_factory=dict)
    provider_ids: Mapping[str, str] = field(default_factory=dict)
    provider_keys: tuple[str, ...] = ()
    version: int = 0

    @property
    def waiting(self) -> int:
        """How many of its messages are still to be settled."""
        return 0 if self.status is BatchStatus.DONE else self.size

    def trace_of(self, message_id: str) -> str:
        return self.traces.get(message_id, self.traceparent)


def send_kind(channel: Channel) -> str:
    """The kind of the job that sends what waits in a channel, window by window."""
    return f"messages.send-{channel.value}"


def alone_kind(channel: Channel) -> str:
    """The kind of the job that sends one batch of a channel by itself."""
    return f"messages.send-{channel.value}-alone"
