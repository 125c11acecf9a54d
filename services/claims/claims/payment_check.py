"""What is paid once and was granted is held against what is known now, before it is owed: the decision stays as it was
made, and what differs is kept beside it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.claims.benefits.judgement import ConditionResult, JudgedOutcome, Judgement
from services.claims.claims import decisions
from services.claims.claims.claim import (
    Claim,
    Decision,
    Objection,
    PaymentCheck,
    PaymentCheckStatus,
    PaymentHold,
    Status,
    StepKind,
)
from services.claims.claims.steps import moved_to, noted
from shared.events.claims.claims import PaymentHeld
from shared.kernel.actors import Actor
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome


class NoPaymentHeld(Conflict):
    """The payment of the claim does not wait for anybody."""

    code = "claim.no-payment-held"


@dataclass(frozen=True, kw_only=True)
class PaymentCheckFacts:
    """What is known of a granted claim now. `judgement` is None for care, which is priced and not judged."""

    died_on: date | None
    has_changed: bool
    """A register answers something else than what the claim was granted with."""
    is_lost: bool
    """A register does not know any more what the claim was granted with."""
    judgement: Judgement | None


def conclude(claim: Claim, known: PaymentCheckFacts, *, currency: str, at: datetime) -> Outcome[Claim]:
    """The registers have answered: the claim is owed, or an agent has to look at what differs. A claim that was
    concluded before stays as it is."""
    if claim.payment_check is None or claim.payment_check.status is not PaymentCheckStatus.AWAITED:
        return Outcome(claim)
    hold = _hold(claim.decision, known)
    if hold is None:
        passed = replace(claim.payment_check, status=PaymentCheckStatus.PASSED, concluded_at=at)
        return Outcome(
            replace(claim, payment_check=passed), (decisions.approved_event(claim, currency=currency, at=at),)
        )
    now = known.judgement
    held = replace(
        claim.payment_check,
        status=PaymentCheckStatus.HELD,
        concluded_at=at,
        hold=hold,
        amount_minor=now.sum.amount_minor if now and now.sum else None,
        differing=tuple(_differing(claim.decision, now)),
    )
    published = PaymentHeld(
        claim_id=claim.claim_id,
        reference=claim.reference,
        person_ref=claim.person_ref,
        claim_type=claim.claim_type,
        reason=hold.value,
        held_at=at,
    )
    stopped = noted(claim, StepKind.PAYMENT_HELD, at=at, about=hold.value)
    return Outcome(replace(stopped, payment_check=held, is_payment_held=True), (published,))


def _hold(decision: Decision | None, known: PaymentCheckFacts) -> PaymentHold | None:
    """Why it is not paid without an agent; None where all is as it was decided."""
    if known.died_on is not None:
        return PaymentHold.DIED
    if known.has_changed:
        return PaymentHold.REGISTER_CHANGED
    now = known.judgement
    if now is not None and now.outcome is JudgedOutcome.REFUSED:
        return PaymentHold.CONDITION_NOT_MET
    unknown_then = _unknown(decision.conditions) if decision else set()
    if known.is_lost or (now is not None and _unknown(now.conditions) - unknown_then):
        return PaymentHold.NOT_KNOWN
    explained = decision.explained if decision else None
    then_minor, now_minor = explained and explained.amount_minor, now and now.sum and now.sum.amount_minor
    return PaymentHold.OTHER_AMOUNT if now is not None and then_minor != now_minor else None


def _unknown(conditions: Iterable[ConditionResult]) -> set[str]:
    return {each.code for each in conditions if each.holds is None}


def _differing(decision: Decision | None, now: Judgement | None) -> Iterable[ConditionResult]:
    """The conditions, as they are now, that come out otherwise than at the decision."""
    then = {each.code: each.holds for each in decision.conditions} if decision else {}
    return (each for each in (now.conditions if now else ()) if then.get(each.code, True) is not each.holds)


def release(claim: Claim, *, reason: str, currency: str, by: Actor, at: datetime) -> Outcome[Claim]:
    """An agent who did not decide the claim has looked, and it is paid as it was decided. Raises `NoPaymentHeld`,
    `SamePerson`."""
    _must_be_held(claim, by)
    if claim.decision is not None and by.subject in claim.decision.deciders:
        raise decisions.SamePerson
    check = _looked_at(claim, PaymentCheckStatus.RELEASED, reason=reason, by=by, at=at)
    released = noted(claim, StepKind.PAYMENT_RELEASED, at=at)
    return Outcome(
        replace(released, payment_check=check, is_payment_held=False),
        (decisions.approved_event(claim, currency=currency, at=at),),
    )


def decide_anew(claim: Claim, *, reason: str, by: Actor, at: datetime) -> Outcome[Claim]:
    """An agent has looked, and it is not paid: the claim is decided anew. What was decided first is kept. Raises
    `NoPaymentHeld`."""
    _must_be_held(claim, by)
    check = _looked_at(claim, PaymentCheckStatus.DECIDED_ANEW, reason=reason, by=by, at=at)
    back = replace(
        moved_to(claim, Status.SUBMITTED, at=at, happening=StepKind.DECIDED_ANEW),
        decision=None,
        earlier_decisions=(*claim.earlier_decisions, *((claim.decision,) if claim.decision else ())),
        approved_minor=0,
        payment_check=check,
        is_payment_held=False,
        objection=Objection(by=by.subject, at=at, reason=reason),
        assigned_to=None,
    )
    return Outcome(back)


def _must_be_held(claim: Claim, by: Actor) -> None:
    if not claim.is_payment_held:
        raise NoPaymentHeld
    decisions.must_be_another(claim, by)


def _looked_at(
    claim: Claim, status: PaymentCheckStatus, *, reason: str, by: Actor, at: datetime
) -> PaymentCheck | None:
    check = claim.payment_check
    return check and replace(check, status=status, looked_at_by=by.subject, looked_at=at, reason=reason)
