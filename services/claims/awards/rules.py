"""What may happen to an award. Pure: the effect of its benefit, the day and the time are handed in."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from services.claims.awards.award import (
    AWARD_STEPS_MAX,
    MOVES,
    Award,
    AwardKind,
    AwardStep,
    AwardTerms,
    BeforeDeath,
    EndReason,
    Status,
    SuspensionReason,
)
from services.claims.benefits.explained import ExplainedSum
from shared.events.claims.awards import (
    AwardEnded,
    AwardEndsSoon,
    AwardOpened,
    AwardResumed,
    AwardSuspended,
    LifeCertificateDue,
)
from shared.funds.effects import Effect
from shared.funds.fund import Fund
from shared.funds.law import NothingInForce
from shared.funds.period import last_day_of_term
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome
from shared.kernel.personal import Encrypted

CHANGES_AT_ONCE_MAX = 5


class AwardUnknown(Missing):
    code = "award.unknown"


class OpensNoAward(Conflict):
    """What follows from the benefit is neither a cover nor a payment of every period."""

    code = "award.none-follows"


class EndsInTheFuture(Invalid):
    """The day has not come yet: who ends an award early does it on the day, or for one before it."""

    code = "award.ends-in-the-future"


class NoLifeCertificateAsked(Conflict):
    code = "award.no-life-certificate-asked"


class LifeCertificateInTheFuture(Invalid):
    code = "award.life-certificate-in-the-future"


class LifeCertificateTooOld(Invalid):
    """A certificate of that day proves nothing of today: the next one would be due before today."""

    code = "award.life-certificate-too-old"


def effect_of(fund: Fund, claim_type: str) -> Effect:
    """What follows from a benefit that opens awards, or `OpensNoAward`."""
    found = fund.claim_types.get(claim_type)
    if found is None or not found.effect.opens_award:
        raise OpensNoAward
    return found.effect


def open_award(
    *,
    award_id: str,
    reference: str,
    code: str,
    person_ref: str,
    claim_id: str,
    claim_type: str,
    effect: Effect,
    decision_sum: ExplainedSum | None,
    from_on: date,
    until_on: date | None,
    fund: Fund,
    at: datetime,
    dependant: Encrypted | None = None,
) -> Outcome[Award]:
    """A claim was granted: the cover, or the payment of every period, that follows from it, for the person or for one
    of their dependants, as the law of its first day says. Raises `OpensNoAward`."""
    if not effect.opens_award:
        raise OpensNoAward
    cover, payment = effect.cover_on(from_on), effect.payment_on(from_on)
    granted = cover or payment
    if granted is None:
        raise NothingInForce(on=from_on)
    months = payment.life_certificate_months if payment else None
    today = fund.day_of(at)
    opened = Award(
        award_id=award_id,
        reference=reference,
        person_ref=person_ref,
        claim_id=claim_id,
        claim_type=claim_type,
        kind=AwardKind.COVER if cover else AwardKind.PAYMENT,
        from_on=from_on,
        until_on=until_on,
        status=Status.ACTIVE,
        steps=(AwardStep(status=Status.ACTIVE, at=at, on=from_on),),
        terms=AwardTerms(
            code=code,
            covers=cover.covers if cover else (),
            percent=str(cover.percent) if cover else "",
            sum=decision_sum,
            law=granted.law,
        ),
        proof_due_on=last_day_of_term(max(from_on, today), months=months) if months else None,
        is_followed=True,
    )
    published = AwardOpened(
        award_id=award_id,
        reference=reference,
        person_ref=person_ref,
        claim_id=claim_id,
        claim_type=claim_type,
        kind=opened.kind.value,
        from_on=from_on,
        until_on=until_on,
        opened_at=at,
        covers=opened.terms.covers,
        percent=opened.terms.percent,
        amount_minor=decision_sum.amount_minor if payment and decision_sum else 0,
        every=payment.every.value if payment else "",
        dependant=dependant,
    )
    return Outcome(_looked_after(opened, effect=effect, fund=fund), (published,))


def suspend(
    award: Award, *, reason: SuspensionReason, effect: Effect, fund: Fund, by: str, at: datetime
) -> Outcome[Award]:
    """Nothing follows from the award until it is resumed: no cover, no payment."""
    suspended = _moved(award, to=Status.SUSPENDED, on=fund.day_of(at), reason=reason.value, by=by, at=at)
    published = AwardSuspended(
        award_id=award.award_id,
        reference=award.reference,
        person_ref=award.person_ref,
        claim_type=award.claim_type,
        reason=reason.value,
        suspended_at=at,
    )
    return Outcome(_looked_after(suspended, effect=effect, fund=fund), (published,))


def resume(award: Award, *, effect: Effect, fund: Fund, by: str, at: datetime) -> Outcome[Award]:
    """The award holds again. What was not paid meanwhile is paid by the next run. A proof that is overdue is asked for
    anew, counted from today: who resumes answers for it."""
    today = fund.day_of(at)
    resumed = _moved(award, to=Status.ACTIVE, on=today, by=by, at=at)
    months = effect.life_certificate_months_on(today)
    if months and award.proof_due_on is not None and award.proof_due_on < today:
        resumed = replace(resumed, proof_due_on=last_day_of_term(today, months=months))
    published = AwardResumed(
        award_id=award.award_id,
        reference=award.reference,
        person_ref=award.person_ref,
        claim_type=award.claim_type,
        resumed_at=at,
    )
    return Outcome(_looked_after(resumed, effect=effect, fund=fund), (published,))


def end(award: Award, *, reason: EndReason, last_on: date, fund: Fund, by: str, at: datetime) -> Outcome[Award]:
    """The award ends with a day, today or before. What was paid for later periods is taken off later payments."""
    if last_on > fund.day_of(at):
        raise EndsInTheFuture
    ended = replace(
        _moved(award, to=Status.ENDED, on=last_on, reason=reason.value, by=by, at=at),
        until_on=min(last_on, award.until_on or last_on),
        proof_due_on=None,
        next_look_at=None,
    )
    return Outcome(ended, (_ended_event(ended, last_on, reason, at=at),))


def _ended_event(award: Award, last_on: date, reason: EndReason, *, at: datetime) -> AwardEnded:
    return AwardEnded(
        award_id=award.award_id,
        reference=award.reference,
        person_ref=award.person_ref,
        claim_type=award.claim_type,
        kind=award.kind.value,
        reason=reason.value,
        until_on=award.until_on or last_on,
        ended_at=at,
    )


def decided_again(outcome: Outcome[Award], *, at: datetime) -> Outcome[Award]:
    """Facts that changed made this of the award: a payment that was computed before is computed anew."""
    return replace(outcome, thing=replace(outcome.thing, decided_again_at=at))


def take_life_certificate(
    award: Award, *, given_on: date, effect: Effect, fund: Fund, by: str, at: datetime
) -> Outcome[Award]:
    """The person has proved that they lived on a day. An award that was suspended for want of it holds again."""
    months = effect.life_certificate_months_on(given_on)
    if not months or award.status is Status.ENDED:
        raise NoLifeCertificateAsked
    today = fund.day_of(at)
    if given_on > today:
        raise LifeCertificateInTheFuture
    due_on = last_day_of_term(given_on, months=months)
    if due_on < today:
        raise LifeCertificateTooOld
    proved = replace(award, proof_due_on=max(due_on, award.proof_due_on or due_on))
    if award.status is Status.SUSPENDED and award.reason == SuspensionReason.LIFE_CERTIFICATE_MISSING:
        return resume(proved, effect=effect, fund=fund, by=by, at=at)
    return Outcome(_looked_after(proved, effect=effect, fund=fund))


def follow_death(
    award: Award, *, died_on: date | None, effect: Effect, fund: Fund, by: str, at: datetime
) -> Outcome[Award] | None:
    """The award as the death of its person leaves it: it ends with the day that the benefit says, today, in the past,
    or when that day comes. With no day the death was an error, and it is as it was before. None where nothing changes:
    it was over before, or this is known.

    It is the one way back from an end: what came by an error goes with it.
    """
    base = _as_before_death(award)
    last_on = None if died_on is None else effect.last_on_of_dead(died_on)
    if last_on is None or (base.until_on is not None and base.until_on <= last_on):
        return None if award.before_death is None else _restored(award, base, effect=effect, fund=fund, by=by, at=at)
    is_over = last_on < fund.day_of(at)
    status = Status.ENDED if is_over or base.status is Status.ENDED else base.status
    before = award.before_death or BeforeDeath(
        status=award.status, reason=award.reason, until_on=award.until_on, proof_due_on=award.proof_due_on
    )
    ended = replace(base, until_on=last_on, proof_due_on=None, before_death=before, status=status)
    if (award.until_on, award.before_death, award.status) == (last_on, before, status):
        return None
    if status is not Status.ENDED:
        if award.status is Status.ENDED:
            ended = _with_step(ended, status, on=_held_since(base), reason=before.reason, by=by, at=at)
        return Outcome(_looked_after(ended, effect=effect, fund=fund))
    ended = _with_step(ended, Status.ENDED, on=last_on, reason=EndReason.DEATH.value, by=by, at=at)
    return Outcome(replace(ended, next_look_at=None), (_ended_event(ended, last_on, EndReason.DEATH, at=at),))


def _as_before_death(award: Award) -> Award:
    before = award.before_death
    if before is None:
        return award
    return replace(
        award,
        status=before.status,
        until_on=before.until_on,
        proof_due_on=before.proof_due_on,
        before_death=None,
    )


def _restored(award: Award, base: Award, *, effect: Effect, fund: Fund, by: str, at: datetime) -> Outcome[Award]:
    """The award as it was. A life certificate that fell due meanwhile is asked for anew, counted from today."""
    today = fund.day_of(at)
    months = effect.life_certificate_months_on(today)
    if months and base.proof_due_on is not None and base.proof_due_on < today:
        base = replace(base, proof_due_on=last_day_of_term(today, months=months))
    if award.status is base.status:
        return Outcome(_looked_after(base, effect=effect, fund=fund))
    before = award.before_death
    reason = before.reason if before else ""
    restored = _with_step(base, base.status, on=_held_since(base), reason=reason, by=by, at=at)
    published = AwardResumed(
        award_id=award.award_id,
        reference=award.reference,
        person_ref=award.person_ref,
        claim_type=award.claim_type,
        resumed_at=at,
    )
    events = (published,) if restored.status is Status.ACTIVE else ()
    return Outcome(_looked_after(restored, effect=effect, fund=fund), events)


def _held_since(award: Award) -> date:
    """From which day the last status counts that was no end: nothing of what was before is lost or doubled."""
    return next((step.on for step in reversed(award.steps) if step.status is not Status.ENDED), award.from_on)


def _with_step(award: Award, status: Status, *, on: date, reason: str, by: str, at: datetime) -> Award:
    step = AwardStep(status=status, at=at, on=on, reason=reason, by=by)
    return replace(award, status=status, steps=with_step(award.steps, step, limit=AWARD_STEPS_MAX))


def look(award: Award, *, effect: Effect, fund: Fund, at: datetime) -> Outcome[Award]:
    """What the day asks of an award: the reminder, the suspension for want of a proof, the end. Looked at twice on one
    day, the second time changes nothing."""
    events: tuple[object, ...] = ()
    for _ in range(CHANGES_AT_ONCE_MAX):
        change = _due_change(award, effect=effect, fund=fund, at=at)
        if change is None:
            break
        award, events = change.thing, (*events, *change.events)
    return Outcome(_looked_after(award, effect=effect, fund=fund), events)


def _due_change(award: Award, *, effect: Effect, fund: Fund, at: datetime) -> Outcome[Award] | None:
    today, by = fund.day_of(at), "system:awards"
    if award.status is Status.ENDED:
        return None
    if award.until_on is not None and today > award.until_on:
        reason = EndReason.DEATH if award.before_death else EndReason.TERM_OVER
        return end(award, reason=reason, last_on=award.until_on, fund=fund, by=by, at=at)
    due_on = _proof_due_on(award, effect)
    if award.status is Status.ACTIVE and due_on is not None and today > due_on:
        missing = SuspensionReason.LIFE_CERTIFICATE_MISSING
        return suspend(award, reason=missing, effect=effect, fund=fund, by=by, at=at)
    remind_on = _remind_on(award, effect)
    if remind_on is not None and today >= remind_on:
        return _remind(award, effect, at=at)
    return None


def _remind(award: Award, effect: Effect, *, at: datetime) -> Outcome[Award]:
    """The end of a cover, or the day of the next life certificate, comes near."""
    day = _deadline(award, effect)
    if day is None:
        raise ValueError("only of a day that is known one is reminded")
    published: object
    if award.kind is AwardKind.COVER:
        published = AwardEndsSoon(
            award_id=award.award_id,
            reference=award.reference,
            person_ref=award.person_ref,
            claim_type=award.claim_type,
            until_on=day,
            reminded_at=at,
        )
    else:
        published = LifeCertificateDue(
            award_id=award.award_id,
            reference=award.reference,
            person_ref=award.person_ref,
            claim_type=award.claim_type,
            due_on=day,
            reminded_at=at,
        )
    return Outcome(replace(award, reminded_of=day), (published,))


def _deadline(award: Award, effect: Effect) -> date | None:
    return award.until_on if award.kind is AwardKind.COVER else _proof_due_on(award, effect)


def _proof_due_on(award: Award, effect: Effect) -> date | None:
    """By when the person proves that they live; None where nobody asks by the law of that day."""
    day = award.proof_due_on
    return None if day is None or effect.life_certificate_months_on(day) is None else day


def _remind_on(award: Award, effect: Effect) -> date | None:
    """The day on which the person is to be reminded; None where they were, or nothing is to come."""
    day = _deadline(award, effect)
    if day is None or award.reminded_of == day or award.status is not Status.ACTIVE:
        return None
    part = effect.cover_on(award.from_on) or effect.payment_on(day)
    return day - timedelta(days=part.reminder_days if part else 0)


def _looked_after(award: Award, *, effect: Effect, fund: Fund) -> Award:
    """The award with the instant at which the next thing is due by the calendar; None where nothing is."""
    if award.status is Status.ENDED:
        return replace(award, next_look_at=None)
    days = [
        _remind_on(award, effect),
        _after(award.until_on),
        _after(_proof_due_on(award, effect)) if award.status is Status.ACTIVE else None,
    ]
    first = min((day for day in days if day is not None), default=None)
    return replace(award, next_look_at=None if first is None else datetime.combine(first, time(), tzinfo=fund.zone))


def _after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)


def _moved(award: Award, *, to: Status, on: date, at: datetime, reason: str = "", by: str = "") -> Award:
    return _with_step(award, moved(MOVES, award.status, to=to), on=on, reason=reason, by=by, at=at)
