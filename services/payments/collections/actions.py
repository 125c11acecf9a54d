"""What payments does with what employers owe: open it, collect it, book what comes."""

from collections.abc import Callable, Mapping
from datetime import date

from services.payments.collections import rules, store
from services.payments.collections.collection import Collection, Rail
from services.payments.collections.obligation import Obligation
from services.payments.collections.standing import Standing
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from shared.kernel.outcome import Outcome
from shared.storage.work import Work
from shared.telemetry.carrying import carried


def open_obligation(
    work: Work,
    *,
    declaration_id: str,
    revision: int,
    employer_id: str,
    form: str,
    period: str,
    due_on: date,
    branches: Mapping[str, int],
    replaces: str | None = None,
) -> Obligation:
    """An employer owes the contributions of a declaration from now on; called where the declaration is accepted, in
    the same unit of work.

    `branches` gives the amount in minor units by branch (all sides together); `replaces` names the declaration that
    this one takes the place of: its entry is taken back, and what was paid for it counts for this one. Raises
    `ObligationUnknown` where there is no such declaration, `DeclarationReplaced` where it was replaced before.
    """
    opened, cancelled = rules.open_obligation(
        Obligation(
            declaration_id=declaration_id,
            revision=revision,
            employer_id=employer_id,
            form=form,
            period=period,
            due_on=due_on,
            due_minor=sum(branches.values()),
            opened_at=work.at,
        ),
        before=store.obligations.load(work, replaces) if replaces else None,
    )
    if cancelled is not None:
        _cancel(work, cancelled)
    if opened.due_minor:
        _post_declared(work, opened, branches)
    told = rules.paid_events(opened, currency=work.fund.currency.value, at=work.at)
    kept = store.obligations.keep(work, Outcome(opened, told))
    _reconcile(work, employer_id=employer_id, period=period)
    return kept


def obligation(work: Work, *, declaration_id: str) -> Obligation:
    """What a declaration made due and what of it has come, for the employer and the fund's agents."""
    found = store.obligations.load(work, declaration_id)
    work.by.must_act_for_employer(found.employer_id)
    return found


def request(work: Work, *, declaration_id: str, rail: Rail) -> Collection:
    """The caller, a firm's user, chooses to pay what is left of a declaration."""
    owed = obligation(work, declaration_id=declaration_id)
    called, outcome = rules.request(
        owed,
        rail=rail,
        before=store.of_period(work, employer_id=owed.employer_id, period=owed.period),
        fund=work.fund,
        collection_id=work.new_id(),
        at=work.at,
        traceparent=carried(),
    )
    store.obligations.keep(work, Outcome(called))
    kept = store.collections.keep(work, outcome)
    _reconcile(work, employer_id=owed.employer_id, period=owed.period)
    return kept


def read(work: Work, *, collection_id: str) -> Collection:
    """A collection, for the employer and the fund's agents."""
    found = store.collections.load(work, collection_id)
    work.by.must_act_for_employer(found.employer_id)
    return found


def of_declaration(work: Work, *, declaration_id: str) -> list[Collection]:
    """Every try to collect for a declaration, oldest first, for the employer and the fund's agents."""
    obligation(work, declaration_id=declaration_id)
    found = store.collections.find_all(work, declaration_id=declaration_id)
    return sorted(found, key=lambda each: each.steps[0].at)


def by_reference(work: Work, reference: str) -> Collection | None:
    """The collection that a payer's reference names, or None."""
    return store.collections.find_only(work, reference=reference)


def find(work: Work, collection_id: str) -> Collection | None:
    return store.collections.find(work, collection_id)


def change(work: Work, *, collection_id: str, rule: Callable[[Collection], Collection]) -> Collection | None:
    """Keep what a rule makes of a live collection; one that is over meanwhile is left as it is (None)."""
    found = store.collections.load(work, collection_id)
    if not found.is_live:
        return None
    return store.collections.keep(work, Outcome(rule(found)))


def book(work: Work, collection: Collection, *, bank_reference: str, amount_minor: int) -> bool:
    """Book money that the bank reports for a collection: collection, obligation, ledger and events in one. Whether it
    was booked: the same entry of the bank is booked once, and beyond `DEBITS_MAX` entries a person has to look.

    Money for a declaration that was replaced meanwhile counts for its successor.
    """
    if rules.is_booked(collection, bank_reference=bank_reference):
        return True
    if not rules.has_room(collection):
        return False
    currency = work.fund.currency.value
    is_first = not collection.debits
    store.collections.keep(
        work,
        rules.debit(
            collection, bank_reference=bank_reference, amount_minor=amount_minor, currency=currency, at=work.at
        ),
    )
    owed = _standing_obligation(work, collection.declaration_id)
    store.obligations.keep(work, rules.receive(owed, amount_minor=amount_minor, currency=currency, at=work.at))
    cause = f"collection:{collection.collection_id}"
    receivable = account.receivable(owed.employer_id, period=owed.period)
    came = ledger.entry(
        work,
        cause=cause if is_first else f"{cause}:{bank_reference}",
        debits={account.BANK_COLLECTIONS: amount_minor},
        credits={receivable: amount_minor},
    )
    ledger.post(work, came)
    _reconcile(work, employer_id=owed.employer_id, period=owed.period)
    return True


def differences(work: Work) -> list[Standing]:
    """Where declared, called, collected and booked differ: must be empty."""
    return store.differing(work)


def _standing_obligation(work: Work, declaration_id: str) -> Obligation:
    """The obligation of a declaration, or of the one that stands in its place by now."""
    found = store.obligations.load(work, declaration_id)
    return _standing_obligation(work, found.replaced_by) if found.replaced_by else found


def _cancel(work: Work, cancelled: Obligation) -> None:
    store.obligations.keep(work, Outcome(cancelled))
    if cancelled.due_minor:
        cause = _cause(cancelled)
        ledger.take_back(work, cause=f"{cause}:cancelled", of=cause)


def _post_declared(work: Work, opened: Obligation, branches: Mapping[str, int]) -> None:
    receivable = account.receivable(opened.employer_id, period=opened.period)
    declared = ledger.entry(
        work,
        cause=_cause(opened),
        debits={receivable: opened.due_minor},
        credits={account.contributions(branch): amount for branch, amount in branches.items() if amount},
    )
    ledger.post(work, declared)


def _cause(obligation: Obligation) -> str:
    return f"declaration:{obligation.declaration_id}:{obligation.revision}"


def _reconcile(work: Work, *, employer_id: str, period: str) -> None:
    """Hold the four sums of an employer's period against each other, with the ledger as it stands in this work."""
    before = store.standings.find(work, f"{employer_id}:{period}")
    after = rules.standing(
        employer_id=employer_id,
        period=period,
        obligations=store.obligations.find_all(work, employer_id=employer_id, period=period),
        outstanding_minor=ledger.balance(work, account.receivable(employer_id, period=period)).net_minor,
        version=before.version if before else 0,
    )
    if after != before:
        store.standings.keep(work, Outcome(after))
