"""A settlement plan: an employer's debts in instalments."""

from datetime import date, datetime

from shared.events.declaring import event


@event(case="plan_id")
class SettlementAsked:
    """An employer asks to pay its debts in instalments; notifications confirms it."""

    plan_id: str
    reference: str
    employer_id: str
    months: int
    asked_at: datetime


@event(case="plan_id")
class SettlementAgreed:
    """The fund agreed to a settlement plan: its schedule is frozen, and its debts cost no more for coming late.
    Notifications informs the employer. After the last instalment `waived_minor` of the penalties is waived."""

    plan_id: str
    reference: str
    employer_id: str
    months: int
    to_pay_minor: int
    waived_minor: int
    currency: str
    first_due_on: date
    first_amount_minor: int
    agreed_at: datetime


@event(case="plan_id")
class SettlementRefused:
    """The fund refused a settlement plan, with a reason that notifications tells the employer."""

    plan_id: str
    reference: str
    employer_id: str
    reason: str
    refused_at: datetime


@event(case="plan_id")
class SettlementBroken:
    """A settlement plan is broken (`because`: instalments were `missed`, not all had come by the `last-day`, or what
    became due since is unpaid, `current-unpaid`): penalties are owed again. Notifications informs the employer."""

    plan_id: str
    reference: str
    employer_id: str
    because: str
    left_minor: int
    currency: str
    broken_at: datetime


@event(case="plan_id")
class SettlementFinished:
    """All instalments of a settlement plan came, and penalties were waived; notifications informs the employer."""

    plan_id: str
    reference: str
    employer_id: str
    paid_minor: int
    waived_minor: int
    currency: str
    finished_at: datetime


@event(case="plan_id")
class InstalmentReminded:
    """An instalment of a settlement plan is due soon, or was missed (`is_missed`); one that is to be debited names the
    day (`debit_on`). Notifications reminds the employer."""

    plan_id: str
    reference: str
    employer_id: str
    number: int
    due_on: date
    amount_minor: int
    currency: str
    is_missed: bool
    reminded_at: datetime
    debit_on: date | None = None
