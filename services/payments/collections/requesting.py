"""How a debt is asked for: by which rail, by which mandate, and which of its tries end with that. One debt is asked for
once at a time."""

from collections.abc import Iterable
from datetime import date

from services.payments.collections import actions, debiting, rules, store
from services.payments.collections.collection import OF_PARTS, Collection, PlanPart, Rail, WayToPay
from services.payments.collections.debiting import DebitTerms
from services.payments.mandates import store as mandates
from services.payments.obligations import actions as obligations
from services.payments.obligations import rules as owing
from services.payments.obligations import store as obligations_store
from services.payments.obligations.obligation import Obligation
from shared.funds.period import Period
from shared.jobs import queue
from shared.kernel.errors import Term
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent


def request(uow: UnitOfWork, *, declaration_id: str, rail: Rail) -> Collection:
    """The caller, a firm's user, chooses to pay what is left of a declaration. Another try of the same debt that could
    still be paid ends with it: one debt is asked for once at a time. `DebitUnderWay` where the bank has a debit of
    it."""
    owed = obligations.read(uow, declaration_id=declaration_id)
    must_pay(uow, [owed], amount_minor=owed.to_pay_minor)
    before = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    live = _live_of(uow, owed, before)
    rules.check_none_at_bank(live)
    return _request(uow, owed, rail=rail, before=before, live=live, terms=debit_terms(uow, owed, rail=rail))


def request_at_counter(uow: UnitOfWork, *, declaration_id: str, rail: Rail) -> Collection:
    """An agent takes what is left of a debt at a counter: by the try that the employer asked for on this rail, or by a
    new one, with which any other ends. `DebitUnderWay` where the bank has a debit of it."""
    owed = obligations.read(uow, declaration_id=declaration_id)
    before = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    live = _live_of(uow, owed, before)
    rules.check_none_at_bank(live)
    asked = [each for each in live if each.rail is rail and each.amount_minor == owed.to_pay_minor]
    return asked[0] if asked else _request(uow, owed, rail=rail, before=before, live=live, terms=None)


def must_pay(uow: UnitOfWork, debts: Iterable[Obligation], *, amount_minor: int) -> None:
    """Whether the caller may have so much asked for these debts: an accountant may within what the employer delegated.
    Raises `PeriodNotDelegated`, `AmountNotDelegated`."""
    for owed in debts:
        period = Period.read(owed.period)
        uow.by.must_act_for_period(owed.employer_id, begins_on=period.first_on, ends_on=period.last_on)
        uow.by.must_pay_for_employer(owed.employer_id, amount_minor=amount_minor)


def must_have_mandate(uow: UnitOfWork, *, employer_id: str) -> None:
    """The caller wants what it declares debited: raises `MandateMissing` where there is no mandate in force for that,
    before anything is declared. What will be due is not known yet: none who may pay up to an amount alone."""
    uow.by.must_pay_for_employer(employer_id, amount_minor=None)
    if Rail.DIRECT_DEBIT not in rules.offered(uow.fund) or mandates.active_of(uow, employer_id=employer_id) is None:
        raise rules.MandateMissing


def request_debit(uow: UnitOfWork, *, declaration_id: str) -> Collection | None:
    """The employer wanted it when it declared: what is due is debited. None where no mandate allows it by now, or not
    so much, or the bank has a debit of the declaration that this one replaces: it is for the employer to choose."""
    owed = obligations_store.obligations.load(uow, declaration_id)
    before = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    live, terms = _live_of(uow, owed, before), debit_terms(uow, owed)
    is_asked = any(each.rail is Rail.DIRECT_DEBIT and each.amount_minor == owed.to_pay_minor for each in live)
    if terms is None or is_asked or any(each.is_at_bank for each in live):
        return None
    return _request(uow, owed, rail=Rail.DIRECT_DEBIT, before=before, live=live, terms=terms)


def _request(
    uow: UnitOfWork,
    owed: Obligation,
    *,
    rail: Rail,
    before: Iterable[Collection],
    live: Iterable[Collection],
    terms: DebitTerms | None,
    part: PlanPart | None = None,
) -> Collection:
    called, outcome = rules.request(
        owed,
        rail=rail,
        before=before,
        fund=uow.fund,
        collection_id=uow.new_id(),
        at=uow.at,
        terms=terms,
        part=part,
        traceparent=current_traceparent(),
    )
    obligations_store.obligations.save(uow, Outcome(called))
    _withdraw(uow, live)
    kept = store.scheduling.save(uow, outcome)
    obligations.reconcile(uow, employer_id=owed.employer_id, period=owed.period)
    return kept


def debit_terms(uow: UnitOfWork, owed: Obligation, *, rail: Rail = Rail.DIRECT_DEBIT) -> DebitTerms | None:
    """How what is left of a debt would be debited: on its due date, or as soon after it as can be. None where it would
    not, for lack of a mandate, or by another rail."""
    if rail is not Rail.DIRECT_DEBIT or rail not in rules.offered(uow.fund) or not owed.to_pay_minor:
        return None
    return debiting.terms(
        mandates.active_of(uow, employer_id=owed.employer_id),
        amount_minor=owed.to_pay_minor,
        not_before=owed.due_on,
        fund=uow.fund,
        at=uow.at,
    )


def ways_to_pay(uow: UnitOfWork, owed: Obligation) -> list[WayToPay]:
    """The ways in which what is left of a debt can be paid now: those that the fund offers, a direct debit where a
    mandate allows it, and none while the bank has a debit of it."""
    tries = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    if not owing.is_payable(owed) or any(each.is_at_bank for each in _live_of(uow, owed, tries)):
        return []
    terms = debit_terms(uow, owed)
    return [
        WayToPay(rail=rail, debit_on=terms.debit_on if rail is Rail.DIRECT_DEBIT and terms else None)
        for rail in rules.offered(uow.fund)
        if rail is not Rail.DIRECT_DEBIT or terms is not None
    ]


def refuse_debit(uow: UnitOfWork, collection: Collection, *, reason: str) -> Collection:
    """Nothing was debited. Where the reason may be gone in some days, the debit is announced once more, by itself;
    otherwise the employer has to pay in another way, and is told so."""
    owed = obligations.current(uow, declaration_id=collection.declaration_id)
    terms = _terms_of_repetition(uow, collection, owed, reason=reason)
    refused = debiting.refuse(
        collection,
        reason=reason,
        form=owed.form,
        repeated_on=terms.debit_on if terms else None,
        currency=uow.fund.currency.value,
        at=uow.at,
    )
    kept = store.scheduling.save(uow, refused)
    if kept.plan_id:
        queue.schedule(uow, obligations_store.FOLLOW_PLAN, kept.plan_id)
    if terms is not None:
        tries = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
        before = [kept if each.collection_id == kept.collection_id else each for each in tries]
        _request(uow, owed, rail=Rail.DIRECT_DEBIT, before=before, live=(), terms=terms)
    return kept


def _terms_of_repetition(
    uow: UnitOfWork, collection: Collection, owed: Obligation, *, reason: str
) -> DebitTerms | None:
    again_on = debiting.repeat_on(collection, reason=reason, fund=uow.fund, at=uow.at)
    if again_on is None or not owed.to_pay_minor:
        return None
    return debiting.terms(
        mandates.active_of(uow, employer_id=owed.employer_id),
        amount_minor=owed.to_pay_minor,
        not_before=again_on,
        fund=uow.fund,
        at=uow.at,
        repeats=collection.collection_id,
    )


def is_replaced(uow: UnitOfWork, collection: Collection) -> bool:
    """Whether another declaration, or another try to collect the same debt, has taken the place of a collection."""
    owed = obligations_store.obligations.load(uow, collection.declaration_id)
    tries = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    standing = obligations.current(uow, declaration_id=collection.declaration_id)
    return owed.replaced_by is not None or any(
        each.collection_id != collection.collection_id for each in _live_of(uow, standing, tries)
    )


def request_part(
    uow: UnitOfWork, owed: Obligation, *, rail: Rail, part: PlanPart, before: str, not_before: date
) -> Collection:
    """The caller pays what a settlement plan asks for now. `before` is the try of the plan that this one replaces, and
    `not_before` the day from which on a debit is drawn."""
    if rail not in OF_PARTS:
        raise rules.RailNotOffered(rail=Term(f"collection.rail.{rail}"))
    ended = _ended_by_part(uow, owed, before=before)
    rules.check_none_at_bank(ended)
    terms = None
    if rail is Rail.DIRECT_DEBIT:
        terms = part_terms(uow, owed.employer_id, amount_minor=part.amount_minor, not_before=not_before)
    return _request(uow, owed, rail=rail, before=(), live=ended, terms=terms, part=part)


def debit_part(
    uow: UnitOfWork, owed: Obligation, *, part: PlanPart, before: str, not_before: date
) -> Collection | None:
    """An instalment of a settlement plan is debited by itself, as the employer wanted. None where no mandate allows it,
    or the employer is about to pay the debt in another way."""
    terms = part_terms(uow, owed.employer_id, amount_minor=part.amount_minor, not_before=not_before)
    ended = _ended_by_part(uow, owed, before=before)
    if terms is None or any(each.rail is not Rail.DIRECT_DEBIT or each.is_at_bank for each in ended):
        return None
    return _request(uow, owed, rail=Rail.DIRECT_DEBIT, before=(), live=ended, terms=terms, part=part)


def part_terms(uow: UnitOfWork, employer_id: str, *, amount_minor: int, not_before: date) -> DebitTerms | None:
    """How a part of a settlement plan would be debited; None where it would not, for lack of a mandate."""
    if Rail.DIRECT_DEBIT not in rules.offered(uow.fund):
        return None
    mandate = mandates.active_of(uow, employer_id=employer_id)
    return debiting.terms(mandate, amount_minor=amount_minor, not_before=not_before, fund=uow.fund, at=uow.at)


def _ended_by_part(uow: UnitOfWork, owed: Obligation, *, before: str) -> list[Collection]:
    """The live tries whose place another part of a plan takes: those of its first debt, and that of the part before."""
    tries = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    replaced = actions.find(uow, before) if before else None
    others = [replaced] if replaced is not None and replaced.is_live else []
    return list({each.collection_id: each for each in (*_live_of(uow, owed, tries), *others)}.values())


def end_part(uow: UnitOfWork, collection_id: str) -> None:
    """Nothing more is asked for by this try to collect a part of a plan; a debit that the bank may have ends as the
    bank says."""
    found = actions.find(uow, collection_id)
    if found is not None and found.is_live and not found.is_at_bank:
        _withdraw(uow, [found])


def end_what_is_too_much(uow: UnitOfWork, owed: Obligation) -> None:
    """What is being collected of a debt and is more than is left of it ends: paid by mistake, it would be too much."""
    tries = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    live = _live_of(uow, owed, tries)
    too_much = [
        each
        for each in live
        if not each.is_at_bank and each.amount_minor > owed.to_pay_minor and (not each.plan_id or not owed.to_pay_minor)
    ]
    _withdraw(uow, too_much)


def _live_of(uow: UnitOfWork, owed: Obligation, tries: Iterable[Collection]) -> list[Collection]:
    """The live tries of a debt, those of the declarations that its own has replaced among them."""
    return [
        each
        for each in tries
        if each.is_live
        and obligations.current(uow, declaration_id=each.declaration_id).declaration_id == owed.declaration_id
    ]


def _withdraw(uow: UnitOfWork, collections: Iterable[Collection]) -> None:
    for each in collections:
        store.scheduling.save(uow, Outcome(rules.withdraw(each, at=uow.at)))
