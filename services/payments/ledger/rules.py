"""How entries are made. Pure; what an entry may be is held by the thing itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from services.payments.ledger.entry import LedgerEntry, Posting, Side
from shared.kernel.errors import Conflict, Missing
from shared.kernel.money import Currency, Money


class EntryUnknown(Missing):
    code = "ledger.entry-unknown"


class LedgerAccountUnknown(Missing):
    code = "ledger.account-unknown"


class AlreadyPosted(Conflict):
    """This cause has its entry already. Callers prevent a second one by their own state; here it would be a bug."""

    code = "ledger.already-posted"


class OtherCurrency(Conflict):
    """The entry is not in the fund's currency."""

    code = "ledger.other-currency"


def entry(
    *,
    entry_id: str,
    cause: str,
    at: datetime,
    currency: Currency,
    debits: Mapping[str, int],
    credits: Mapping[str, int],
    value_on: date,
) -> LedgerEntry:
    """An entry from minor units by account, which counts from a day. ValueError where no such entry can be."""
    postings = [
        Posting(account=account, side=side, amount=Money(amount_minor, currency))
        for side, amounts in ((Side.DEBIT, debits), (Side.CREDIT, credits))
        for account, amount_minor in amounts.items()
    ]
    made = LedgerEntry(entry_id=entry_id, cause=cause, postings=tuple(postings), at=at, value_on=value_on)
    return replace(made, employer_id=made.moved_employer)


def reversal(wrong: LedgerEntry, *, entry_id: str, cause: str, at: datetime, value_on: date) -> LedgerEntry:
    """The entry that takes another back: the same postings on their other sides."""
    postings = tuple(
        Posting(account=posting.account, side=posting.side.other, amount=posting.amount) for posting in wrong.postings
    )
    back = LedgerEntry(
        entry_id=entry_id, cause=cause, postings=postings, at=at, reverses=wrong.entry_id, value_on=value_on
    )
    return replace(back, employer_id=back.moved_employer)
