"""The months for which a person pays the contributions alone."""

from datetime import date, datetime

from shared.events.declaring import event


@event(case="person_ref")
class SelfContributionCalled:
    """A month has begun for which a person pays the contributions alone: what is due, until when, and by which
    reference it is paid. notifications informs the person."""

    person_ref: str
    month: str
    payment_reference: str
    amount_minor: int
    currency: str
    due_on: date
    called_at: datetime


@event(case="person_ref")
class SelfContributionPaid:
    """All that a person who pays the contributions alone owes for a month has come; `month` is written as a period,
    such as 2026-M01. For whoever keeps a person's rights: the month counts as paid."""

    person_ref: str
    month: str
    payment_reference: str
    amount_minor: int
    currency: str
    paid_on: date
    paid_at: datetime


@event(case="person_ref")
class SelfContributionReopened:
    """The bank took back money of a month that a self-payer had paid: `left_minor` is due again, and the month does not
    count as paid."""

    person_ref: str
    month: str
    payment_reference: str
    left_minor: int
    currency: str
    reopened_on: date
    reopened_at: datetime
