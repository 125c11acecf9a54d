"""How a plan is followed: what came goes to its instalments in order, the employer is reminded, the plan ends. Pure.

What counts is what came for the plan's debts since the fund agreed, by whatever way; a debt that turned out lower by a
corrected declaration counts as if so much had come. A missed instalment is one whose day, and the scheme's days of
grace, have passed before all of it came; paid later, it is missed no more. While a debit of it is under way it does not
become missed: how long the banks take is not the payer's lateness.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from services.payments.obligations.obligation import Obligation
from services.payments.settlements.rules import with_status
from services.payments.settlements.settlement_plan import (
    HOLDING,
    BreakReason,
    InstalmentStatus,
    PlanInstalment,
    PlanStatus,
    PlanStep,
    SettlementPlan,
)
from shared.events.payments.settlements import InstalmentReminded, SettlementBroken, SettlementFinished
from shared.funds.arrears import PlanBreach, SettlementScheme
from shared.funds.fund import Fund
from shared.kernel.outcome import Outcome

DAY = timedelta(days=1)

PlanEvent = InstalmentReminded | SettlementBroken | SettlementFinished


def settled_minor(plan: SettlementPlan, debts: Iterable[Obligation]) -> int:
    """What came for a plan, of its debts as they stand now; no more than is to be paid."""
    debts = list(debts)
    before_minor = sum(each.paid_before_minor for each in plan.debts)
    came_minor = sum(each.paid_minor + each.penalty_paid_minor for each in debts) - before_minor
    left_minor = sum(each.to_pay_minor for each in debts)
    return min(max(0, came_minor, plan.to_pay_minor - left_minor), plan.to_pay_minor)


def follow(
    plan: SettlementPlan,
    *,
    scheme: SettlementScheme,
    settled_minor: int,
    is_current_unpaid: bool,
    debit_days: Mapping[int, date],
    currency: str,
    by: str,
    today: date,
    at: datetime,
) -> Outcome[SettlementPlan]:
    """The plan as of today, when so much has come for it. `is_current_unpaid`: something that became due since should
    have been paid; `debit_days`: the instalments of which a debit is under way. A plan that is over, or not agreed to
    yet, stays as it is; a finished one of whose money some was taken back is under way again."""
    if plan.status not in HOLDING | {PlanStatus.FINISHED}:
        return Outcome(plan)
    was_finished = plan.status is PlanStatus.FINISHED
    is_finished = settled_minor >= plan.to_pay_minor
    reopened_on = today if was_finished and not is_finished else plan.reopened_on
    plan = replace(
        plan,
        settled_minor=settled_minor,
        reopened_on=reopened_on,
        instalments=tuple(
            _allocated(plan, scheme, settled_minor, reopened_on=reopened_on, debit_days=debit_days, today=today)
        ),
    )
    if is_finished:
        return Outcome(plan) if was_finished else _finished(plan, currency=currency, by=by, at=at)
    if was_finished or (plan.status is PlanStatus.AGREED and settled_minor):
        plan = with_status(plan, PlanStep(status=PlanStatus.UNDER_WAY, at=at, by=by))
    because = _break_of(plan, scheme, is_current_unpaid=is_current_unpaid)
    if because is not None:
        return _broken(plan, because=because, currency=currency, by=by, at=at)
    instalments, events = [], []
    for each in plan.instalments:
        noted = _noted(each, scheme, today=today)
        instalments.append(noted)
        if noted != each:
            events.append(_reminded(plan, noted, debit_on=debit_days.get(each.number), currency=currency, at=at))
    return Outcome(replace(plan, instalments=tuple(instalments)), tuple(events))


def look_next_at(plan: SettlementPlan, *, scheme: SettlementScheme, fund: Fund, today: date) -> datetime | None:
    """When somebody looks again without anything having come: the beginning of the day on which an instalment is to be
    reminded of, or becomes missed; of a scheme that asks for later debts to be paid, of the next day. None where it is
    over."""
    if plan.status not in HOLDING:
        return None
    days = {today + DAY} if scheme.needs_current_paid else set()
    for each in plan.instalments:
        if each.left_minor:
            days.add(_missed_from(each, scheme, reopened_on=plan.reopened_on))
            days.add(each.due_on - timedelta(days=scheme.reminder_days))
    return datetime.combine(min((day for day in days if day > today), default=today + DAY), time(), fund.zone)


def _allocated(
    plan: SettlementPlan,
    scheme: SettlementScheme,
    settled_minor: int,
    *,
    reopened_on: date | None,
    debit_days: Mapping[int, date],
    today: date,
) -> Iterable[PlanInstalment]:
    for each in plan.instalments:
        paid_minor = min(each.amount_minor, settled_minor)
        settled_minor -= paid_minor
        if paid_minor == each.amount_minor:
            yield replace(each, paid_minor=paid_minor, status=InstalmentStatus.PAID, paid_on=each.paid_on or today)
            continue
        status = InstalmentStatus.PARTLY_PAID if paid_minor else InstalmentStatus.OPEN
        is_waited_for = each.number in debit_days and each.status is not InstalmentStatus.MISSED
        if _missed_from(each, scheme, reopened_on=reopened_on) <= today and not is_waited_for:
            status = InstalmentStatus.MISSED
        yield replace(each, paid_minor=paid_minor, status=status, paid_on=None)


def _missed_from(instalment: PlanInstalment, scheme: SettlementScheme, *, reopened_on: date | None) -> date:
    """The first day on which it is missed if not all of it came."""
    return max(instalment.due_on, reopened_on or date.min) + timedelta(days=scheme.grace_days) + DAY


def _break_of(plan: SettlementPlan, scheme: SettlementScheme, *, is_current_unpaid: bool) -> BreakReason | None:
    """Why it is broken, if it is. Whatever the scheme says of missed instalments, a plan has an end: its last day."""
    if scheme.breach is PlanBreach.MISSED and scheme.missed_max and plan.missed >= scheme.missed_max:
        return BreakReason.MISSED
    if plan.instalments[-1].status is InstalmentStatus.MISSED:
        return BreakReason.LAST_DAY
    return BreakReason.CURRENT_UNPAID if scheme.needs_current_paid and is_current_unpaid else None


def _noted(each: PlanInstalment, scheme: SettlementScheme, *, today: date) -> PlanInstalment:
    """Marked as reminded of, or as noted to be missed, where that is to be done today."""
    if each.status is InstalmentStatus.MISSED:
        return replace(each, is_missed_noted=True)
    is_soon = each.due_on - timedelta(days=scheme.reminder_days) <= today <= each.due_on
    is_to_remind = bool(scheme.reminder_days) and is_soon and each.left_minor > 0
    return replace(each, is_reminded=True) if is_to_remind else each


def _reminded(
    plan: SettlementPlan, each: PlanInstalment, *, debit_on: date | None, currency: str, at: datetime
) -> PlanEvent:
    return InstalmentReminded(
        plan_id=plan.plan_id,
        reference=plan.reference,
        employer_id=plan.employer_id,
        number=each.number,
        due_on=each.due_on,
        amount_minor=each.left_minor,
        currency=currency,
        is_missed=each.status is InstalmentStatus.MISSED,
        reminded_at=at,
        debit_on=None if each.status is InstalmentStatus.MISSED else debit_on,
    )


def _finished(plan: SettlementPlan, *, currency: str, by: str, at: datetime) -> Outcome[SettlementPlan]:
    finished = with_status(plan, PlanStep(status=PlanStatus.FINISHED, at=at, by=by))
    event = SettlementFinished(
        plan_id=plan.plan_id,
        reference=plan.reference,
        employer_id=plan.employer_id,
        paid_minor=plan.settled_minor,
        waived_minor=plan.waived_minor,
        currency=currency,
        finished_at=at,
    )
    return Outcome(finished, (event,))


def _broken(
    plan: SettlementPlan, *, because: BreakReason, currency: str, by: str, at: datetime
) -> Outcome[SettlementPlan]:
    step = PlanStep(status=PlanStatus.BROKEN, at=at, by=by)
    broken = with_status(plan, step, broken_because=because)
    event = SettlementBroken(
        plan_id=plan.plan_id,
        reference=plan.reference,
        employer_id=plan.employer_id,
        because=because.value,
        left_minor=plan.still_to_pay_minor,
        currency=currency,
        broken_at=at,
    )
    return Outcome(broken, (event,))


def last_in_time(scheme: SettlementScheme, *, today: date) -> date:
    """What was due before this day should have been paid by today, the scheme's days of grace included."""
    return today - timedelta(days=scheme.grace_days)
