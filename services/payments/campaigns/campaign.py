"""A campaign: the declarations of one form and period, as they come in by day, office and hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared.funds.period import Period

HOURS_A_DAY = 24


@dataclass(frozen=True, kw_only=True)
class Filing:
    """A declaration that was accepted, as campaigns count it: when the employer sent it, and how many workers it adds
    to what was declared before (fewer than none, where it replaces one with more).

    It is written with the declaration and counted later by one writer: counters that every acceptance wrote would let
    through one at a time. `is_employers_first` is known once it is counted.
    """

    declaration_id: str
    form: str
    period: str
    employer_id: str
    office: str
    received_at: datetime
    on: date
    hour: int
    workers: int
    is_counted: bool = False
    is_employers_first: bool = False
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class CampaignDay:
    """What came for a form and period on one day of the fund from the employers of one office."""

    day_id: str
    form: str
    period: str
    on: date
    office: str
    changed_at: datetime
    employers: int = 0
    declarations: int = 0
    workers: int = 0
    by_hour: tuple[int, ...] = (0,) * HOURS_A_DAY
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """A form and period, and the days on which its declarations are awaited: from the day after the period to the last
    day in time."""

    form: str
    period: Period
    begins_on: date
    due_on: date

    @property
    def period_text(self) -> str:
        return str(self.period)


@dataclass(frozen=True, kw_only=True)
class BoardDay:
    """One day of a campaign beside the day that was as far from the beginning of last year's."""

    on: date
    declarations: int
    workers: int
    workers_before: int


@dataclass(frozen=True, kw_only=True)
class BoardOffice:
    """One office of the fund: what its employers declared, this year and up to the same day of last year's."""

    office: str
    employers: int
    workers: int
    workers_before: int


@dataclass(frozen=True, kw_only=True)
class Board:
    """How a campaign stands. `workers_before` counts last year's up to the same day, `workers_before_in_all` all of
    it; `employers_due` are the open employers that were affiliated when the period ended."""

    campaign: Campaign
    before: Campaign
    as_of: date
    employers_due: int
    employers: int
    declarations: int
    workers: int
    workers_before: int
    workers_before_in_all: int
    days: Sequence[BoardDay]
    offices: Sequence[BoardOffice]
    by_hour: Sequence[int]
    by_hour_today: Sequence[int]

    @property
    def silent(self) -> int:
        """Employers from whom nothing came yet."""
        return max(0, self.employers_due - self.employers)
