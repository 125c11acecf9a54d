"""Providers' receipts: which messages arrived, and which receipts wait for their message to be settled."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A receipt that arrived before its message's result was saved. `reason` is the code of why it did not arrive; None
    where it arrived, in those of an earlier release."""

    message_id: str
    reason: str | None
    received_at: datetime
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """Messages that arrived, by receipts that came together. One that is stored twice arrived once."""

    delivered_id: str
    delivered_at: datetime
    message_ids: tuple[str, ...]
    version: int = 0
