"""A partner's webhook endpoint: it receives signed messages about movements of money."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SECRETS_MAX = 2
"""The one that is in use, and beside it the one that it replaces."""


class WebhookKind(StrEnum):
    """The kinds of messages."""

    PAYMENT_DEBITED = "payment.debited"
    DECLARATION_PAID = "declaration.paid"
    BENEFIT_ORDERED = "benefit.ordered"
    BENEFIT_PAID = "benefit.paid"
    BENEFIT_RETURNED = "benefit.returned"
    BILL_ANSWERED = "bill.answered"
    """What a program of the partner's asked, answered in the form of a foreign standard: for itself alone."""


class Status(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"
    """Its partner deleted it: it is not shown or called, and its job ends what waits for it and deletes it."""


class DisabledReason(StrEnum):
    """Why an endpoint is disabled: it answered 410, all attempts of a message failed, or its job failed because of a
    bug and an operator gave it up."""

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
            raise ValueError("an endpoint subscribes to something, under one secret or two")
        if (self.status is Status.DISABLED) != (self.reason is not None):
            raise ValueError("an endpoint is disabled for a reason")
