"""A day of the ledger that is over: what was booked on it, by account, for the fund's own books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class AccountTotal:
    """What was booked to an account, all its owners together."""

    code: str
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, kw_only=True)
class AccountingDay:
    """A closed day of the fund. No entry is booked into it any more, so that whoever asks again gets the same."""

    day_id: str
    """The day, in ISO 8601."""
    entries: int
    totals: tuple[AccountTotal, ...]
    closed_at: datetime
    version: int = 0

    @property
    def on(self) -> date:
        return date.fromisoformat(self.day_id)

    @property
    def booked_minor(self) -> int:
        """All debits, which are as much as all credits."""
        return sum(each.debit_minor for each in self.totals)


@dataclass(frozen=True, kw_only=True)
class BalanceLine:
    """An account in a time: what it stood at before, what was booked. Amounts above zero are debits."""

    code: str
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor


@dataclass(frozen=True, kw_only=True)
class TrialBalance:
    """All accounts in a time of closed days, both ends included. Openings add up to nothing, and so do closings."""

    from_on: date
    until_on: date
    lines: Sequence[BalanceLine]

    @property
    def booked_minor(self) -> int:
        return sum(each.debit_minor for each in self.lines)
