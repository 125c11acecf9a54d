"""A message for one endpoint, and how often it was tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.payments.partners.endpoint import WebhookKind

BODY_BYTES_MAX = 20 * 1024
"""As Standard Webhooks has it."""


class Status(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message on its way. `message_id` is that of all its tries, however long they go on. `last_answer` is the HTTP
    status that the partner gave, or a word for what went wrong on the way. An answer in the form of a foreign standard
    goes to a `path` below the endpoint's address, with `headers` of its own."""

    delivery_id: str
    endpoint_id: str
    message_id: str
    kind: WebhookKind
    happened_at: datetime
    body: str
    status: Status = Status.WAITING
    tries: int = 0
    next_try_at: datetime | None
    last_try_at: datetime | None = None
    last_answer: str = ""
    traceparent: str = ""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        if (self.status is Status.WAITING) != (self.next_try_at is not None):
            raise ValueError("a message is tried again as long as it waits")
        if len(self.body.encode()) > BODY_BYTES_MAX:
            raise ValueError("a message is larger than a webhook may be")
