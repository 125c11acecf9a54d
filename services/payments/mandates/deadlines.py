"""When something of a mandate ends by itself, and when it is looked at next. Pure: the fund's definition and the time
are handed in."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.payments.mandates.mandate import ACCEPTED, Amendment, Mandate, Status
from services.payments.mandates.mandate_terms import offered
from shared.funds.fund import Fund
from shared.funds.payments import DebitMandates


def amendment_over_at(amendment: Amendment, *, fund: Fund) -> datetime:
    """Until when the bank's answer to other terms is awaited."""
    return amendment.asked_at + timedelta(days=offered(fund).amendment_days_max)


def is_due(mandate: Mandate, *, fund: Fund, at: datetime) -> bool:
    """Whether what it waits for should have come by now."""
    if mandate.amendment is not None and amendment_over_at(mandate.amendment, fund=fund) <= at:
        return True
    return mandate.deadline_at is not None and mandate.deadline_at <= at


def with_deadline(mandate: Mandate, *, fund: Fund) -> Mandate:
    """When something ends by itself, and when it is looked at next."""
    own = offered(fund)
    if mandate.status in (Status.ISSUED, Status.BANK_AGREED):
        deadline = mandate.issued_at + timedelta(days=own.form_days_max)
    elif mandate.status is Status.UPLOADED:
        deadline = mandate.steps[-1].at + timedelta(days=own.answer_days_max)
    elif mandate.status in ACCEPTED:
        deadline = last_day_over(mandate, own, fund=fund)
        if mandate.amendment is not None:
            deadline = min(deadline, amendment_over_at(mandate.amendment, fund=fund))
    else:
        return replace(mandate, deadline_at=None, next_look_at=None)
    if mandate.request is not None and not mandate.request.is_sent:
        return replace(mandate, deadline_at=deadline, next_look_at=mandate.request.asked_at)
    look_at = deadline
    if mandate.request is not None and mandate.next_look_at is not None:
        look_at = min(deadline, mandate.next_look_at)
    return replace(mandate, deadline_at=deadline, next_look_at=look_at)


def last_day_over(mandate: Mandate, own: DebitMandates, *, fund: Fund) -> datetime:
    """When its last day is over: the one on which it ends, or on which it was not used for too long."""
    used_on = mandate.last_debit_on or fund.day_of(mandate.accepted_at or mandate.issued_at)
    last_on = used_on + timedelta(days=own.unused_days_max)
    if mandate.ends_on is not None:
        last_on = min(last_on, mandate.ends_on)
    return fund.bounds_of(last_on)[1]
