"""What was charged to an employer for lateness and is still to be announced. Each debt is charged by itself; an
employer has one announcement of all that is charged about the same time. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.payments.arrears.penalty import Penalties
from services.payments.obligations.obligation import Obligation
from shared.events.payments.arrears import ChargedDebt, PenaltiesCharged
from shared.kernel.outcome import Outcome

GATHERED_FOR = timedelta(minutes=15)
"""From the first charge to the announcement: the debts that a day makes late are charged within it."""
DEBTS_MAX = 100
"""With so many it is announced at once."""


@dataclass(frozen=True, kw_only=True)
class PenaltyNotice:
    """What is to be announced to one employer: nothing, where no debt is in it. `number` counts its announcements."""

    employer_id: str
    debts: tuple[ChargedDebt, ...] = ()
    number: int = 0
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.debts) > DEBTS_MAX:
            raise ValueError(f"a notice has at most {DEBTS_MAX} debts")

    @property
    def is_full(self) -> bool:
        return len(self.debts) == DEBTS_MAX


def with_charge(notice: PenaltyNotice, owed: Obligation, *, amount_minor: int, due: Penalties) -> PenaltyNotice:
    """Something more was charged for a debt, or, below zero, given back."""
    before = {each.declaration_id: each for each in notice.debts}
    known = before.get(owed.declaration_id)
    charged = ChargedDebt(
        declaration_id=owed.declaration_id,
        form=owed.form,
        period=owed.period,
        amount_minor=amount_minor + (known.amount_minor if known else 0),
        is_to_be_confirmed=due.is_to_be_confirmed,
    )
    return replace(notice, debts=tuple({**before, owed.declaration_id: charged}.values()))


def announce(notice: PenaltyNotice, *, currency: str, on: date, at: datetime) -> Outcome[PenaltyNotice] | None:
    """Tell the employer of all of it at once. What was charged and given back in between is not worth a word; None
    where nothing is to be announced."""
    if not notice.debts:
        return None
    charged = tuple(each for each in notice.debts if each.amount_minor > 0)
    emptied = replace(notice, debts=(), number=notice.number + 1)
    if not charged:
        return Outcome(emptied)
    published = PenaltiesCharged(
        notice_id=f"{notice.employer_id}/{emptied.number}",
        employer_id=notice.employer_id,
        debts=charged,
        debt_count=len(charged),
        amount_minor=sum(each.amount_minor for each in charged),
        currency=currency,
        is_to_be_confirmed=any(each.is_to_be_confirmed for each in charged),
        charged_on=on,
        charged_at=at,
    )
    return Outcome(emptied, (published,))
