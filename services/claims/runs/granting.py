"""What an approved run grants, and what payments and the bank do with it. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.claims.awards.award import Award
from services.claims.runs.computing import SUSPENDED, UNDECIDED, Debts
from services.claims.runs.run import (
    PAYMENT_MOVES,
    PAYMENT_STEPS_MAX,
    AwardAccount,
    AwardPayment,
    GrantedInRun,
    PaymentStatus,
    PaymentStep,
    RunLineKind,
    RunPage,
)
from shared.events.claims.awards import AwardPaid, BenefitDue
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


def must_be_withheld(payment: AwardPayment, award: Award) -> bool:
    """Whether the award is no longer what it was computed as: suspended since, ended with another day, or decided
    again."""
    if payment.reason == SUSPENDED:
        return False  # nothing of it is paid or granted
    again_at = award.decided_again_at
    is_decided_again = again_at is not None and bool(payment.steps) and payment.steps[0].at <= again_at
    return not award.is_computed or award.until_on != payment.award_until_on or is_decided_again


def takes_too_much(payment: AwardPayment, debts: Debts) -> bool:
    """Whether something is taken off by a payment that may not be taken any more: the person disputes it since, it was
    settled, or another payment took it."""
    left = {debt.award_id: debt.amount_minor for debt in debts.others}
    is_own = debts.is_paused and payment.taken_minor > 0
    return is_own or any(each.amount_minor > left.get(each.award_id, 0) for each in payment.withheld_for)


def withhold(payment: AwardPayment, *, at: datetime) -> AwardPayment:
    """Nothing of it is paid, and nothing granted: the next run computes the award as it is then."""
    return _payment_moved(payment, to=PaymentStatus.WITHHELD, at=at)


def grant(payment: AwardPayment, account: AwardAccount, *, at: datetime) -> tuple[AwardPayment, AwardAccount]:
    """The payment is owed, and what it grants is written down, so that no later run pays it again. Where nothing is to
    be paid it is settled by that."""
    to = PaymentStatus.DUE if payment.amount_minor else PaymentStatus.SETTLED
    granted = {each.period: each for each in account.granted}
    for line in payment.lines:
        if line.reason != UNDECIDED:
            granted[line.period] = GrantedInRun(period=line.period, amount_minor=line.right_minor)
    after = replace(
        account,
        granted=tuple(granted.values()),
        carry_minor=payment.carry_after_minor,
        last_minor=payment.amount_minor,
    )
    return _payment_moved(payment, to=to, at=at), after


def due_event(payment: AwardPayment, *, currency: str, at: datetime) -> BenefitDue:
    return BenefitDue(
        payment_id=payment.payment_id,
        award_id=payment.award_id,
        run_id=payment.run_id,
        claim_id=payment.claim_id,
        reference=payment.reference,
        person_ref=payment.person_ref,
        claim_type=payment.claim_type,
        period=payment.period,
        amount_minor=payment.amount_minor,
        currency=currency,
        due_at=at,
        regular_minor=_regular_minor(payment),
    )


def _regular_minor(payment: AwardPayment) -> int | None:
    """What is right for the period of the run itself; None where that is not decided, or was granted before."""
    own = (line for line in payment.lines if line.kind is RunLineKind.PERIOD and line.reason != UNDECIDED)
    return next((line.right_minor for line in own), None)


def page_of(page_id: str, run_id: str, payments: Iterable[AwardPayment]) -> RunPage:
    """What a page of payments came to when it was told."""
    found = list(payments)
    due = [each for each in found if each.status is PaymentStatus.DUE]
    return RunPage(
        page_id=page_id,
        run_id=run_id,
        due=len(due),
        due_minor=sum(each.amount_minor for each in due),
        withheld=sum(each.status is PaymentStatus.WITHHELD for each in found),
    )


def note(
    payment: AwardPayment, page: RunPage, *, to: PaymentStatus, currency: str, at: datetime, reason: str = ""
) -> tuple[Outcome[AwardPayment], RunPage]:
    """Payments ordered it, the bank paid it, or gave it back; and what its page comes to by that."""
    noted = _payment_moved(payment, to=to, at=at, reason=reason)
    counted = _counted(_counted(page, payment, by=-1), noted, by=1)
    events: tuple[object, ...] = ()
    if to is PaymentStatus.PAID:
        published = AwardPaid(
            payment_id=payment.payment_id,
            award_id=payment.award_id,
            reference=payment.reference,
            person_ref=payment.person_ref,
            claim_type=payment.claim_type,
            period=payment.period,
            amount_minor=payment.amount_minor,
            currency=currency,
            paid_at=at,
        )
        events = (published,)
    return Outcome(noted, events), counted


def _counted(page: RunPage, payment: AwardPayment, *, by: int) -> RunPage:
    if payment.status is PaymentStatus.PAID:
        return replace(page, paid=page.paid + by, paid_minor=page.paid_minor + by * payment.amount_minor)
    if payment.status is PaymentStatus.RETURNED:
        amount_minor = page.returned_minor + by * payment.amount_minor
        return replace(page, returned=page.returned + by, returned_minor=amount_minor)
    return page


def _payment_moved(payment: AwardPayment, *, to: PaymentStatus, at: datetime, reason: str = "") -> AwardPayment:
    status = moved(PAYMENT_MOVES, payment.status, to=to)
    step = PaymentStep(status=status, at=at, reason=reason)
    return replace(payment, status=status, steps=with_step(payment.steps, step, limit=PAYMENT_STEPS_MAX))
