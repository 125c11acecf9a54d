"""What one award comes to in a run. Pure: the award, what was granted before and what is right are handed in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.claims.awards.award import Award
from services.claims.benefits.explained import ExplainedSum
from services.claims.runs.run import (
    PERIODS_BACK_MAX,
    AwardAccount,
    AwardPayment,
    Change,
    PaymentLine,
    PaymentStatus,
    PaymentStep,
    Run,
    RunLineKind,
    WithheldFor,
)
from shared.funds.effects import Effect
from shared.funds.law import Law
from shared.funds.period import Period
from shared.funds.procedure import Recovery

UNDECIDED = "undecided"


SUSPENDED = "suspended"


AWARD_OVER = "award-over"


OTHER_PERIODS = "other-periods"
"""Why nothing is right for a period by which the benefit is not paid any more: the law pays its time by others."""


@dataclass(frozen=True, kw_only=True)
class PeriodDue:
    """What is right for one period. `right_minor` is None where a fact is not known; `is_over` says that by a fact the
    award has ended before it; `law` is the one that says how it is paid."""

    right_minor: int | None
    reason: str = ""
    sum: ExplainedSum | None = None
    is_over: bool = False
    law: Law | None = None


@dataclass(frozen=True, kw_only=True)
class Debt:
    """What a person still owes of what was overpaid for an award that has ended."""

    award_id: str
    reference: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Debts:
    """What may be taken of a payment for what was overpaid: not of the award's own where that `is_paused`, and for the
    `others` in their order."""

    is_paused: bool = False
    others: tuple[Debt, ...] = ()


NO_DEBTS = Debts()


def periods_of(award: Award, *, effect: Effect, upto: Period) -> tuple[Period, ...]:
    """The periods to judge, in order: those of the award up to that of the run, so many at most. An award that is
    suspended is not judged, unless for want of a condition that may have held in some."""
    return periods_within(award, effect=effect, upto_on=upto.last_on) if award.is_computed else ()


def periods_within(award: Award, *, effect: Effect, upto_on: date) -> tuple[Period, ...]:
    """The periods of an award up to the one of a day, in order, so many at most."""
    last_on = min(upto_on, award.until_on or upto_on)
    return tuple(effect.periods(award.from_on, upto=last_on))[-PERIODS_BACK_MAX:]


def compute(
    award: Award,
    account: AwardAccount,
    judged: Mapping[Period, PeriodDue],
    *,
    run: Run,
    upto: Period,
    payment_id: str,
    page: int,
    at: datetime,
    recovery: Recovery | None = None,
    debts: Debts = NO_DEBTS,
) -> AwardPayment | None:
    """What a run pays for an award; None where it pays nothing and nothing of it differs from the last run. What was
    overpaid is taken of what is due, as much as `recovery` allows, first for the award itself, then for others of the
    person; the rest is carried on."""
    is_suspended = not award.is_computed
    lines, ends_on = ((), None) if is_suspended else _lines(award, account, judged, upto=upto)
    payable_minor = sum(max(line.amount_minor, 0) for line in lines)
    debt_minor = sum(max(-line.amount_minor, 0) for line in lines) - account.carry_minor
    allowed_minor = payable_minor if recovery is None else recovery.at_most(payable_minor)
    # Below zero: the person paid back what turns out not to be owed, and gets it with this payment.
    taken_minor = min(debt_minor, 0) if debts.is_paused else min(debt_minor, allowed_minor)
    withheld_for = tuple(_withheld(debts.others, at_most_minor=allowed_minor - max(taken_minor, 0)))
    amount_minor = payable_minor - taken_minor - sum(each.amount_minor for each in withheld_for)
    before_minor = account.last_minor or 0
    if not lines and amount_minor == before_minor and account.carry_minor <= 0:
        return None
    return AwardPayment(
        payment_id=payment_id,
        run_id=run.run_id,
        page=page,
        award_id=award.award_id,
        person_ref=award.person_ref,
        claim_id=award.claim_id,
        reference=award.reference,
        claim_type=award.claim_type,
        period=run.period,
        amount_minor=amount_minor,
        carry_before_minor=account.carry_minor,
        carry_after_minor=taken_minor - debt_minor,
        before_minor=before_minor,
        change=_change(amount_minor, account.last_minor),
        status=PaymentStatus.COMPUTED,
        steps=(PaymentStep(status=PaymentStatus.COMPUTED, at=at),),
        lines=lines,
        reason=SUSPENDED if is_suspended else "",
        ends_on=ends_on,
        award_until_on=award.until_on,
        withheld_for=withheld_for,
    )


def _withheld(debts: Iterable[Debt], *, at_most_minor: int) -> Iterator[WithheldFor]:
    for debt in debts:
        amount_minor = min(debt.amount_minor, at_most_minor)
        if amount_minor > 0:
            at_most_minor -= amount_minor
            yield WithheldFor(award_id=debt.award_id, reference=debt.reference, amount_minor=amount_minor)


def _lines(
    award: Award, account: AwardAccount, judged: Mapping[Period, PeriodDue], *, upto: Period
) -> tuple[tuple[PaymentLine, ...], date | None]:
    """What is right for each period that differs from what was granted for it; and the last day of an award that a fact
    has ended."""
    lines: list[PaymentLine] = []
    over_since: Period | None = None
    kept = frozenset(_kept(account, judged))
    for period, found in sorted(judged.items(), key=lambda each: each[0].first_on):
        if any(_overlap(period, each) for each in kept):
            found = replace(found, right_minor=None, reason=UNDECIDED)
        if over_since is None and found.is_over:
            over_since = period
        right = found if over_since is None else PeriodDue(right_minor=0, reason=AWARD_OVER)
        line = _line(period, right, granted_minor=account.granted_minor(str(period)), upto=upto)
        if line is not None:
            lines.append(line)
    for each in account.granted:
        granted = Period.read(each.period)
        reason = None if granted in kept else _not_paid_any_more(award, granted, judged, upto=upto)
        if reason is not None and each.amount_minor:
            taken = PaymentLine(
                kind=RunLineKind.ARREARS,
                period=each.period,
                right_minor=0,
                granted_minor=each.amount_minor,
                reason=reason,
            )
            lines.append(taken)
    return tuple(lines), None if over_since is None else over_since.first_on - timedelta(days=1)


def _kept(account: AwardAccount, judged: Mapping[Period, PeriodDue]) -> Iterator[Period]:
    """Periods by which the benefit is not paid any more and of whose time something is not known yet: until it is, what
    was granted for them stays, and nothing is paid beside it."""
    undecided = [period for period, found in judged.items() if found.right_minor is None]
    for each in account.granted:
        period = Period.read(each.period)
        if period not in judged and any(_overlap(period, other) for other in undecided):
            yield period


def _overlap(one: Period, other: Period) -> bool:
    return one.first_on <= other.last_on and other.first_on <= one.last_on


def _not_paid_any_more(award: Award, period: Period, judged: Mapping[Period, PeriodDue], *, upto: Period) -> str | None:
    """Why nothing is right for a period that was granted and is not judged; None where that is not so, or is not
    known."""
    if period in judged:
        return None
    if period.last_on < award.from_on or (award.until_on is not None and period.first_on > award.until_on):
        return AWARD_OVER
    first_on = min((each.first_on for each in judged), default=date.max)
    return OTHER_PERIODS if first_on <= period.first_on <= upto.last_on else None


def _line(period: Period, right: PeriodDue, *, granted_minor: int | None, upto: Period) -> PaymentLine | None:
    """The line of a period; None where nothing differs. What is undecided stays as it was granted, and is shown."""
    kind = RunLineKind.PERIOD if period == upto and granted_minor is None else RunLineKind.ARREARS
    before_minor = granted_minor or 0
    if right.right_minor is None:
        if granted_minor is not None:
            return None
        return PaymentLine(
            kind=kind, period=str(period), right_minor=before_minor, granted_minor=before_minor, reason=UNDECIDED
        )
    if granted_minor is not None and right.right_minor == before_minor:
        return None
    if granted_minor is None and right.right_minor == 0 and right.reason == AWARD_OVER:
        return None
    return PaymentLine(
        kind=kind,
        period=str(period),
        right_minor=right.right_minor,
        granted_minor=before_minor,
        reason=right.reason,
        sum=right.sum,
        law=right.law,
    )


def _change(amount_minor: int, last_minor: int | None) -> Change:
    if amount_minor == (last_minor or 0):
        return Change.SAME
    if not last_minor:
        return Change.NEW
    return Change.CHANGED if amount_minor else Change.ENDED
