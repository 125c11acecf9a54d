"""What an employer is late with."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.events.declaring import event


@dataclass(frozen=True, kw_only=True)
class ChargedDebt:
    """What was charged for the lateness of one debt; whether a rule of it has yet to be confirmed by the fund."""

    declaration_id: str
    form: str
    period: str
    amount_minor: int
    is_to_be_confirmed: bool


@event(case="employer_id")
class PenaltiesCharged:
    """Penalties for lateness were charged to an employer, all that were charged about the same time, debt by debt;
    notifications informs the employer, once for each `notice_id`. `is_to_be_confirmed` where a rule of any of it has
    yet to be confirmed by the fund."""

    notice_id: str
    employer_id: str
    debts: tuple[ChargedDebt, ...]
    debt_count: int
    amount_minor: int
    currency: str
    is_to_be_confirmed: bool
    charged_on: date
    charged_at: datetime


@event(case="declaration_id")
class DeferralReminded:
    """The day is near to which a measure put off a debt, or a part of it (`due_on`), of which `amount_minor` is left;
    notifications reminds the employer."""

    declaration_id: str
    employer_id: str
    form: str
    period: str
    due_on: date
    amount_minor: int
    currency: str
    reminded_at: datetime
