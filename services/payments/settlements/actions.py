"""What payments does with settlements: offer and simulate them, take what is asked for, decide, follow, and end."""

from collections.abc import Iterable
from datetime import date, datetime

from services.payments.access_journal.accessed import AccessedKind
from services.payments.arrears import actions as arrears
from services.payments.collections import actions as collections
from services.payments.collections import debt_changes, requesting
from services.payments.collections.collection import Collection, PlanPart, Rail, WayToPay
from services.payments.collections.rules import MandateMissing
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from services.payments.obligations.store import FOLLOW_PLAN
from services.payments.settlements import collecting, following, rules, store
from services.payments.settlements.plan import PayablePlan, PlanSimulation
from services.payments.settlements.settlement_plan import HOLDING, OPEN, PlanInstalment, PlanStatus, SettlementPlan
from shared.funds.arrears import FrozenMonths, SettlementScheme
from shared.jobs import queue
from shared.kernel.outcome import Outcome
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


def look_at(uow: UnitOfWork, *, plan_id: str, purpose: Purpose) -> PayablePlan:
    """As `read`, with how it can be paid now; what an agent reads enters the access journal."""
    found = read(uow, plan_id=plan_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.SETTLEMENT, reference=found.reference, purpose=purpose
    )
    ways, may_be_debited = tuple(_ways_to_pay(uow, found)), _may_be_debited(uow, found)
    return PayablePlan(**vars(found), ways=ways, may_be_debited=may_be_debited)


def page(
    uow: UnitOfWork,
    *,
    employer_id: str | None,
    status: PlanStatus | None,
    reference: str | None,
    wanted: PageRequest,
    purpose: Purpose,
) -> Page[SettlementPlan]:
    """An employer's plans, oldest first; where an agent names no employer, those of the fund in a state or of a
    reference."""
    uow.by.must_act_for_employer(employer_id or "")
    if employer_id:
        journal.note_employer(uow, employer_id, looked_at=AccessedKind.SETTLEMENT, purpose=purpose)
    return store.page(uow, employer_id=employer_id, status=status, reference=reference, wanted=wanted)


# --- Paid and followed ------------------------------------------------------------------------------------------------


def pay(uow: UnitOfWork, *, plan_id: str, rail: Rail) -> Collection:
    """The caller, a firm's user, pays what of the plan has become due, or the next instalment where nothing has; under
    a reference of its own, which begins as all that the fund's bank looks for. A debit is drawn on the day of the
    instalment. Raises `PlanNotHolding`."""
    found = read(uow, plan_id=plan_id)
    debts = _debts(uow, found)
    asked = collecting.to_pay_now(found, today=uow.today)
    first = next((each for each in debts if each.to_pay_minor), None)
    if found.status not in HOLDING or first is None or not asked:
        raise rules.PlanNotHolding
    part = _part(uow, found, asked)
    requesting.must_pay(uow, debts, amount_minor=part.amount_minor)
    requested = requesting.request_part(
        uow, first, rail=rail, part=part, before=found.collection_id, not_before=asked[0].due_on
    )
    store.plans.save(uow, Outcome(collecting.collected_by(found, requested.collection_id, asked=asked)))
    return requested


def _part(uow: UnitOfWork, plan: SettlementPlan, asked: tuple[PlanInstalment, ...]) -> PlanPart:
    reference = uow.new_reference(uow.fund.payments.transfer_prefix)
    return PlanPart(
        plan_id=plan.plan_id,
        plan_reference=plan.reference,
        instalments=tuple(each.number for each in asked),
        reference=reference,
        amount_minor=collecting.left_minor(asked),
    )


def choose_debit(uow: UnitOfWork, *, plan_id: str, is_debited: bool) -> SettlementPlan:
    """The caller, a firm's user, wants each instalment debited on its day, or no more: what is planned then ends, but
    for what the bank may have. Raises `PlanNotHolding`; `MandateMissing` where no mandate in force reaches to the
    largest instalment."""
    found = read(uow, plan_id=plan_id)
    chosen = rules.with_debit(found, is_debited=is_debited)
    live = collection_of(uow, found)
    if is_debited:
        requesting.must_have_mandate(uow, employer_id=found.employer_id)
        requesting.must_pay(uow, _debts(uow, found), amount_minor=found.to_pay_minor)
        if not _may_be_debited(uow, found):
            raise MandateMissing
        chosen = _collect_next(uow, chosen)
    elif live is not None and live.rail is Rail.DIRECT_DEBIT:
        requesting.end_part(uow, live.collection_id)
    return store.plans.save(uow, Outcome(chosen))


def _may_be_debited(uow: UnitOfWork, plan: SettlementPlan) -> bool:
    """Whether a mandate in force would allow each of the instalments that are left, were it their day."""
    largest_minor = max(each.left_minor for each in plan.instalments)
    terms = requesting.part_terms(uow, plan.employer_id, amount_minor=largest_minor, not_before=uow.today)
    return plan.status in OPEN and terms is not None


def _ways_to_pay(uow: UnitOfWork, plan: SettlementPlan) -> list[WayToPay]:
    """The ways in which what is asked for of a plan can be paid now: a debit where a mandate allows it, with its day;
    none while the bank has one."""
    asked, live = collecting.to_pay_now(plan, today=uow.today), collection_of(uow, plan)
    if not asked or (live is not None and live.is_at_bank):
        return []
    terms = requesting.part_terms(
        uow, plan.employer_id, amount_minor=collecting.left_minor(asked), not_before=asked[0].due_on
    )
    return [
        WayToPay(rail=rail, debit_on=terms.debit_on if rail is Rail.DIRECT_DEBIT and terms else None)
        for rail in rules.rails(plan, fund=uow.fund)
        if rail is not Rail.DIRECT_DEBIT or terms is not None
    ]


def collection_of(uow: UnitOfWork, plan: SettlementPlan) -> Collection | None:
    """The try to collect a part of a plan of which money may still come, or None."""
    found = collections.find(uow, plan.collection_id) if plan.collection_id else None
    return found if found is not None and found.is_live else None


def asked_by(uow: UnitOfWork, collection: Collection) -> tuple[PlanInstalment, ...]:
    """The instalments of its plan that a try to collect asks for, as they stand now: for the service itself."""
    return collecting.asked_by(store.plans.load(uow, collection.plan_id), collection.collection_id)


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
        debit_days=collecting.debit_days(plan, _tries(uow, plan)),
        currency=uow.fund.currency.value,
        by=uow.by.subject,
        today=uow.today,
        at=uow.at,
    )
    if outcome.thing != plan:
        _carry_out(uow, outcome.thing, before=plan.status, scheme=scheme)
    followed = _collect_next(uow, outcome.thing)
    if followed != plan:
        store.plans.save(uow, Outcome(followed, outcome.events))
    return following.look_next_at(followed, scheme=scheme, fund=uow.fund, today=uow.today)


def follow_soon(uow: UnitOfWork, *, employer_id: str) -> None:
    """What an employer's plan is debited by has changed: it is looked at now, and not only on its next day."""
    found = store.open_of(uow, employer_id=employer_id)
    if found is not None and found.status in HOLDING and found.is_debited:
        queue.schedule(uow, FOLLOW_PLAN, found.plan_id)


def _tries(uow: UnitOfWork, plan: SettlementPlan) -> collecting.Tries:
    """The tries to collect the instalments that are not paid."""
    open_ = {each.collection_id for each in plan.instalments if each.left_minor and each.collection_id}
    return collections.find_many(uow, sorted(open_))


def _collect_next(uow: UnitOfWork, plan: SettlementPlan) -> SettlementPlan:
    """The plan with what is asked for as it is by now: a try that asks for what came in another way ends, and where
    the employer wants it the next instalment is to be debited. What the employer chose to pay otherwise comes first."""
    live = collection_of(uow, plan)
    if live is not None and not live.is_at_bank and collecting.is_too_much(plan, live):
        requesting.end_part(uow, live.collection_id)
        live = None
    due = collecting.to_debit(plan, _tries(uow, plan))
    first = next((each for each in _debts(uow, plan) if each.to_pay_minor), None)
    if live is not None or due is None or first is None:
        return plan
    requested = requesting.debit_part(
        uow, first, part=_part(uow, plan, (due,)), before=plan.collection_id, not_before=due.due_on
    )
    return collecting.collected_by(plan, requested.collection_id, asked=(due,)) if requested else plan


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
    return any(each.is_late(on=following.last_in_time(scheme, today=uow.today)) for each in others)
