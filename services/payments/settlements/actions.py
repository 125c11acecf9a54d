"""What payments does with settlements: offer and simulate them, take what is asked for, decide, follow, and end."""

from collections.abc import Iterable
from datetime import date, datetime

from services.payments.access_journal.accessed import AccessedKind
from services.payments.arrears import actions as arrears
from services.payments.collections import actions as collections
from services.payments.collections import debt_changes, requesting
from services.payments.collections.collection import Collection, PlanPart, Rail
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from services.payments.obligations.store import FOLLOW_PLAN
from services.payments.settlements import following, rules, store
from services.payments.settlements.plan import PlanSimulation
from services.payments.settlements.settlement_plan import HOLDING, PlanStatus, SettlementPlan
from shared.funds.arrears import FrozenMonths, SettlementScheme
from shared.jobs import queue
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


def simulate(uow: UnitOfWork, *, employer_id: str, scheme: str, months: int, purpose: Purpose) -> PlanSimulation:
    """What a plan would come to today, for the employer and the fund's agents. Nothing is kept."""
    debts = arrears.debts_of(uow, employer_id=employer_id, purpose=purpose)
    return rules.simulate(uow.fund, debts, code=scheme, employer_id=employer_id, months=months, today=uow.today)


# --- Asked for and decided --------------------------------------------------------------------------------------------


def ask(uow: UnitOfWork, *, employer_id: str, scheme: str, months: int) -> SettlementPlan:
    """The caller, a firm's user, asks for a plan for the debts of today. Raises `PlanAlreadyOpen` naming the one that
    is open, and what `rules.simulate` and `rules.ask` raise."""
    uow.by.must_act_for_employer(employer_id)
    if before := store.open_of(uow, employer_id=employer_id):
        raise rules.PlanAlreadyOpen(reference=before.reference)
    owed = obligations.of_employer(uow, employer_id=employer_id)
    asked = rules.ask(
        _simulated(uow, owed, employer_id=employer_id, scheme=scheme, months=months, asked_on=uow.today),
        owed=_by_declaration(owed),
        plan_id=uow.new_id(),
        reference=uow.new_reference(rules.REFERENCE_KIND),
        months=months,
        by=uow.by.subject,
        at=uow.at,
    )
    return store.plans.save(uow, asked)


def _simulated(
    uow: UnitOfWork, owed: Iterable[Obligation], *, employer_id: str, scheme: str, months: int, asked_on: date
) -> PlanSimulation:
    debts = arrears.forecasts(uow, owed, employer_id=employer_id)
    return rules.simulate(
        uow.fund, debts, code=scheme, employer_id=employer_id, months=months, today=uow.today, asked_on=asked_on
    )


def withdraw(uow: UnitOfWork, *, plan_id: str) -> SettlementPlan:
    """The employer does not want it any more, before the fund has agreed."""
    found = read(uow, plan_id=plan_id)
    return store.plans.save(uow, rules.withdraw(found, by=uow.by.subject, at=uow.at))


def decide(uow: UnitOfWork, *, plan_id: str, is_agreed: bool, reason: str) -> SettlementPlan:
    """An agent agrees, or refuses. Where the scheme wants two, the first of them proposes."""
    found = read(uow, plan_id=plan_id)
    scheme = rules.scheme_of(uow.fund, found.scheme)
    if not is_agreed:
        decided = store.plans.save(uow, rules.refuse(found, reason=reason, by=uow.by.subject, at=uow.at))
    elif scheme.needs_second_person and found.status is PlanStatus.ASKED:
        decided = store.plans.save(uow, rules.propose(found, reason=reason, by=uow.by.subject, at=uow.at))
    else:
        decided = _agree(uow, found, reason=reason)
    operator_acts.record(uow, f"settlement-{decided.status}", store.plans.name, plan_id, version=decided.version)
    return decided


def _agree(uow: UnitOfWork, plan: SettlementPlan, *, reason: str) -> SettlementPlan:
    """What its debts cost today is charged, the schedule is made of that, and from now on they cost no more."""
    arrears.assess_all(uow, employer_id=plan.employer_id)
    owed = obligations.of_employer(uow, employer_id=plan.employer_id)
    agreed = rules.agree(
        plan,
        _simulated(
            uow,
            owed,
            employer_id=plan.employer_id,
            scheme=plan.scheme,
            months=plan.months,
            asked_on=uow.fund.day_of(plan.asked_at),
        ),
        owed=_by_declaration(owed),
        reason=reason,
        currency=uow.fund.currency.value,
        by=uow.by.subject,
        at=uow.at,
    )
    kept = store.plans.save(uow, agreed)
    _hold(uow, kept)
    queue.schedule(uow, FOLLOW_PLAN, kept.plan_id)
    return kept


# --- Read -------------------------------------------------------------------------------------------------------------


def read(uow: UnitOfWork, *, plan_id: str) -> SettlementPlan:
    """A plan, for the employer and the fund's agents."""
    found = store.plans.load(uow, plan_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def look_at(uow: UnitOfWork, *, plan_id: str, purpose: Purpose) -> SettlementPlan:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, plan_id=plan_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.SETTLEMENT, reference=found.reference, purpose=purpose
    )
    return found


def page(
    uow: UnitOfWork, *, employer_id: str | None, status: PlanStatus | None, wanted: PageRequest, purpose: Purpose
) -> Page[SettlementPlan]:
    """An employer's plans, oldest first; all of the fund's, in a state, where an agent names no employer."""
    uow.by.must_act_for_employer(employer_id or "")
    if employer_id:
        journal.note_employer(uow, employer_id, looked_at=AccessedKind.SETTLEMENT, purpose=purpose)
    return store.page(uow, employer_id=employer_id, status=status, wanted=wanted)


# --- Paid and followed ------------------------------------------------------------------------------------------------


def pay(uow: UnitOfWork, *, plan_id: str, rail: Rail) -> Collection:
    """The caller, a firm's user, pays what of the plan has become due, or the next instalment where nothing has; under
    a reference of its own, which begins as all that the fund's bank looks for. Raises `PlanNotHolding`."""
    found = read(uow, plan_id=plan_id)
    debts = _debts(uow, found)
    amount_minor = following.to_pay_now(found, today=uow.today)
    first = next((each for each in debts if each.to_pay_minor), None)
    if found.status not in HOLDING or first is None or not amount_minor:
        raise rules.PlanNotHolding
    requesting.must_pay(uow, debts, amount_minor=amount_minor)
    reference = uow.new_reference(uow.fund.payments.transfer_prefix)
    part = PlanPart(plan_id=plan_id, reference=reference, amount_minor=amount_minor)
    requested = requesting.request_part(uow, first, rail=rail, part=part, before=found.collection_id)
    store.plans.save(uow, following.collected_by(found, requested.collection_id))
    return requested


def collection_of(uow: UnitOfWork, plan: SettlementPlan) -> Collection | None:
    """The try to collect a part of a plan of which money may still come, or None."""
    found = collections.find(uow, plan.collection_id) if plan.collection_id else None
    return found if found is not None and found.is_live else None


def follow(uow: UnitOfWork, *, plan_id: str) -> datetime | None:
    """Give what came for a plan to its instalments, remind, and end it where it is finished or broken; when to look
    again. Run again, it changes nothing: all of it is one transaction.

    Money that came for the plan and went beyond the debt to which it was booked pays the next ones first.
    """
    plan = store.plans.load(uow, plan_id)
    if plan.status not in HOLDING | {PlanStatus.FINISHED}:
        return None
    scheme = rules.scheme_of(uow.fund, plan.scheme)
    debts = [debt_changes.use_credits(uow, each) for each in _debts(uow, plan)]
    outcome = following.follow(
        plan,
        scheme=scheme,
        settled_minor=following.settled_minor(plan, debts),
        is_current_unpaid=plan.status in HOLDING and _is_current_unpaid(uow, plan, scheme),
        currency=uow.fund.currency.value,
        by=uow.by.subject,
        today=uow.today,
        at=uow.at,
    )
    if outcome.thing != plan:
        _carry_out(uow, outcome.thing, before=plan.status, scheme=scheme)
        store.plans.save(uow, outcome)
    return following.look_next_at(outcome.thing, scheme=scheme, fund=uow.fund, today=uow.today)


def _carry_out(uow: UnitOfWork, plan: SettlementPlan, *, before: PlanStatus, scheme: SettlementScheme) -> None:
    """What its end, or that it is under way again, means for its debts."""
    if plan.status in (PlanStatus.FINISHED, PlanStatus.BROKEN) and plan.collection_id:
        requesting.end_part(uow, plan.collection_id)
    match plan.status:
        case PlanStatus.FINISHED if before is not PlanStatus.FINISHED:
            for debt in plan.debts:
                arrears.waive(uow, declaration_id=debt.declaration_id)
        case PlanStatus.BROKEN:
            for debt in plan.debts:
                is_spared = scheme.frozen_months is FrozenMonths.SPARED
                arrears.let_go(uow, declaration_id=debt.declaration_id, is_spared=is_spared)
        case PlanStatus.UNDER_WAY if before is PlanStatus.FINISHED:
            for debt in plan.debts:
                arrears.let_go(uow, declaration_id=debt.declaration_id, is_spared=True)
            _hold(uow, plan)


def _hold(uow: UnitOfWork, plan: SettlementPlan) -> None:
    for debt in plan.debts:
        owed = obligations.current(uow, declaration_id=debt.declaration_id)
        debt_changes.hold(uow, owed, plan_id=plan.plan_id, spared_minor=debt.spared_minor)


def _debts(uow: UnitOfWork, plan: SettlementPlan) -> list[Obligation]:
    """Its debts as they stand now, those that were due first coming first."""
    return [obligations.current(uow, declaration_id=each.declaration_id) for each in plan.debts]


def _by_declaration(debts: Iterable[Obligation]) -> dict[str, Obligation]:
    return {each.declaration_id: each for each in debts}


def _is_current_unpaid(uow: UnitOfWork, plan: SettlementPlan, scheme: SettlementScheme) -> bool:
    """Whether another debt should have been paid by now, the scheme's days of grace included."""
    if not scheme.needs_current_paid:
        return False
    owed = obligations.of_employer(uow, employer_id=plan.employer_id)
    forecasts = arrears.forecasts(uow, owed, employer_id=plan.employer_id)
    others = [each for each in forecasts if each.plan_id != plan.plan_id]
    return any(rules.is_late(each, on=following.last_in_time(scheme, today=uow.today)) for each in others)
