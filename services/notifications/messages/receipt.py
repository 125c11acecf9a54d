"""A receipt that came before the answer by which its message was taken was kept: it waits for that."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a provider said of a message. `reason` is the code of why it did not arrive; None where it arrived."""

    message_id: str
    reason: str | None
    received_at: datetime
    version: int = 0
