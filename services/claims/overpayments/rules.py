"""What was paid for an award and was not due, what takes it off, and what an agent does about it. What comes back by
transfer is in `repaying`, what the person disputes in `disputing`. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from services.claims.awards.award import Award
from services.claims.awards.award import Status as AwardStatus
from services.claims.overpayments.moving import OverpaymentNotOpen, decided_event, dispute_decided, moved_to, recovered
from services.claims.overpayments.overpayment import (
    TO_RECOVER,
    WITHHELD_SHOWN_MAX,
    DisputeOutcome,
    OverpaidPayment,
    Overpayment,
    OverpaymentStep,
    RepaymentWay,
    Status,
    Withheld,
)
from services.claims.runs.run import OWED, AwardPayment, PaymentStatus
from shared.events.claims.overpayments import OverpaymentClosed, OverpaymentFound
from shared.funds.period import Period
from shared.kernel.errors import Conflict, Forbidden, Missing
from shared.kernel.outcome import Outcome


class OverpaymentUnknown(Missing):
    code = "overpayment.unknown"


class NoWaiverProposed(Conflict):
    """Nobody proposes to waive it."""

    code = "overpayment.no-waiver-proposed"


class SamePerson(Forbidden):
    """Who proposed to waive it does not agree to it: a second person does."""

    code = "overpayment.same-person"


class OverpaymentAwaitsRun(Conflict):
    """The award holds, and no run has computed yet what is too much: it is settled after the next one."""

    code = "overpayment.awaits-run"


# --- Found ------------------------------------------------------------------------------------------------------------


def found(
    known: Overpayment | None,
    award: Award,
    payments: Sequence[AwardPayment],
    *,
    carried_minor: int,
    repayment_reference: str,
    currency: str,
    by: str,
    at: datetime,
) -> Overpayment | None:
    """What was overpaid for an award: `carried_minor` while it held, and, where it has ended, what payments hold for
    later periods, as they stand now; None where that is nothing, or nothing of it is new. What was waived or recovered
    stays so, unless the end itself is gone, or something new is overpaid for an award that holds."""
    is_over = award.before_death is not None or award.status is AwardStatus.ENDED
    last_on = award.until_on if is_over else None
    overpaid = tuple(_overpaid(award, payments)) if last_on is not None else ()
    owed_minor = sum(each.amount_minor for each in overpaid if each.status is not PaymentStatus.RETURNED)
    owed_minor -= _taken_off(award, payments) if last_on is not None else 0
    owed_minor += carried_minor
    if known is None:
        if owed_minor <= 0:
            return None
        step = OverpaymentStep(status=Status.OPEN, at=at, by=by, amount_minor=owed_minor)
        return Overpayment(
            award_id=award.award_id,
            reference=award.reference,
            person_ref=award.person_ref,
            claim_type=award.claim_type,
            last_on=last_on,
            payments=overpaid,
            amount_minor=owed_minor,
            currency=currency,
            status=Status.OPEN,
            steps=(step,),
            found_at=at,
            repayment_reference=repayment_reference,
            carried_minor=carried_minor,
            is_of_deceased=award.before_death is not None,
        )
    new = replace(
        known,
        last_on=last_on if last_on or carried_minor else known.last_on,
        payments=overpaid or known.payments,
        carried_minor=carried_minor,
        repayment_reference=known.repayment_reference or repayment_reference,
        is_of_deceased=award.before_death is not None,
    )
    amount_minor = owed_minor - known.withheld_minor
    if amount_minor <= 0:
        debt_minor = max(owed_minor + known.repaid_of_debt_minor, 0)
        return _nothing_is_owed(new, before=known, debt_minor=debt_minor, by=by, at=at)
    new = replace(new, amount_minor=amount_minor)
    again = _opened_again(known, new)
    if again is not None:
        return moved_to(new, to=again, by=by, at=at)
    if known.status is not Status.OPEN or new == known:
        return None
    return new


def _opened_again(known: Overpayment, new: Overpayment) -> Status | None:
    """Where it goes that is owed once more; None where it stands as it stood."""
    if known.status is Status.CANCELLED:
        return Status.OPEN
    if known.status is Status.TO_REPAY:
        earlier = (step.status for step in reversed(known.steps[:-1]) if step.status is not Status.TO_REPAY)
        before = next(earlier, Status.RECOVERED)
        if before in TO_RECOVER:
            return Status.OPEN
        return None if known.surplus_minor else Status.RECOVERED  # money that came after it was settled goes back
    if known.status is Status.WAIVER_PROPOSED:
        return Status.OPEN if new.amount_minor != known.amount_minor else None  # another amount was proposed
    is_of_living = known.status in (Status.RECOVERED, Status.WAIVED) and known.last_on is None
    return Status.OPEN if is_of_living else None


def taken_off(known: Overpayment, *, carried_minor: int, by: str, at: datetime) -> Overpayment:
    """A run has computed the award while it held: its account carries so much from now on. What it carries no more was
    taken off its payments, and with the last of it the overpayment is recovered."""
    taken_minor = max(known.carried_minor - carried_minor, 0)
    amount_minor = max(known.amount_minor + carried_minor - known.carried_minor, 0)
    new = replace(
        known,
        carried_minor=carried_minor,
        taken_minor=known.taken_minor + taken_minor,
        amount_minor=amount_minor,
    )
    return new if amount_minor or known.status not in TO_RECOVER else recovered(new, by=by, at=at)


def withhold(known: Overpayment, taken: Withheld, *, by: str, at: datetime) -> Overpayment:
    """A payment of another award had something taken off for it. The caller has looked that it is not too much."""
    new = replace(
        known,
        amount_minor=known.amount_minor - taken.amount_minor,
        withheld=(*known.withheld, taken)[-WITHHELD_SHOWN_MAX:],
        withheld_minor=known.withheld_minor + taken.amount_minor,
    )
    return new if new.amount_minor else recovered(new, by=by, at=at)


def may_be_taken(overpayment: Overpayment, *, waits_for_dispute: bool) -> bool:
    """Whether payments have something taken off for it: not while somebody proposes to waive it, nor, where the fund
    says so, while the person disputes it, nor after it was settled."""
    is_waiting = overpayment.is_disputed and waits_for_dispute
    return overpayment.status is Status.OPEN and not is_waiting and not overpayment.is_of_deceased


# --- The fund's agents ------------------------------------------------------------------------------------------------


def settle(overpayment: Overpayment, *, to: Status, reason: str, by: str, at: datetime) -> Overpayment:
    """An agent recovered it, or proposes to waive it, with the reason or the reference of the receipt. Raises
    `OverpaymentNotOpen`."""
    if overpayment.status is not Status.OPEN:
        raise OverpaymentNotOpen
    if to is Status.WAIVED:
        return moved_to(overpayment, to=Status.WAIVER_PROPOSED, by=by, at=at, reason=reason)
    return _settled(moved_to(overpayment, to=to, by=by, at=at, reason=reason))


def _settled(overpayment: Overpayment) -> Overpayment:
    """While the award holds nothing of it is left: what is overpaid later is another sum."""
    return overpayment if overpayment.last_on else replace(overpayment, amount_minor=0, carried_minor=0)


def decide_waiver(
    overpayment: Overpayment, *, agrees: bool, reason: str, by: str, at: datetime
) -> Outcome[Overpayment]:
    """A second person agrees that the fund waives it, or has it recovered all the same. Where the person disputes it,
    they are right by that, and what was taken off goes back. Raises `NoWaiverProposed`, `SamePerson`."""
    if overpayment.status is not Status.WAIVER_PROPOSED:
        raise NoWaiverProposed
    if agrees and by == overpayment.steps[-1].by:
        raise SamePerson
    if not agrees:
        return Outcome(moved_to(overpayment, to=Status.OPEN, by=by, at=at, reason=reason))
    if not overpayment.is_disputed:
        return Outcome(_settled(moved_to(overpayment, to=Status.WAIVED, by=by, at=at, reason=reason)))
    decided = dispute_decided(overpayment, DisputeOutcome.ACCEPTED, reason=reason, by=by, at=at)
    taken_minor = overpayment.withheld_minor + overpayment.taken_minor + overpayment.repaid_of_debt_minor
    published = decided_event(decided, stands=False, at=at)
    if not taken_minor:
        return Outcome(_settled(moved_to(decided, to=Status.WAIVED, by=by, at=at, reason=reason)), (published,))
    back = replace(_settled(decided), amount_minor=taken_minor)
    return Outcome(moved_to(back, to=Status.TO_REPAY, by=by, at=at, reason=reason), (published,))


def settled_minor(overpayment: Overpayment, *, account_carry_minor: int) -> int:
    """What of an award's own account is settled with its overpayment: what runs do not take off any more. Raises
    `OverpaymentAwaitsRun` where no run has computed it yet."""
    if overpayment.last_on is None and overpayment.carried_minor != -account_carry_minor:
        raise OverpaymentAwaitsRun
    return -account_carry_minor


# --- Told -------------------------------------------------------------------------------------------------------------


def change_events(
    before: Overpayment | None, after: Overpayment, *, way: RepaymentWay, until_on: date | None, at: datetime
) -> tuple[object, ...]:
    """What the person and payments are told of a change: that something is owed, or more than before; that nothing is
    any more. Of what was paid after a death payments alone acts, by the way and by `is_of_deceased`."""
    was_owed_minor = before.amount_minor if before is not None and before.status in TO_RECOVER else 0
    if after.status is Status.OPEN and after.amount_minor > was_owed_minor:
        found_event = OverpaymentFound(
            award_id=after.award_id,
            reference=after.reference,
            person_ref=after.person_ref,
            claim_type=after.claim_type,
            amount_minor=after.amount_minor,
            currency=after.currency,
            way=way.value,
            repayment_reference=after.repayment_reference,
            may_be_disputed_until=until_on,
            found_at=at,
        )
        return (found_event,)
    if was_owed_minor and after.status not in TO_RECOVER:
        closed = OverpaymentClosed(
            award_id=after.award_id,
            reference=after.reference,
            person_ref=after.person_ref,
            claim_type=after.claim_type,
            outcome=after.status.value,
            repayment_reference=after.repayment_reference,
            is_by_dispute=before is not None and before.is_disputed,
            is_of_deceased=after.is_of_deceased,
            closed_at=at,
        )
        return (closed,)
    return ()


def _overpaid(award: Award, payments: Iterable[AwardPayment]) -> Iterable[OverpaidPayment]:
    """The payments that hold something for a period after the award's last day, less what they take off for one."""
    for payment in payments:
        later = _later_minor(award, payment)
        if payment.status in OWED and later > 0:
            yield OverpaidPayment(
                payment_id=payment.payment_id,
                period=payment.period,
                amount_minor=min(later, payment.amount_minor + payment.withheld_minor),
                status=payment.status,
            )


def _taken_off(award: Award, payments: Iterable[AwardPayment]) -> int:
    """What later payments took off for periods after the award's last day: it is recovered by that."""
    return sum(
        later_taken_minor(award, payment) for payment in payments if payment.status in (*OWED, PaymentStatus.SETTLED)
    )


def later_taken_minor(award: Award, payment: AwardPayment) -> int:
    """What a payment of the award took off for periods after its last day."""
    return min(max(-_later_minor(award, payment), 0), payment.taken_minor)


def _later_minor(award: Award, payment: AwardPayment) -> int:
    periods = ((Period.read(line.period), line.amount_minor) for line in payment.lines)
    return sum(minor for period, minor in periods if award.until_on and period.first_on > award.until_on)


def _nothing_is_owed(
    new: Overpayment, *, before: Overpayment, debt_minor: int, by: str, at: datetime
) -> Overpayment | None:
    """Money that was recovered and is not owed goes back; anything else is closed. What was settled while the award
    held stays so: its account knows what is right."""
    if before.status not in TO_RECOVER and before.last_on is None:
        return None
    recovered_minor = before.withheld_minor + before.repaid_of_debt_minor
    recovered_minor += before.amount_minor if before.status is Status.RECOVERED else 0
    if before.status in (*TO_RECOVER, Status.RECOVERED) and recovered_minor > debt_minor:
        return moved_to(replace(new, amount_minor=recovered_minor - debt_minor), to=Status.TO_REPAY, by=by, at=at)
    is_closed = before.status in (*TO_RECOVER, Status.WAIVED)
    return moved_to(new, to=Status.CANCELLED, by=by, at=at) if is_closed else None
