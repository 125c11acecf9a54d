"""What a plan under a fund's scheme would come to, and what may happen to one that was asked for. Pure: the debts, the
fund's definition and the time are handed in; how a plan is followed is in `following`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.payments.arrears.penalty import PenaltyForecast
from services.payments.collections import rules as collecting
from services.payments.collections.collection import OF_PARTS, Rail
from services.payments.obligations.obligation import Obligation
from services.payments.settlements.plan import OfferedScheme, PlannedInstalment, PlanSimulation
from services.payments.settlements.settlement_plan import (
    HOLDING,
    MOVES,
    OPEN,
    PLAN_DEBTS_MAX,
    STEPS_MAX,
    BreakReason,
    PlanDebt,
    PlanInstalment,
    PlanStatus,
    PlanStep,
    SettlementPlan,
)
from shared.events.payments.settlements import SettlementAgreed, SettlementAsked, SettlementRefused
from shared.funds.arrears import SettlementScheme
from shared.funds.fund import Fund
from shared.funds.period import later
from shared.kernel.errors import Conflict, Forbidden, Missing
from shared.kernel.history import with_step
from shared.kernel.moves import moved
from shared.kernel.outcome import Outcome

REFERENCE_KIND = "SP"
"""The letters that open the reference of a plan."""


class SchemeUnknown(Missing):
    code = "settlement.scheme-unknown"


class SchemeNotOpen(Conflict):
    """It may not be asked for today. `from_on` and `until_on` say when."""

    code = "settlement.not-open"


class PlanTooLong(Conflict):
    """No plan under the scheme has so many months."""

    code = "settlement.too-long"


class CurrentUnpaid(Conflict):
    """The scheme asks that what became due since be paid."""

    code = "settlement.current-unpaid"


class NothingToSettle(Conflict):
    """No late debt of the employer is one that the scheme is for."""

    code = "settlement.nothing-to-settle"


class TooManyPlanDebts(Conflict):
    """A plan is for no more debts than `debts_max`."""

    code = "settlement.too-many-debts"


class PlanUnknown(Missing):
    code = "settlement.plan-unknown"


class PlanAlreadyOpen(Conflict):
    """The employer has a plan that is open. `reference` names it."""

    code = "settlement.already-open"


class PlanNotHolding(Conflict):
    """Nothing is paid by the plan now."""

    code = "settlement.not-holding"


class SamePlanPerson(Forbidden):
    """Whoever proposed the plan does not agree to it a second time."""

    code = "settlement.same-person"


def offered(fund: Fund, *, today: date) -> list[OfferedScheme]:
    """The schemes that may be asked for on a day, in the order of the fund's definition."""
    known = fund.sections.arrears.settlements if fund.sections.arrears else {}
    return [OfferedScheme(code, scheme) for code, scheme in known.items() if _is_open(scheme, today)]


def scheme_of(fund: Fund, code: str) -> SettlementScheme:
    """The scheme of a code. Raises `SchemeUnknown`."""
    found = fund.sections.arrears.settlements.get(code) if fund.sections.arrears else None
    if found is None:
        raise SchemeUnknown
    return found


def offered_scheme(fund: Fund, code: str) -> OfferedScheme:
    """As `scheme_of`, with its code."""
    return OfferedScheme(code, scheme_of(fund, code))


def simulate(
    fund: Fund,
    debts: Sequence[PenaltyForecast],
    *,
    code: str,
    employer_id: str,
    months: int,
    today: date,
    asked_on: date | None = None,
) -> PlanSimulation:
    """What a plan of so many months would come to if it began today: the first instalment is due in a month. It has to
    be asked for in time, today or on `asked_on`.

    The instalments are alike but for the last, which has what rounding left; there are none where no debt that is late
    is one that the scheme is for. A debt that the employer disputes is in none: who settles a debt acknowledges it.
    Raises `SchemeUnknown`, `SchemeNotOpen`, `PlanTooLong`, `CurrentUnpaid`.
    """
    scheme = scheme_of(fund, code)
    if not _is_open(scheme, asked_on or today):
        raise SchemeNotOpen(from_on=scheme.ask_from_on, until_on=scheme.ask_until_on)
    percent = scheme.waived_percent(months)
    if percent is None:
        raise PlanTooLong(months_max=scheme.waived[-1].months_max)
    late = [each for each in debts if each.is_late(on=today) and not each.plan_id and not each.disputed_minor]
    limit_on = scheme.debts_until_on or date.max
    settled = [each for each in late if each.due_on <= limit_on]
    if scheme.needs_current_paid and len(settled) < len(late):
        raise CurrentUnpaid(until_on=limit_on)
    left_minor, penalty_minor = (
        sum(getattr(each, field) for each in settled) for field in ("left_minor", "penalty_left_minor")
    )
    waived_minor = fund.rounding.of_contributions(on=today).share(penalty_minor, percent)
    return PlanSimulation(
        employer_id=employer_id,
        offered=OfferedScheme(code, scheme),
        as_of=today,
        settled=tuple(settled),
        left_minor=left_minor,
        penalty_minor=penalty_minor,
        waived_percent=percent,
        waived_minor=min(waived_minor, penalty_minor),
        instalments=_instalments(
            left_minor + penalty_minor - min(waived_minor, penalty_minor), months=months, today=today
        ),
    )


# --- Asked for and decided --------------------------------------------------------------------------------------------


def ask(
    simulation: PlanSimulation,
    *,
    owed: Mapping[str, Obligation],
    plan_id: str,
    reference: str,
    months: int,
    by: str,
    at: datetime,
) -> Outcome[SettlementPlan]:
    """An employer asks for the plan that it was shown. `owed` are its debts, by declaration. Raises `NothingToSettle`,
    `TooManyPlanDebts`."""
    plan = SettlementPlan(
        plan_id=plan_id,
        reference=reference,
        employer_id=simulation.employer_id,
        scheme=simulation.offered.code,
        months=months,
        status=PlanStatus.ASKED,
        steps=(PlanStep(status=PlanStatus.ASKED, at=at, by=by),),
        **_schedule(simulation, owed),
    )
    asked = SettlementAsked(
        plan_id=plan_id, reference=reference, employer_id=plan.employer_id, months=months, asked_at=at
    )
    return Outcome(plan, (asked,))


def withdraw(plan: SettlementPlan, *, by: str, at: datetime) -> Outcome[SettlementPlan]:
    """The employer does not want it any more; only before the fund has agreed."""
    return Outcome(with_status(plan, PlanStep(status=PlanStatus.WITHDRAWN, at=at, by=by)))


def refuse(plan: SettlementPlan, *, reason: str, by: str, at: datetime) -> Outcome[SettlementPlan]:
    """An agent refuses it, and tells the employer why."""
    refused = with_status(plan, PlanStep(status=PlanStatus.REFUSED, at=at, by=by, reason=reason))
    event = SettlementRefused(
        plan_id=plan.plan_id, reference=plan.reference, employer_id=plan.employer_id, reason=reason, refused_at=at
    )
    return Outcome(refused, (event,))


def propose(plan: SettlementPlan, *, reason: str, by: str, at: datetime) -> Outcome[SettlementPlan]:
    """An agent agrees where another has to agree too."""
    return Outcome(with_status(plan, PlanStep(status=PlanStatus.PROPOSED, at=at, by=by, reason=reason)))


def agree(
    plan: SettlementPlan,
    simulation: PlanSimulation,
    *,
    owed: Mapping[str, Obligation],
    reason: str,
    currency: str,
    by: str,
    at: datetime,
) -> Outcome[SettlementPlan]:
    """The fund agrees: debts and schedule are frozen as they are now. Raises `SamePlanPerson`, `NothingToSettle`,
    `TooManyPlanDebts`."""
    if plan.status is PlanStatus.PROPOSED and plan.steps[-1].by == by:
        raise SamePlanPerson
    step = PlanStep(status=PlanStatus.AGREED, at=at, by=by, reason=reason)
    agreed = replace(with_status(plan, step), **_schedule(simulation, owed))
    first = agreed.instalments[0]
    event = SettlementAgreed(
        plan_id=plan.plan_id,
        reference=plan.reference,
        employer_id=plan.employer_id,
        months=plan.months,
        to_pay_minor=agreed.to_pay_minor,
        waived_minor=agreed.waived_minor,
        currency=currency,
        first_due_on=first.due_on,
        first_amount_minor=first.amount_minor,
        agreed_at=at,
    )
    return Outcome(agreed, (event,))


def with_debit(plan: SettlementPlan, *, is_debited: bool) -> SettlementPlan:
    """The employer wants each instalment debited on its day, or no more. Raises `PlanNotHolding` where the plan is
    over."""
    if plan.status not in OPEN:
        raise PlanNotHolding
    return replace(plan, is_debited=is_debited)


def rails(plan: SettlementPlan, *, fund: Fund) -> list[Rail]:
    """The ways in which a part of a plan can be paid; none where it does not hold. The others are of one debt."""
    offered = collecting.offered(fund) if plan.status in HOLDING else ()
    return [rail for rail in offered if rail in OF_PARTS]


def with_status(plan: SettlementPlan, step: PlanStep, *, broken_because: BreakReason | None = None) -> SettlementPlan:
    """The plan with one step more; why it is broken, where the step says that it is. `MoveNotAllowed`."""
    status = moved(MOVES, plan.status, to=step.status)
    steps = with_step(plan.steps, step, limit=STEPS_MAX)
    return replace(plan, status=status, steps=steps, broken_because=broken_because)


def _schedule(simulation: PlanSimulation, owed: Mapping[str, Obligation]) -> dict[str, Any]:
    """Debts and instalments as they are simulated, with what is waived shared out over the debts."""
    if not simulation.instalments:
        raise NothingToSettle
    if len(simulation.settled) > PLAN_DEBTS_MAX:
        raise TooManyPlanDebts(debts_max=PLAN_DEBTS_MAX)
    debts, before_minor = [], 0
    for each in simulation.settled:
        obligation = owed[each.declaration_id]
        until_minor = before_minor + each.penalty_left_minor
        debts.append(
            PlanDebt(
                debt_id=obligation.debt_id,
                declaration_id=each.declaration_id,
                form=each.form,
                period=each.period,
                due_on=each.due_on,
                left_minor=each.left_minor,
                penalty_minor=each.penalty_left_minor,
                spared_minor=_share(simulation, until_minor) - _share(simulation, before_minor),
                paid_before_minor=obligation.paid_minor + obligation.penalty_paid_minor,
            )
        )
        before_minor = until_minor
    instalments = tuple(PlanInstalment(**vars(each)) for each in simulation.instalments)
    return {
        "as_of": simulation.as_of,
        "debts": tuple(debts),
        "instalments": instalments,
        "waived_percent": simulation.waived_percent,
    }


def _share(simulation: PlanSimulation, penalty_minor: int) -> int:
    """What is waived of the first debts, whose penalties come to an amount."""
    return simulation.waived_minor * penalty_minor // simulation.penalty_minor if simulation.penalty_minor else 0


# ----------------------------------------------------------------------------------------------------------------------


def _is_open(scheme: SettlementScheme, today: date) -> bool:
    return scheme.ask_from_on <= today <= scheme.ask_until_on


def _instalments(amount_minor: int, *, months: int, today: date) -> tuple[PlannedInstalment, ...]:
    if not amount_minor:
        return ()
    months = min(months, amount_minor)
    each_minor = amount_minor // months
    return tuple(
        PlannedInstalment(
            number=number,
            due_on=later(today, months=number),
            amount_minor=each_minor if number < months else amount_minor - each_minor * (months - 1),
        )
        for number in range(1, months + 1)
    )
