"""A cover, or a payment of every period, that claims opened for a person: what its certificate may say."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted


class KnownAwardKind(StrEnum):
    """What the award is a right to, as claims says it."""

    COVER = "cover"
    PAYMENT = "payment"


class Status(StrEnum):
    """Where an award stands, as claims said it last."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class AwardDependant:
    """For whom an award is where that is a dependant of the person, opened; of their birth, as much as is known."""

    dependant_id: str
    relation: str
    birth_on: PartialDate


@dataclass(frozen=True, kw_only=True)
class KnownAward:
    """An award as claims published it. Both ends of its time are included; without `until_on` a fact ends it.

    `covers` (codes of acts) and `percent` are those of a cover. `amount_minor` is what a payment comes to for each
    period of the kind `every`, as the run of `amount_period` had it; empty, as the decision had it.
    """

    award_id: str
    reference: str
    person_ref: str
    claim_type: str
    kind: KnownAwardKind
    from_on: date
    until_on: date | None
    status: Status = Status.ACTIVE
    covers: tuple[str, ...] = ()
    percent: str = ""
    amount_minor: int = 0
    every: str = ""
    amount_period: str = ""
    dependant: Encrypted | None = None
    """For whom it is, where that is a dependant of the person; encrypted as claims sent it."""
    version: int = 0

    def holds_on(self, day: date) -> bool:
        """Whether a certificate may be issued on a day. One of a right that begins later says when."""
        return self.status is Status.ACTIVE and (self.until_on is None or day <= self.until_on)
