"""What an employer owes on the wages it declared: lines by side and branch, of one period, of a whole declaration."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.funds.contributions import ContributionSide
from shared.funds.law import Law
from shared.funds.period import Period


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """One branch's part of one side. `law` is the text that the percentage comes from."""

    side: ContributionSide
    branch: str
    percent: Decimal
    amount_minor: int
    law: Law


@dataclass(frozen=True, kw_only=True)
class Slip:
    """The contributions on the wages of one period."""

    period: Period
    base_minor: int
    contributions: tuple[Contribution, ...]

    @property
    def by_side(self) -> dict[ContributionSide, int]:
        """What each side comes to: exactly the sum of its branches."""
        sums: dict[ContributionSide, int] = {}
        for contribution in self.contributions:
            sums[contribution.side] = sums.get(contribution.side, 0) + contribution.amount_minor
        return sums

    @property
    def total_minor(self) -> int:
        return sum(contribution.amount_minor for contribution in self.contributions)

    @property
    def is_to_be_confirmed(self) -> bool:
        """Whether any rate in it has yet to be confirmed by the fund."""
        return any(contribution.law.is_to_be_confirmed for contribution in self.contributions)


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What a declaration makes due, and until when."""

    slips: tuple[Slip, ...]
    due_on: date

    @property
    def total_minor(self) -> int:
        return sum(slip.total_minor for slip in self.slips)

    @property
    def due_by_branch(self) -> dict[str, int]:
        """What is due to each branch, all sides and periods together."""
        due: dict[str, int] = {}
        for each in (each for slip in self.slips for each in slip.contributions):
            due[each.branch] = due.get(each.branch, 0) + each.amount_minor
        return due

    @property
    def due_by_side(self) -> dict[str, int]:
        """What is due from each side, all branches and periods together."""
        due: dict[str, int] = {}
        for side, amount_minor in (each for slip in self.slips for each in slip.by_side.items()):
            due[side.value] = due.get(side.value, 0) + amount_minor
        return due
