"""A batch: messages that leave together by one channel, and how often that was tried.

Ten thousand queued messages are fifty batches: whoever sends looks at batches, and never searches messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.funds.fund import Channel

MESSAGES_MAX = 200


class BatchStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    """Somebody is sending it, or was killed while they did."""
    DONE = "done"
    """Every message of it is settled or waits in another batch."""


BATCH_MOVES: dict[BatchStatus, frozenset[BatchStatus]] = {
    BatchStatus.QUEUED: frozenset({BatchStatus.SENDING}),
    BatchStatus.SENDING: frozenset({BatchStatus.SENDING, BatchStatus.QUEUED, BatchStatus.DONE}),
    BatchStatus.DONE: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Messages of one cause. `tries` counts how often they were sent, `doubts` how often nobody knows what came of it.

    `due_at` is when its next try may begin, `size` how many messages wait in it (0 in those of an earlier release).
    `traceparent` is the trace of the event that they tell of. `provider_ids` are the provider's own names of the
    messages that it took, by message id, for a talk about one of them.
    """

    batch_id: str
    channel: Channel
    is_urgent: bool
    status: BatchStatus
    due_at: datetime
    size: int = 0
    tries: int = 0
    doubts: int = 0
    taken_at: datetime | None = None
    traceparent: str = ""
    provider_ids: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
