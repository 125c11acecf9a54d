"""How a run is computed and what may happen to it. Pure: awards, what was granted, and judgements are handed in.

A run pays for each award the difference between what is right for each period up to its own, by what is known today,
and what approved runs have granted for it. So no period is ever paid twice, whatever was run before; what a new rate,
a replaced declaration or a death changes in the past is a line of arrears; and what was paid too much is taken off.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.claims.awards.award import Award
from services.claims.benefits.explained import ExplainedSum
from services.claims.runs.run import (
    LIVING,
    MOVES,
    PAYMENT_MOVES,
    PAYMENT_STEPS_MAX,
    PERIODS_BACK_MAX,
    RUN_STEPS_MAX,
    AwardAccount,
    AwardPayment,
    Change,
    GrantedInRun,
    PaymentLine,
    PaymentStatus,
    PaymentStep,
    Run,
    RunLineKind,
    RunPage,
    RunStep,
    RunTotals,
    Status,
    WithheldFor,
)
from shared.events.claims import AwardPaid, BenefitDue
from shared.funds.benefits import ClaimType
from shared.funds.effects import JudgedOn, PeriodicPayment
from shared.funds.fund import Fund
from shared.funds.period import Period
from shared.funds.procedure import Recovery
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome

UNDECIDED = "undecided"
SUSPENDED = "suspended"
AWARD_OVER = "award-over"


class RunUnknown(Missing):
    code = "run.unknown"


class PaymentUnknown(Missing):
    code = "run.payment-unknown"


class NotPaidByRuns(Invalid):
    """The benefit is not paid every period."""

    code = "run.not-periodic"


class OtherPeriod(Invalid):
    """The benefit is paid for other periods: by quarters, say, and not by months."""

    code = "run.other-period"


class PeriodNotOver(Invalid):
    """The day on which the period is judged has not come yet."""

    code = "run.period-not-over"


class RunUnderWay(Conflict):
    """Another run of the benefit is not finished yet."""

    code = "run.under-way"


class SamePerson(Conflict):
    """Who made a run does not approve it: a second person does."""

    code = "run.same-person"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is right for one period. `right_minor` is None where a fact is not known; `is_over` says that by a fact the
    award has ended before it."""

    right_minor: int | None
    reason: str = ""
    sum: ExplainedSum | None = None
    is_over: bool = False


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


# --- The run ----------------------------------------------------------------------------------------------------------


def periodic(fund: Fund, claim_type: str) -> tuple[ClaimType, PeriodicPayment]:
    """A benefit that is paid every period, or `NotPaidByRuns`."""
    found = fund.claim_types.get(claim_type)
    if found is None or found.effect.payment is None:
        raise NotPaidByRuns
    return found, found.effect.payment


def judged_on(period: Period, payment: PeriodicPayment) -> date:
    """The day of a period on which it is judged."""
    return period.first_on if payment.judged_on is JudgedOn.FIRST_DAY else period.last_on


def digest(definition: ClaimType) -> str:
    """Another one where the conditions, the formula or the effect of a benefit are others."""
    rules = (definition.conditions, definition.formula, definition.effect)
    return hashlib.sha256(repr(rules).encode()).hexdigest()


def make(
    *,
    run_id: str,
    reference: str,
    claim_type: str,
    period: Period,
    fund: Fund,
    living: Run | None,
    by: str,
    at: datetime,
) -> Outcome[Run]:
    """Somebody wants all awards of a benefit computed for a period. One run of a benefit at a time, since each builds
    on what those before it granted."""
    definition, payment = periodic(fund, claim_type)
    if period.kind is not payment.every:
        raise OtherPeriod
    if judged_on(period, payment) > fund.day_of(at):
        raise PeriodNotOver
    if living is not None:
        raise RunUnderWay(reference=living.reference)
    run = Run(
        run_id=run_id,
        reference=reference,
        claim_type=claim_type,
        period=str(period),
        status=Status.COMPUTING,
        steps=(RunStep(status=Status.COMPUTING, at=at, by=by),),
        definition=digest(definition),
        next_look_at=at,
    )
    return Outcome(run)


def with_page(run: Run, payments: Iterable[AwardPayment], *, after: str, is_last: bool, by: str, at: datetime) -> Run:
    """The run with one page of awards more. The last page ends the computing: a run that pays nothing and changes
    nothing has nobody to wait for."""
    found = list(payments)
    computed = replace(
        run,
        after=after,
        pages=run.pages + (1 if found else 0),
        totals=_added(run.totals, found),
        next_look_at=at,
    )
    if not is_last:
        return computed
    return _moved(computed, to=Status.COMPUTED if computed.pages else Status.PUBLISHED, by=by, at=at)


def approve(run: Run, *, by: str, at: datetime) -> Outcome[Run]:
    """A second person agrees with what was computed: from now on it is owed."""
    if run.status is Status.COMPUTED and by == run.made_by:
        raise SamePerson
    return Outcome(_moved(run, to=Status.APPROVED, by=by, at=at))


def reject(run: Run, *, reason: str, by: str, at: datetime) -> Outcome[Run]:
    """Nothing of it is paid; the benefit may be computed anew."""
    return Outcome(_moved(run, to=Status.REJECTED, by=by, reason=reason, at=at))


def with_published_page(run: Run, *, by: str, at: datetime) -> Run:
    """The run with one page of payments more that is told; after the last one it is told."""
    published = replace(run, told_pages=run.told_pages + 1, next_look_at=at)
    return (
        _moved(published, to=Status.PUBLISHED, by=by, at=at) if published.told_pages == published.pages else published
    )


def _moved(run: Run, *, to: Status, by: str, at: datetime, reason: str = "") -> Run:
    status = moved(MOVES, run.status, to=to)
    return replace(
        run,
        status=status,
        steps=with_step(run.steps, RunStep(status=status, at=at, by=by, reason=reason), limit=RUN_STEPS_MAX),
        is_living=status in LIVING,
        next_look_at=at if status in (Status.COMPUTING, Status.APPROVED) else None,
    )


def _added(totals: RunTotals, payments: Iterable[AwardPayment]) -> RunTotals:
    for each in payments:
        arrears = (line.amount_minor for line in each.lines if line.kind is RunLineKind.ARREARS)
        totals = replace(
            totals,
            payments=totals.payments + (1 if each.amount_minor else 0),
            amount_minor=totals.amount_minor + each.amount_minor,
            before_minor=totals.before_minor + each.before_minor,
            arrears_minor=totals.arrears_minor + sum(arrears),
            carried_minor=totals.carried_minor + each.carry_after_minor,
            undecided=totals.undecided + any(line.reason == UNDECIDED for line in each.lines),
            **{each.change.value: getattr(totals, each.change.value) + 1},
        )
    return totals


# --- What one award comes to ------------------------------------------------------------------------------------------


def periods_of(award: Award, *, payment: PeriodicPayment, upto: Period) -> tuple[Period, ...]:
    """The periods to judge, in order: those of the award up to that of the run, so many at most. An award that is
    suspended is not judged, unless for want of a condition that may have held in some."""
    return periods_within(award, payment=payment, upto=upto) if award.is_computed else ()


def periods_within(award: Award, *, payment: PeriodicPayment, upto: Period) -> tuple[Period, ...]:
    """The periods of an award up to one, in order, so many at most."""
    found: list[Period] = []
    last_on = min(upto.last_on, award.until_on or upto.last_on)
    period = Period.containing(award.from_on, kind=payment.every)
    while period.first_on <= last_on:
        found.append(period)
        period = period.next
    return tuple(found[-PERIODS_BACK_MAX:])


def compute(
    award: Award,
    account: AwardAccount,
    judged: Mapping[Period, Judged],
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
    award: Award, account: AwardAccount, judged: Mapping[Period, Judged], *, upto: Period
) -> tuple[tuple[PaymentLine, ...], date | None]:
    """What is right for each period that differs from what was granted for it; and the last day of an award that a fact
    has ended."""
    lines: list[PaymentLine] = []
    over_since: Period | None = None
    for period, found in sorted(judged.items(), key=lambda each: each[0].first_on):
        if over_since is None and found.is_over:
            over_since = period
        right = found if over_since is None else Judged(right_minor=0, reason=AWARD_OVER)
        line = _line(period, right, granted_minor=account.granted_minor(str(period)), upto=upto)
        if line is not None:
            lines.append(line)
    seen = {str(period) for period in judged}
    lines += [
        PaymentLine(
            kind=RunLineKind.ARREARS,
            period=each.period,
            right_minor=0,
            granted_minor=each.amount_minor,
            reason=AWARD_OVER,
        )
        for each in account.granted
        if each.period not in seen and each.amount_minor and _is_outside(award, Period.read(each.period))
    ]
    return tuple(lines), None if over_since is None else over_since.first_on - timedelta(days=1)


def _line(period: Period, right: Judged, *, granted_minor: int | None, upto: Period) -> PaymentLine | None:
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
    )


def _is_outside(award: Award, period: Period) -> bool:
    """Whether nothing of the award lies in a period."""
    return period.last_on < award.from_on or (award.until_on is not None and period.first_on > award.until_on)


def _change(amount_minor: int, last_minor: int | None) -> Change:
    if amount_minor == (last_minor or 0):
        return Change.SAME
    if not last_minor:
        return Change.NEW
    return Change.CHANGED if amount_minor else Change.ENDED


# --- What an approved run grants --------------------------------------------------------------------------------------


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


# --- What payments and the bank do with it ----------------------------------------------------------------------------


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


# --- A benefit whose rules have changed -------------------------------------------------------------------------------


def wants_arrears_run(definition: ClaimType, last: Run | None) -> bool:
    """Whether the rules of a benefit are others than those by which its last run was computed."""
    return last is not None and last.status not in LIVING and last.definition != digest(definition)
