"""How money that came for a debt is booked, and money that the bank took back."""

from collections.abc import Iterable
from datetime import date

from services.payments.collections import requesting, rules, store
from services.payments.collections.collection import Collection
from services.payments.credits import actions as credits
from services.payments.credits import rules as crediting
from services.payments.credits import store as credits_store
from services.payments.credits.credit import UseKind
from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.obligations import actions as obligations
from services.payments.obligations import postings
from services.payments.obligations import rules as owing
from services.payments.obligations import store as obligations_store
from services.payments.obligations.obligation import Obligation
from shared.kernel.outcome import Outcome
from shared.storage.unit_of_work import UnitOfWork


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


def read_ahead(
    uow: UnitOfWork, *, collection_ids: Iterable[str], references: Iterable[str], into: Iterable[str]
) -> None:
    """Ask at once for what booking money of these collections looks up, which came into some of the fund's accounts
    (codes of the ledger). Names of nothing are passed over."""
    some = store.read_ahead(uow, collection_ids=collection_ids, references=references)
    store.read_ahead_of_periods(uow, some)
    obligations.read_ahead(uow, ((each.declaration_id, each.employer_id, each.period) for each in some))
    ledger.read_ahead(
        uow,
        causes=(f"collection:{each.collection_id}" for each in some),
        accounts=(*(account.receivable(each.employer_id, period=each.period) for each in some), *into),
    )


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
    requesting.end_what_is_too_much(uow, kept)
    obligations.reconcile(uow, employer_id=owed.employer_id, period=owed.period)
