"""What an employer has to pay, debt by debt and in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.payments.arrears.penalty import PenaltyForecast
from shared.storage.paging import Order, Page, PageRequest, page_of

IN_ORDER = Order("place", "place")


@dataclass(frozen=True)
class StandingDebts:
    """A page of the debts, those that were due first coming first, and the sums over all of them."""

    employer_id: str
    as_of: date
    debts: int
    left_minor: int
    penalty_left_minor: int
    to_pay_minor: int
    to_pay_tomorrow_minor: int
    is_to_be_confirmed: bool
    """Whether any rule by which they cost what they cost has yet to be confirmed by the fund."""
    in_plan_minor: int
    """What of it is paid by a settlement plan, by its instalments."""
    beside_plans_minor: int
    """What of it is paid by none: it is due as a whole."""
    beside_plans_tomorrow_minor: int
    page: Page[PenaltyForecast]

    @classmethod
    def of(
        cls, found: Sequence[PenaltyForecast], *, employer_id: str, as_of: date, wanted: PageRequest
    ) -> "StandingDebts":
        return cls(
            employer_id=employer_id,
            as_of=as_of,
            debts=len(found),
            left_minor=sum(each.left_minor for each in found),
            penalty_left_minor=sum(each.penalty_left_minor for each in found),
            to_pay_minor=sum(each.to_pay_minor for each in found),
            to_pay_tomorrow_minor=sum(each.to_pay_tomorrow_minor for each in found),
            is_to_be_confirmed=any(each.today.is_to_be_confirmed for each in found),
            in_plan_minor=sum(each.to_pay_minor for each in found if each.plan_id),
            beside_plans_minor=sum(each.to_pay_minor for each in found if not each.plan_id),
            beside_plans_tomorrow_minor=sum(each.to_pay_tomorrow_minor for each in found if not each.plan_id),
            page=page_of(found, order=IN_ORDER, wanted=wanted, employer_id=employer_id),
        )
