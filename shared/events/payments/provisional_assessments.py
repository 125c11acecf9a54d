"""What an employer owes for a period that it did not declare."""

from datetime import date, datetime

from shared.events.declaring import event


@event(case="assessment_id")
class ProvisionallyAssessed:
    """An employer declared nothing for a period, and the fund assessed what it owes until it declares; notifications
    informs the employer. `basis_period` is the period from whose declaration it was computed; `due_on` the last day on
    which the period could have been declared in time. `establishment` as for a declaration."""

    assessment_id: str
    employer_id: str
    form: str
    period: str
    establishment: str | None = None
    due_minor: int
    currency: str
    due_on: date
    basis_period: str
    is_to_be_confirmed: bool
    assessed_at: datetime


@event(case="assessment_id")
class ProvisionalAssessmentWithdrawn:
    """The fund took a provisional assessment back: nothing is owed for it any more; notifications informs the
    employer."""

    assessment_id: str
    employer_id: str
    form: str
    period: str
    withdrawn_at: datetime
