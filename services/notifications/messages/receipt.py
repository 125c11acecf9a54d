"""What providers say later of messages that they took: which arrived, and what waits for its message to be settled."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a provider said of a message before the answer by which it was taken was kept. `reason` is the code of why
    it did not arrive; None where it arrived, in those of an earlier release."""

    message_id: str
    reason: str | None
    received_at: datetime
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """Messages that arrived, as receipts that came together said. One that was kept twice arrived once."""

    delivered_id: str
    delivered_at: datetime
    message_ids: tuple[str, ...]
    version: int = 0
