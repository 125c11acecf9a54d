"""What was paid for an award after the death of its person, and what an agent may do about it. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.claims.awards.award import Award
from services.claims.overpayments.overpayment import (
    MOVES,
    OVERPAYMENT_STEPS_MAX,
    OverpaidPayment,
    Overpayment,
    OverpaymentStep,
    Status,
)
from services.claims.runs.run import OWED, AwardPayment, PaymentStatus
from shared.funds.period import Period
from shared.kernel.errors import Conflict, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved


class OverpaymentUnknown(Missing):
    code = "overpayment.unknown"


class OverpaymentNotOpen(Conflict):
    """It was settled before, or there is nothing to recover."""

    code = "overpayment.not-open"


def found(
    known: Overpayment | None, award: Award, payments: Iterable[AwardPayment], *, currency: str, by: str, at: datetime
) -> Overpayment | None:
    """What was overpaid for an award by the death of its person, by the payments as they stand now; None where that is
    nothing, or nothing of it is new. What was waived or recovered stays so unless the death itself is gone."""
    last_on = award.until_on if award.before_death else None
    overpaid = tuple(_overpaid(award, payments)) if last_on is not None else ()
    amount_minor = sum(each.amount_minor for each in overpaid if each.status is not PaymentStatus.RETURNED)
    if known is None:
        if amount_minor <= 0 or last_on is None:
            return None
        step = OverpaymentStep(status=Status.OPEN, at=at, by=by, amount_minor=amount_minor)
        return Overpayment(
            award_id=award.award_id,
            reference=award.reference,
            person_ref=award.person_ref,
            claim_type=award.claim_type,
            last_on=last_on,
            payments=overpaid,
            amount_minor=amount_minor,
            currency=currency,
            status=Status.OPEN,
            steps=(step,),
            found_at=at,
        )
    new = replace(known, last_on=last_on or known.last_on, payments=overpaid or known.payments)
    if amount_minor <= 0:
        return _nothing_is_owed(new, before=known, by=by, at=at)
    new = replace(new, amount_minor=amount_minor)
    again = {Status.CANCELLED: Status.OPEN, Status.TO_REPAY: Status.RECOVERED}.get(known.status)
    if again is not None:
        return _moved(new, to=again, by=by, at=at)
    if known.status is not Status.OPEN or new == known:
        return None
    return new


def settle(overpayment: Overpayment, *, to: Status, reason: str, by: str, at: datetime) -> Overpayment:
    """An agent recovered it, or waives it, with the reason or the reference of the receipt. Raises
    `OverpaymentNotOpen`."""
    if overpayment.status is not Status.OPEN:
        raise OverpaymentNotOpen
    return _moved(overpayment, to=to, by=by, at=at, reason=reason)


def _overpaid(award: Award, payments: Iterable[AwardPayment]) -> Iterable[OverpaidPayment]:
    """The payments that hold something for a period after the award's last day, less what they take off for one."""
    for payment in payments:
        periods = [(Period.read(line.period), line.amount_minor) for line in payment.lines]
        later = sum(minor for period, minor in periods if award.until_on and period.first_on > award.until_on)
        if payment.status in OWED and later > 0:
            yield OverpaidPayment(
                payment_id=payment.payment_id,
                period=payment.period,
                amount_minor=min(later, payment.amount_minor),
                status=payment.status,
            )


def _nothing_is_owed(new: Overpayment, *, before: Overpayment, by: str, at: datetime) -> Overpayment | None:
    """Money that was recovered goes back; anything else is closed."""
    to = {
        Status.OPEN: Status.CANCELLED,
        Status.WAIVED: Status.CANCELLED,
        Status.RECOVERED: Status.TO_REPAY,
    }.get(before.status)
    return None if to is None else _moved(new, to=to, by=by, at=at)


def _moved(overpayment: Overpayment, *, to: Status, by: str, at: datetime, reason: str = "") -> Overpayment:
    status = moved(MOVES, overpayment.status, to=to)
    step = OverpaymentStep(status=status, at=at, by=by, amount_minor=overpayment.amount_minor, reason=reason)
    steps = with_step(overpayment.steps, step, limit=OVERPAYMENT_STEPS_MAX)
    return replace(overpayment, status=status, steps=steps)
