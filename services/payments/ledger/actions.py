"""What payments does with the ledger: post, take back, ask."""

from collections.abc import Mapping

from services.payments.ledger import rules, store
from services.payments.ledger.account import CODE
from services.payments.ledger.balance import Balance
from services.payments.ledger.entry import Entry
from shared.kernel.outcome import Outcome
from shared.storage.work import Work


def entry(work: Work, *, cause: str, debits: Mapping[str, int], credits: Mapping[str, int]) -> Entry:
    """An entry of this fund at this instant, not posted yet; amounts in minor units by account."""
    return rules.entry(
        entry_id=work.new_id(),
        cause=cause,
        at=work.at,
        currency=work.fund.currency,
        debits=debits,
        credits=credits,
    )


def post(work: Work, entry: Entry) -> Entry:
    """Write an entry and count it in, in the caller's unit of work. Raises `AlreadyPosted`, `OtherCurrency`."""
    if entry.currency is not work.fund.currency:
        raise rules.OtherCurrency(currency=entry.currency.value)
    if store.entries.find_only(work, cause=entry.cause) is not None:
        raise rules.AlreadyPosted(cause=entry.cause)
    kept = store.entries.keep(work, Outcome(entry))
    store.add_to_balances(work, kept)
    return kept


def take_back(work: Work, *, cause: str, of: str) -> Entry:
    """Post the reversal of the entry with the cause `of`. Raises `EntryUnknown` where there is none."""
    wrong = by_cause(work, of)
    return post(work, rules.reversal(wrong, entry_id=work.new_id(), cause=cause, at=work.at))


def by_cause(work: Work, cause: str) -> Entry:
    """The one entry of a cause, or `EntryUnknown`."""
    found = store.entries.find_only(work, cause=cause)
    if found is None:
        raise rules.EntryUnknown
    return found


def balance(work: Work, code: str) -> Balance:
    """What an account stands at now; within a unit of work, with what it has posted so far."""
    return store.balance(work, code)


def account(work: Work, code: str) -> Balance:
    """The same for people: `AccountUnknown` where the code is none or nothing was ever posted."""
    found = store.balance(work, code) if CODE.fullmatch(code) else Balance(account=code)
    if not found.postings:
        raise rules.AccountUnknown
    return found
