"""What payments does with the ledger: post, take back, ask."""

from collections.abc import Iterable, Mapping
from datetime import date

from services.payments.access_journal.accessed import AccessedKind
from services.payments.ledger import rules, store
from services.payments.ledger.account import CODE, Owner, owner_of
from services.payments.ledger.balance import Balance
from services.payments.ledger.entry import LedgerEntry
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.unit_of_work import UnitOfWork


def entry(
    uow: UnitOfWork,
    *,
    cause: str,
    debits: Mapping[str, int],
    credits: Mapping[str, int],
    value_on: date | None = None,
) -> LedgerEntry:
    """An entry of this fund at this instant, not posted yet; amounts in minor units by account. It counts from today
    unless another day is known, such as that on which the bank booked the money."""
    return rules.entry(
        entry_id=uow.new_id(),
        cause=cause,
        at=uow.at,
        currency=uow.fund.currency,
        debits=debits,
        credits=credits,
        value_on=value_on or uow.today,
    )


def post(uow: UnitOfWork, entry: LedgerEntry) -> LedgerEntry:
    """Write an entry and count it in, in the caller's unit of work. Raises `AlreadyPosted`, `OtherCurrency`."""
    if entry.currency is not uow.fund.currency:
        raise rules.OtherCurrency(currency=entry.currency.value)
    if store.entries.find_only(uow, cause=entry.cause) is not None:
        raise rules.AlreadyPosted(cause=entry.cause)
    kept = store.entries.save(uow, Outcome(entry))
    store.add_to_balances(uow, kept)
    return kept


def move(
    uow: UnitOfWork, *, cause: str, debit: str, credit: str, amount_minor: int, value_on: date | None = None
) -> LedgerEntry:
    """Post an amount between two accounts, as `entry` and `post` do."""
    made = entry(uow, cause=cause, debits={debit: amount_minor}, credits={credit: amount_minor}, value_on=value_on)
    return post(uow, made)


def read_ahead(uow: UnitOfWork, *, causes: Iterable[str], accounts: Iterable[str]) -> None:
    """Ask at once for what posting entries of these causes to these accounts looks up."""
    store.read_ahead(uow, causes=causes, accounts=accounts)


def take_back(uow: UnitOfWork, *, cause: str, of: str) -> LedgerEntry:
    """Post the reversal of the entry with the cause `of`. Raises `EntryUnknown` where there is none."""
    wrong = by_cause(uow, of)
    return post(uow, rules.reversal(wrong, entry_id=uow.new_id(), cause=cause, at=uow.at, value_on=uow.today))


def by_cause(uow: UnitOfWork, cause: str) -> LedgerEntry:
    """The one entry of a cause, or `EntryUnknown`."""
    found = store.entries.find_only(uow, cause=cause)
    if found is None:
        raise rules.EntryUnknown
    return found


def balance(uow: UnitOfWork, code: str) -> Balance:
    """What an account stands at now; within a unit of work, with what it has posted so far."""
    return store.balance(uow, code)


def account(uow: UnitOfWork, code: str) -> Balance:
    """The same for people: `AccountUnknown` if the code is invalid or has no posting."""
    found = store.balance(uow, code) if CODE.fullmatch(code) else Balance(account=code)
    if not found.postings:
        raise rules.LedgerAccountUnknown
    return found


def look_at_account(uow: UnitOfWork, code: str, *, purpose: Purpose) -> Balance:
    """As `account`; an agent's look at the account of one person or one employer enters the access journal."""
    found = account(uow, code)
    _note(uow, [code], purpose=purpose)
    return found


def look_at_entry(uow: UnitOfWork, cause: str, *, purpose: Purpose) -> LedgerEntry:
    """As `by_cause`; an agent's look at what was booked for a person or an employer enters the access journal."""
    found = by_cause(uow, cause)
    _note(uow, (posting.account for posting in found.postings), purpose=purpose)
    return found


def _note(uow: UnitOfWork, codes: Iterable[str], *, purpose: Purpose) -> None:
    for owner, owner_id in sorted({found for code in codes if (found := owner_of(code)) is not None}):
        note = journal.note_person if owner is Owner.PERSON else journal.note_employer
        note(uow, owner_id, looked_at=AccessedKind.ACCOUNT, purpose=purpose)
