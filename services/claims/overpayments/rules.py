"""What was paid for an award for periods after its end, and what an agent may do about it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from services.claims.awards.award import Award
from services.claims.awards.award import Status as AwardStatus
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
from shared.kernel.errors import Conflict, Forbidden, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved


class OverpaymentUnknown(Missing):
    code = "overpayment.unknown"


class NoWaiverProposed(Conflict):
    """Nobody proposes to waive it."""

    code = "overpayment.no-waiver-proposed"


class SamePerson(Forbidden):
    """Who proposed to waive it does not agree to it: a second person does."""

    code = "overpayment.same-person"


class OverpaymentNotOpen(Conflict):
    """It was settled before, or there is nothing to recover."""

    code = "overpayment.not-open"


def found(
    known: Overpayment | None, award: Award, payments: Sequence[AwardPayment], *, currency: str, by: str, at: datetime
) -> Overpayment | None:
    """What was overpaid for an award that has ended, by the payments as they stand now; None where that is nothing, or
    nothing of it is new. What was waived or recovered stays so unless the end itself is gone."""
    is_over = award.before_death is not None or award.status is AwardStatus.ENDED
    last_on = award.until_on if is_over else None
    overpaid = tuple(_overpaid(award, payments)) if last_on is not None else ()
    amount_minor = sum(each.amount_minor for each in overpaid if each.status is not PaymentStatus.RETURNED)
    amount_minor -= _taken_off(award, payments) if last_on is not None else 0
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
    if known.status is Status.WAIVER_PROPOSED and amount_minor != known.amount_minor:
        again = Status.OPEN  # what was proposed was of another amount
    if again is not None:
        return _moved(new, to=again, by=by, at=at)
    if known.status is not Status.OPEN or new == known:
        return None
    return new


def settle(overpayment: Overpayment, *, to: Status, reason: str, by: str, at: datetime) -> Overpayment:
    """An agent recovered it, or proposes to waive it, with the reason or the reference of the receipt. Raises
    `OverpaymentNotOpen`."""
    if overpayment.status is not Status.OPEN:
        raise OverpaymentNotOpen
    proposed = Status.WAIVER_PROPOSED if to is Status.WAIVED else to
    return _moved(overpayment, to=proposed, by=by, at=at, reason=reason)


def decide_waiver(overpayment: Overpayment, *, agrees: bool, reason: str, by: str, at: datetime) -> Overpayment:
    """A second person agrees that the fund waives it, or has it recovered all the same. Raises `NoWaiverProposed`,
    `SamePerson`."""
    if overpayment.status is not Status.WAIVER_PROPOSED:
        raise NoWaiverProposed
    if agrees and by == overpayment.steps[-1].by:
        raise SamePerson
    return _moved(overpayment, to=Status.WAIVED if agrees else Status.OPEN, by=by, at=at, reason=reason)


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


def _taken_off(award: Award, payments: Iterable[AwardPayment]) -> int:
    """What later payments took off for periods after the award's last day: it is recovered by that."""
    taken_minor = 0
    for payment in payments:
        periods = [(Period.read(line.period), line.amount_minor) for line in payment.lines]
        later = sum(minor for period, minor in periods if award.until_on and period.first_on > award.until_on)
        if payment.status in (*OWED, PaymentStatus.SETTLED) and later < 0:
            taken_minor += min(-later, payment.taken_minor)
    return taken_minor


def _nothing_is_owed(new: Overpayment, *, before: Overpayment, by: str, at: datetime) -> Overpayment | None:
    """Money that was recovered goes back; anything else is closed."""
    to = {
        Status.OPEN: Status.CANCELLED,
        Status.WAIVED: Status.CANCELLED,
        Status.WAIVER_PROPOSED: Status.CANCELLED,
        Status.RECOVERED: Status.TO_REPAY,
    }.get(before.status)
    return None if to is None else _moved(new, to=to, by=by, at=at)


def _moved(overpayment: Overpayment, *, to: Status, by: str, at: datetime, reason: str = "") -> Overpayment:
    status = moved(MOVES, overpayment.status, to=to)
    step = OverpaymentStep(status=status, at=at, by=by, amount_minor=overpayment.amount_minor, reason=reason)
    steps = with_step(overpayment.steps, step, limit=OVERPAYMENT_STEPS_MAX)
    return replace(overpayment, status=status, steps=steps)
