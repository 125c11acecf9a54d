"""An address of a partner that wants to be told what happens to money, by messages that the fund signs."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SECRETS_MAX = 2
"""The one that is in use, and beside it the one that it replaces."""


class WebhookKind(StrEnum):
    """What a partner may be told."""

    PAYMENT_DEBITED = "payment.debited"
    DECLARATION_PAID = "declaration.paid"
    BENEFIT_ORDERED = "benefit.ordered"
    BENEFIT_PAID = "benefit.paid"
    BENEFIT_RETURNED = "benefit.returned"


class Status(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"
    """Its partner took it back: nobody sees it or calls it, and its job ends what waits for it and forgets it."""


class DisabledReason(StrEnum):
    """Why an endpoint is called no more: it said that it is gone, a message was tried in vain to the end, or its job
    failed for a fault of ours and an operator gave it up."""

    GONE = "gone"
    NOT_ANSWERING = "not-answering"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a partner listens. `client` is the machine that registered it; `secrets` are as settings write them, newest
    first, and is stored encrypted."""

    endpoint_id: str
    client: str
    url: str
    kinds: tuple[WebhookKind, ...]
    secrets: tuple[str, ...] = field(repr=False)
    status: Status = Status.ENABLED
    reason: DisabledReason | None = None
    changed_at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if not self.kinds or not 1 <= len(self.secrets) <= SECRETS_MAX:
            raise ValueError("an endpoint is told of something, under one secret or two")
        if (self.status is Status.DISABLED) != (self.reason is not None):
            raise ValueError("an endpoint is disabled for a reason")
