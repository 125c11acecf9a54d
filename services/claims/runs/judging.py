"""What is right for an award and a period, by the benefit's rules and by what is known of the person."""

from collections.abc import Callable

from services.claims.awards.award import Award
from services.claims.runs.rules import UNDECIDED, Judged
from shared.funds.period import Period
from shared.storage.unit_of_work import UnitOfWork

Judge = Callable[[UnitOfWork, Award, Period], Judged]


def as_granted(uow: UnitOfWork, award: Award, period: Period) -> Judged:
    """What the decision came to, for every period."""
    found = award.terms.sum
    if found is None:
        return Judged(right_minor=None, reason=UNDECIDED)
    return Judged(right_minor=found.amount_minor, sum=found)
