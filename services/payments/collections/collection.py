"""A collection: one try of the fund to collect what an employer owes, on one rail."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.money import AMOUNT_MINOR_MAX

STEPS_MAX = 60
DEBITS_MAX = 20
"""Money that comes under one reference more often than this is no longer booked to it, but kept as unmatched."""


class Rail(StrEnum):
    """How the money travels: the employer orders a transfer at its bank, or pays by card on the bank's page."""

    TRANSFER = "transfer"
    CARD = "card"


class Status(StrEnum):
    """Where a collection stands. `announced`: the payer holds all that is needed to pay. `unknown`: the bank was asked
    for something and did not answer, so nobody may say whether it was done until the bank has been asked."""

    REQUESTED = "requested"
    ANNOUNCED = "announced"
    UNKNOWN = "unknown"
    DEBITED = "debited"
    REFUSED = "refused"
    EXPIRED = "expired"


MOVES: dict[Status, frozenset[Status]] = {
    Status.REQUESTED: frozenset(
        {Status.ANNOUNCED, Status.UNKNOWN, Status.DEBITED, Status.REFUSED, Status.EXPIRED},
    ),
    Status.UNKNOWN: frozenset(
        {Status.REQUESTED, Status.ANNOUNCED, Status.DEBITED, Status.REFUSED, Status.EXPIRED},
    ),
    Status.ANNOUNCED: frozenset({Status.DEBITED, Status.REFUSED, Status.EXPIRED}),
    # Money that came is a fact, whatever was believed before: it is booked even where a refusal was heard first.
    Status.REFUSED: frozenset({Status.DEBITED}),
    Status.EXPIRED: frozenset({Status.DEBITED}),
    Status.DEBITED: frozenset(),
}

LIVE = frozenset({Status.REQUESTED, Status.ANNOUNCED, Status.UNKNOWN})
"""Money may still come of it without anybody doing anything more."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened. `about` is a short fact, such as the bank's reason."""

    status: Status
    at: datetime
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Debit:
    """Money that the bank reported, by the bank's own reference of the entry."""

    bank_reference: str
    amount_minor: int
    at: datetime

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= AMOUNT_MINOR_MAX or not self.bank_reference:
            raise ValueError("a debit has a reference and an amount above nothing")


@dataclass(frozen=True, kw_only=True)
class Collection:
    """One try, and all that happened to it. `next_look_at` is when it will be looked at again if nothing is heard."""

    collection_id: str
    reference: str
    declaration_id: str
    employer_id: str
    period: str
    rail: Rail
    amount_minor: int
    status: Status
    steps: tuple[Step, ...]
    valid_until_on: date | None = None
    checkout_url: str | None = None
    debits: tuple[Debit, ...] = ()
    looks: int = 0
    next_look_at: datetime | None = None
    traceparent: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.amount_minor <= AMOUNT_MINOR_MAX:
            raise ValueError("nobody collects nothing")
        if (self.status is Status.DEBITED) != bool(self.debits) or len(self.debits) > DEBITS_MAX:
            raise ValueError("a collection is debited where money came, and only there")
        if self.status not in LIVE and self.next_look_at is not None:
            raise ValueError("nobody looks again at what is over")

    @property
    def debited_minor(self) -> int:
        return sum(debit.amount_minor for debit in self.debits)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE
