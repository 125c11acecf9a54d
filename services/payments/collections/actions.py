"""What payments does with what employers owe: open it, collect it, book what comes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from services.payments.access_journal.accessed import AccessedKind
from services.payments.collections import debiting, holding, rules, store
from services.payments.collections.collection import OF_PARTS, Collection, PlanPart, Rail, WayToPay
from services.payments.collections.debiting import DebitTerms
from services.payments.credits import actions as credits
from services.payments.credits import rules as crediting
from services.payments.credits import store as credits_store
from services.payments.credits.credit import UseKind
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.mandates import store as mandates
from services.payments.obligations import actions as obligations
from services.payments.obligations import postings
from services.payments.obligations import rules as owing
from services.payments.obligations import store as obligations_store
from services.payments.obligations.obligation import Obligation
from shared.funds.period import Period
from shared.kernel.errors import Term
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork
from shared.telemetry.propagation import current_traceparent


def open_obligation(
    uow: UnitOfWork,
    *,
    declaration_id: str,
    revision: int,
    employer_id: str,
    form: str,
    period: str,
    due_on: date,
    declared_on: date,
    branches: Mapping[str, int],
    sides: Mapping[str, int],
    replaces: str | None = None,
    is_provisional: bool = False,
) -> Obligation:
    """An employer owes the contributions of a declaration from now on; called where the declaration is accepted, in
    the same unit of work.

    `declared_on` is the day on which the declaration came in; `branches` gives the amount in minor units by branch (all
    sides together), `sides` by side; `replaces` names the declaration that
    this one takes the place of: its entry is taken back, what was paid for it counts for this one, and what is being
    collected for it ends where it is more than is left now. What the employer has to its credit pays as much of the
    debt as it can. Raises `ObligationUnknown` where there is no such declaration, `DeclarationReplaced` where it was
    replaced before.
    """
    opened, cancelled, surplus_minor = owing.open_obligation(
        Obligation(
            declaration_id=declaration_id,
            revision=revision,
            employer_id=employer_id,
            form=form,
            period=period,
            due_on=due_on,
            due_minor=sum(branches.values()),
            opened_at=uow.at,
            sides=sides,
            is_provisional=is_provisional,
        ),
        declared_on=declared_on,
        before=obligations_store.obligations.load(uow, replaces) if replaces else None,
    )
    if cancelled is not None:
        _cancel(uow, cancelled)
    if opened.due_minor:
        postings.post_declared(uow, opened, branches, declared_on=declared_on)
    if surplus_minor:
        _move_to_credit(uow, opened, surplus_minor)
    paid = _paid_by_credits(uow, opened)
    published = owing.paid_events(paid, currency=uow.fund.currency.value, at=uow.at)
    kept = obligations_store.save(uow, Outcome(paid, published))
    _end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=employer_id, period=period)
    return kept


def lift(uow: UnitOfWork, *, declaration_id: str) -> Obligation:
    """What was assessed provisionally is owed no more; what was paid of it is a credit of the employer. Raises
    `DebtInPlan`."""
    owed = obligations_store.obligations.load(uow, declaration_id)
    lifted, surplus_minor = owing.lift(owed, today=uow.today)
    if owed.due_minor:
        ledger.take_back(uow, cause=f"{postings.cause(owed)}:cancelled", of=postings.cause(owed))
    if surplus_minor:
        _move_to_credit(uow, lifted, surplus_minor)
    kept = obligations_store.save(uow, Outcome(lifted))
    _end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=owed.employer_id, period=owed.period)
    return kept


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


def read(uow: UnitOfWork, *, collection_id: str) -> Collection:
    """A collection, for the employer and the fund's agents."""
    found = store.collections.load(uow, collection_id)
    uow.by.must_act_for_employer(found.employer_id)
    return found


def look_at(uow: UnitOfWork, *, collection_id: str, purpose: Purpose) -> Collection:
    """As `read`; what an agent reads enters the access journal."""
    found = read(uow, collection_id=collection_id)
    journal.note_employer(
        uow, found.employer_id, looked_at=AccessedKind.COLLECTION, reference=found.reference, purpose=purpose
    )
    return found


def of_declaration(uow: UnitOfWork, *, declaration_id: str, wanted: PageRequest, purpose: Purpose) -> Page[Collection]:
    """The tries to collect for a declaration, oldest first, for the employer and the fund's agents, whose look enters
    the access journal."""
    owed = obligations.read(uow, declaration_id=declaration_id)
    journal.note_employer(
        uow, owed.employer_id, looked_at=AccessedKind.COLLECTION, reference=declaration_id, purpose=purpose
    )
    return store.of_declaration(uow, declaration_id, wanted=wanted)


def by_reference(uow: UnitOfWork, reference: str) -> Collection | None:
    """The collection that a payer's reference names, or None."""
    return store.collections.find_only(uow, reference=reference)


def hold_reference(uow: UnitOfWork, *, collection_id: str, by: str, until: datetime) -> Collection:
    """A payment has a reference to itself until a time. Raises `ReferenceHeld` where another one has it."""
    held = holding.hold(store.collections.load(uow, collection_id), by=by, until=until, at=uow.at)
    return store.scheduling.save(uow, Outcome(held))


def release_reference(uow: UnitOfWork, *, collection_id: str, by: str) -> None:
    """The payment that had a reference to itself is not made."""
    found = store.collections.load(uow, collection_id)
    released = holding.release(found, by=by)
    if released != found:
        store.scheduling.save(uow, Outcome(released))


def is_replaced(uow: UnitOfWork, collection: Collection) -> bool:
    """Whether another declaration, or another try to collect the same debt, has taken the place of a collection."""
    owed = obligations_store.obligations.load(uow, collection.declaration_id)
    tries = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    standing = obligations.current(uow, declaration_id=collection.declaration_id)
    return owed.replaced_by is not None or any(
        each.collection_id != collection.collection_id for each in _live_of(uow, standing, tries)
    )


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[Collection]:
    """The collections that these references name; unknown references are left out."""
    return store.with_references(uow, references)


def load(uow: UnitOfWork, collection_id: str) -> Collection:
    return store.collections.load(uow, collection_id)


def find(uow: UnitOfWork, collection_id: str) -> Collection | None:
    return store.collections.find(uow, collection_id)


def change(uow: UnitOfWork, *, collection_id: str, rule: Callable[[Collection], Collection]) -> Collection | None:
    """Keep what a rule makes of a collection of which something may still come; one that is over meanwhile is left as
    it is (None)."""
    found = store.collections.load(uow, collection_id)
    if not found.is_followed:
        return None
    return store.scheduling.save(uow, Outcome(rule(found)))


# --- Money that came --------------------------------------------------------------------------------------------------


def book(
    uow: UnitOfWork,
    collection: Collection,
    *,
    bank_reference: str,
    entry_id: str,
    amount_minor: int,
    into: str,
    value_on: date,
) -> bool:
    """Book money that the bank reports for a collection: collection, obligation, ledger and events in one. Whether it
    was booked: the same entry of the bank is booked once, and beyond `DEBITS_MAX` entries a person has to look.

    `into` is the ledger's code of the account that it came to, on the day `value_on`. Money for a declaration that was
    replaced meanwhile counts for its successor; money beyond the debt and its penalties is the employer's credit.
    """
    if rules.is_booked(collection, bank_reference=bank_reference, entry_id=entry_id):
        return True
    if not rules.has_room(collection):
        return False
    is_first = not collection.debits
    came = rules.debit(
        collection,
        bank_reference=bank_reference,
        entry_id=entry_id,
        amount_minor=amount_minor,
        currency=uow.fund.currency.value,
        at=uow.at,
    )
    store.scheduling.save(uow, came)
    cause = f"collection:{collection.collection_id}"
    owed = obligations.current(uow, declaration_id=collection.declaration_id)
    cause = cause if is_first else f"{cause}:{entry_id}"
    value_on = rules.counts_on(collection, booked_on=value_on)
    _receive(uow, owed, amount_minor=amount_minor, cause=cause, into=into, value_on=value_on)
    return True


def pay(uow: UnitOfWork, *, declaration_id: str, entry_id: str, amount_minor: int, into: str, value_on: date) -> None:
    """Book money to a declaration for which no collection was asked: a person knows what it was for."""
    owed = obligations.current(uow, declaration_id=declaration_id)
    cause = f"payment:{declaration_id}:{entry_id}"
    _receive(uow, owed, amount_minor=amount_minor, cause=cause, into=into, value_on=value_on)


def take_back(
    uow: UnitOfWork,
    collection: Collection,
    *,
    bank_reference: str,
    entry_id: str,
    amount_minor: int,
    reason: str,
    out_of: str,
    value_on: date,
) -> bool:
    """Book that the bank took back money of a collection on a day. Whether it was booked: what is no longer
    there, because the employer was sent it or another debt has it, a person has to see.

    What the payment left to the employer's credit goes first, then what it paid of penalties; what it paid is open
    again.
    """
    successors = obligations.successors(uow, declaration_id=collection.declaration_id)
    owed, declarations = successors[-1], {each.declaration_id for each in successors}
    open_credits = credits_store.open_credits(uow, employer_id=owed.employer_id)
    own = [each for each in open_credits if each.declaration_id in declarations]
    from_credits = crediting.shared_out(own, amount_minor=amount_minor)
    credit_minor = sum(part_minor for _, part_minor in from_credits)
    paid_minor = amount_minor - credit_minor
    is_there = paid_minor <= owed.paid_minor + owed.penalty_paid_minor
    if amount_minor > collection.debited_minor or not is_there or not rules.has_room(collection):
        return False
    back = rules.reverse(
        collection,
        bank_reference=bank_reference,
        entry_id=entry_id,
        amount_minor=amount_minor,
        reason=reason,
        form=owed.form,
        currency=uow.fund.currency.value,
        at=uow.at,
    )
    store.scheduling.save(uow, back)
    for credit, part_minor in from_credits:
        gone = crediting.use(credit, kind=UseKind.REVERSED, to=entry_id, amount_minor=part_minor, at=uow.at)
        credits_store.credits.save(uow, Outcome(gone))
    given_back = owing.give_back(owed, amount_minor=paid_minor, on=value_on)
    obligations_store.save(uow, Outcome(given_back))
    debits = postings.by_account(given_back, owed, amount_minor=amount_minor)
    cause = f"collection:{collection.collection_id}:reversed:{entry_id}"
    postings.post(uow, cause, debits=debits, credits={out_of: amount_minor}, value_on=value_on)
    obligations.reconcile(uow, employer_id=owed.employer_id, period=owed.period)
    return True


# --- Credits ----------------------------------------------------------------------------------------------------------


def _move_to_credit(uow: UnitOfWork, opened: Obligation, surplus_minor: int) -> None:
    """What was paid for the declaration before this one, and this one does not need."""
    credits.open_credit(
        uow, employer_id=opened.employer_id, declaration_id=opened.declaration_id, amount_minor=surplus_minor
    )
    postings.post(
        uow,
        f"{postings.cause(opened)}:surplus",
        debits={account.receivable(opened.employer_id, period=opened.period): surplus_minor},
        credits={account.credit(opened.employer_id): surplus_minor},
    )


def _paid_by_credits(uow: UnitOfWork, opened: Obligation) -> Obligation:
    """The debt and its penalties with what the employer had to its credit taken off. The fund has had that money since
    the credit was opened: from that day on it counts as paid."""
    if not opened.to_pay_minor:
        return opened
    paid = opened
    open_credits = credits_store.open_credits(uow, employer_id=opened.employer_id)
    for each, part_minor in crediting.shared_out(open_credits, amount_minor=opened.to_pay_minor):
        before, cause = paid, crediting.cause(each, declaration_id=opened.declaration_id)
        used = crediting.use(each, kind=UseKind.APPLIED, to=opened.declaration_id, amount_minor=part_minor, at=uow.at)
        credits_store.credits.save(uow, Outcome(used))
        paid = owing.receive(
            before,
            amount_minor=part_minor,
            currency=uow.fund.currency.value,
            on=uow.fund.day_of(each.opened_at),
            at=uow.at,
        ).thing
        postings.post(
            uow,
            cause,
            debits={account.credit(opened.employer_id): part_minor},
            credits=postings.by_account(before, paid, amount_minor=part_minor),
        )
    return paid


# --- Penalties --------------------------------------------------------------------------------------------------------


def charge(uow: UnitOfWork, owed: Obligation, *, by_reason: Mapping[str, int], cause: str) -> Obligation:
    """Charge penalties for a debt, by what they are for, or give them back where an amount is below zero (minor units).

    They are booked beside the debt, never in it. What the employer has to its credit pays them; what had been paid of
    those that are given back is to its credit again. Whoever calls this knows when they are to be looked at next.
    """
    more = {reason: minor for reason, minor in by_reason.items() if minor > 0}
    less = {reason: -minor for reason, minor in by_reason.items() if minor < 0}
    penalty = account.penalty(owed.employer_id, period=owed.period)
    postings.post(
        uow,
        cause,
        debits={penalty: sum(more.values()), **{account.penalties(reason): minor for reason, minor in less.items()}},
        credits={penalty: sum(less.values()), **{account.penalties(reason): minor for reason, minor in more.items()}},
    )
    charged, surplus_minor = owing.charge(owed, change_minor=sum(by_reason.values()))
    if surplus_minor:
        credits.open_credit(
            uow, employer_id=owed.employer_id, declaration_id=owed.declaration_id, amount_minor=surplus_minor
        )
        credit = account.credit(owed.employer_id)
        postings.post(uow, f"{cause}:surplus", debits={penalty: surplus_minor}, credits={credit: surplus_minor})
    paid = _paid_by_credits(uow, charged)
    is_newly_paid = paid.paid_minor > charged.paid_minor
    published = owing.paid_events(paid, currency=uow.fund.currency.value, at=uow.at) if is_newly_paid else ()
    kept = obligations_store.obligations.save(uow, Outcome(paid, published))
    _end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=owed.employer_id, period=owed.period)
    return kept


# --- Settlement plans -------------------------------------------------------------------------------------------------


def hold(uow: UnitOfWork, owed: Obligation, *, plan_id: str, spared_minor: int) -> Obligation:
    """A settlement plan holds for a debt from now on. What is being collected of it and is more than that ends."""
    return _keep_standing(uow, owing.hold(owed, plan_id=plan_id, spared_minor=spared_minor, today=uow.today))


def waive(uow: UnitOfWork, owed: Obligation, *, waived: Mapping[str, int]) -> Obligation:
    """A debt's plan is finished. Whoever calls this has the penalties given back."""
    return _keep_standing(uow, owing.waive(owed, waived=waived, today=uow.today))


def let_go(uow: UnitOfWork, owed: Obligation, *, is_spared: bool) -> Obligation:
    """A debt's plan is broken. Whoever calls this has the penalties charged anew."""
    return _keep_standing(uow, owing.let_go(owed, is_spared=is_spared, today=uow.today))


def _keep_standing(uow: UnitOfWork, changed: Obligation) -> Obligation:
    kept = obligations_store.obligations.save(uow, Outcome(changed))
    _end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=kept.employer_id, period=kept.period)
    return kept


def use_credits(uow: UnitOfWork, owed: Obligation) -> Obligation:
    """Pay a debt with what the employer has to its credit: of money that came for a plan and went beyond its first
    debt, the others are paid."""
    paid = _paid_by_credits(uow, owed)
    if paid == owed:
        return owed
    is_newly_paid = paid.paid_minor > owed.paid_minor
    published = owing.paid_events(paid, currency=uow.fund.currency.value, at=uow.at) if is_newly_paid else ()
    kept = obligations_store.save(uow, Outcome(paid, published))
    _end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=kept.employer_id, period=kept.period)
    return kept


def request_part(uow: UnitOfWork, owed: Obligation, *, rail: Rail, part: PlanPart, before: str) -> Collection:
    """The caller pays what a settlement plan asks for now. `before` is the try of the plan that this one replaces."""
    if rail not in OF_PARTS:
        raise rules.RailNotOffered(rail=Term(f"collection.rail.{rail}"))
    tries = store.of_period(uow, employer_id=owed.employer_id, period=owed.period)
    live = _live_of(uow, owed, tries)
    rules.check_none_at_bank(live)
    replaced = find(uow, before) if before else None
    others = [replaced] if replaced is not None and replaced.is_live else []
    ended = {each.collection_id: each for each in (*live, *others)}
    return _request(uow, owed, rail=rail, before=(), live=ended.values(), terms=None, part=part)


def end_part(uow: UnitOfWork, collection_id: str) -> None:
    """Nothing is asked for by a settlement plan any more."""
    found = find(uow, collection_id)
    if found is not None and found.is_live:
        _withdraw(uow, [found])


# ----------------------------------------------------------------------------------------------------------------------


def _receive(uow: UnitOfWork, owed: Obligation, *, amount_minor: int, cause: str, into: str, value_on: date) -> None:
    """Money came for a debt on a day: the debt keeps what it needs, then its penalties; the rest is the employer's
    credit."""
    surplus_minor = owing.surplus_minor(owed, amount_minor=amount_minor)
    received = owing.receive(owed, amount_minor=amount_minor, currency=uow.fund.currency.value, on=value_on, at=uow.at)
    kept = obligations_store.save(uow, received)
    if surplus_minor:
        credits.open_credit(
            uow, employer_id=owed.employer_id, declaration_id=owed.declaration_id, amount_minor=surplus_minor
        )
    by_account = postings.by_account(owed, received.thing, amount_minor=amount_minor)
    postings.post(uow, cause, debits={into: amount_minor}, credits=by_account, value_on=value_on)
    _end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=owed.employer_id, period=owed.period)


def _end_what_is_too_much(uow: UnitOfWork, owed: Obligation) -> None:
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


def _cancel(uow: UnitOfWork, cancelled: Obligation) -> None:
    obligations_store.save(uow, Outcome(cancelled))
    if cancelled.due_minor:
        cause = postings.cause(cancelled)
        ledger.take_back(uow, cause=f"{cause}:cancelled", of=cause)
