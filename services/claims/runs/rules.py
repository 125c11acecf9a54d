"""How a run is computed and what may happen to it. Pure: awards, what was granted, and judgements are handed in.

A run pays for each award the difference between what is right for each period up to its own, by what is known today,
and what approved runs have granted for it. So no period is ever paid twice, whatever was run before; what a new rate,
a replaced declaration or a death changes in the past is a line of arrears; and what was paid too much is taken off.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from services.claims.runs.computing import UNDECIDED
from services.claims.runs.prorating import Part
from services.claims.runs.run import (
    LIVING,
    MOVES,
    RUN_STEPS_MAX,
    AwardPayment,
    Run,
    RunLineKind,
    RunStep,
    RunTotals,
    Status,
)
from shared.funds.benefits import ClaimType
from shared.funds.effects import Effect, JudgedOn, PeriodicPayment
from shared.funds.fund import Fund
from shared.funds.period import Period
from shared.kernel.errors import Conflict, Invalid, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome


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


def periodic(fund: Fund, claim_type: str) -> ClaimType:
    """A benefit that is paid every period, or `NotPaidByRuns`."""
    found = fund.claim_types.get(claim_type)
    if found is None or not found.effect.payment:
        raise NotPaidByRuns
    return found


def payment_of(effect: Effect, period: Period) -> PeriodicPayment:
    """How a period is paid: by the law of its first day. `OtherPeriod` where none pays it, or by others."""
    payment = effect.payment_on(period.first_on)
    if payment is None or period.kind is not payment.every:
        raise OtherPeriod
    return payment


def as_paid_now(period: Period, effect: Effect, *, today: date) -> Period | None:
    """The period in which a period ends as the law of its first day cuts them by now; None where it is not paid, or not
    over yet."""
    payment = effect.payment_on(period.first_on)
    if payment is None:
        return None
    found = Period.containing(period.last_on, kind=payment.every)
    return found if judged_on(found, payment) <= today else None


def judged_on(period: Period | Part, payment: PeriodicPayment) -> date:
    """The day of a period, or of a part of it that is paid by its days, on which it is judged."""
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
    definition = periodic(fund, claim_type)
    payment = payment_of(definition.effect, period)
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


def wants_arrears_run(definition: ClaimType, last: Run | None) -> bool:
    """Whether the rules of a benefit are others than those by which its last run was computed."""
    return last is not None and last.status not in LIVING and last.definition != digest(definition)
