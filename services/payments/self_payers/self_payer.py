"""A person who pays the contributions alone: since when, on what base, until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.funds.period import Period

BASES_MAX = 120
"""Ten years of a base that changes every month."""
NOTE_CHARACTERS_MAX = 500


class SelfPayerStatus(StrEnum):
    """Whether months are still called. `ended`: none after the last month that was set, which may be to come."""

    ADMITTED = "admitted"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class DeclaredBase:
    """What contributions are paid on from a month on, who recorded it, and on what proof. `note` is stored encrypted
    with the whole."""

    from_month: str
    amount_minor: int
    ground: str
    at: datetime
    by: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise ValueError("contributions are paid on something")


@dataclass(frozen=True, kw_only=True)
class SelfPayer:
    """There is one of a person, however often it is admitted. Months are written as periods, such as `2026-M01`.

    `from_month` is the first month of the admission that holds or held last, `next_month` the next one to be called,
    `last_month` the last one, included; None while no end is set.
    """

    person_ref: str
    ground: str
    status: SelfPayerStatus
    from_month: str
    next_month: str | None
    bases: tuple[DeclaredBase, ...]
    last_month: str | None = None
    end_reason: str = ""
    next_look_at: datetime | None = None
    is_scheduled: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        if not 0 < len(self.bases) <= BASES_MAX:
            raise ValueError("a self-payer pays on a base")
        if (self.status is SelfPayerStatus.ENDED) != (self.last_month is not None):
            raise ValueError("who is no longer admitted has a last month")

    def base_in(self, month: Period) -> int:
        """What the contributions of a month are paid on, in minor units."""
        return next(each.amount_minor for each in reversed(self.bases) if Period.read(each.from_month) <= month)

    @property
    def base_minor(self) -> int:
        """What was recorded last."""
        return self.bases[-1].amount_minor
