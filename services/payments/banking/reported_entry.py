"""An entry as a bank, an operator or a terminal reports it, and which one it is: reported twice, it is one. Pure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.payments.banking.bank_entry import FOREIGN, BankEntry
from services.payments.banking.bank_file import BookedEntry, Direction, is_same_account
from services.payments.ledger.account import BANK_COLLECTIONS, BANK_PAYOUTS
from shared.funds.fund import Fund

SAME_MONEY_DAYS_MAX = 45
"""Reported twice, once without its booking day (a webhook), money is the same if the reports are at most so many days
apart."""


@dataclass(frozen=True, kw_only=True)
class ReportedEntry:
    """One payment that the bank reports as booked, by a file, a webhook or a response.

    `account` is the ledger's code of the fund's account, `FOREIGN` where it is none of them. `booked_on` and `place`
    are None if they were not stated; `reported_on` is the day that a message names, which may be another than that of
    the booking.
    """

    bank_reference: str
    account: str
    direction: Direction
    amount_minor: int
    currency: str
    booked_on: date | None = None
    reported_on: date | None = None
    place: int | None = None
    count: int = 1
    has_own_reference: bool = True
    end_to_end_id: str = ""
    transaction_id: str = ""
    payment_information_id: str = ""
    texts: tuple[str, ...] = ()
    return_reason: str | None = None
    is_reversal: bool = False
    is_currency_foreign: bool = False
    charges_minor: int = 0
    counterparty: str = ""
    number: str = ""
    stated: str = ""
    """The amount as the bank wrote it, where it is in another currency or cannot be."""
    occurrence: int = 0
    """How many entries that equal this one precede it in the same file."""

    @property
    def takes_back(self) -> bool:
        """Whether it undoes an earlier entry."""
        return self.is_reversal or self.return_reason is not None


def of_line(line: BookedEntry, *, fund: Fund) -> ReportedEntry:
    """A line of a bank's file, seen with the fund's accounts."""
    is_ours = line.amount.currency is fund.currency
    stated = line.stated or ("" if is_ours else str(line.amount))
    charges = sum(each.amount_minor for each in line.charges if each.currency is line.amount.currency)
    return ReportedEntry(
        bank_reference=line.entry_id,
        account=account_code(line.account, fund=fund) if is_ours else FOREIGN,
        direction=line.direction,
        amount_minor=line.amount.amount_minor,
        currency=line.amount.currency.value,
        booked_on=line.booked_on,
        place=line.place,
        count=line.count,
        has_own_reference=line.reference_is_own and bool(line.entry_id),
        end_to_end_id=line.end_to_end_id or "",
        transaction_id=line.transaction_id or "",
        payment_information_id=line.payment_information_id or "",
        texts=tuple(filter(None, (stated, *(line.texts or (line.remittance, line.end_to_end_id))))),
        return_reason=line.return_reason,
        is_reversal=line.is_reversal,
        is_currency_foreign=not is_ours,
        charges_minor=min(charges, line.amount.amount_minor),
        counterparty=line.counterparty,
        number=line.account,
        stated=stated,
    )


def account_code(number: str, *, fund: Fund) -> str:
    """The ledger's code of an account, or `FOREIGN`. Banks write one number with blanks, with dashes or as IBAN."""
    payment = fund.payments
    for own, code in ((payment.collections, BANK_COLLECTIONS), (payment.payouts, BANK_PAYOUTS)):
        if is_same_account(number, own.number):
            return code
    return FOREIGN


def identity(entry: ReportedEntry) -> str:
    """The digest by which an entry is known: account, day, direction, amount, references, place in the batch.

    The bank's reference alone is promised to be unique by nobody. The payer's text counts only where there is no
    reference of the bank, so that a file that is sent again with a text put right is the same file.
    """
    facts: list[object] = [
        entry.account if entry.account != FOREIGN else entry.number,
        entry.booked_on,
        entry.direction.value,
        entry.amount_minor,
        entry.currency,
        entry.stated,
        entry.bank_reference,
        entry.end_to_end_id,
        entry.transaction_id,
    ]
    if not entry.has_own_reference:
        facts.append(entry.place)
    if not entry.bank_reference:
        facts += [entry.texts, entry.counterparty, entry.occurrence]
    return hashlib.sha256("\x1f".join(map(repr, facts)).encode()).hexdigest()[:32]


def numbered(entries: Iterable[ReportedEntry]) -> Iterator[tuple[str, ReportedEntry]]:
    """The entries of one file with their ids. Two that are equal, and to which the bank gives no reference, are two
    payments; the same file read again numbers them alike."""
    seen: set[str] = set()
    for entry in entries:
        again, entry_id = entry, identity(entry)
        while entry_id in seen and not entry.bank_reference:
            again = _next_of(again)
            entry_id = identity(again)
        seen.add(entry_id)
        yield entry_id, again


def _next_of(entry: ReportedEntry) -> ReportedEntry:
    return ReportedEntry(**{**vars(entry), "occurrence": entry.occurrence + 1})


def is_same(kept: BankEntry, entry: ReportedEntry, *, reference: str = "") -> bool:
    """Whether an entry that bears the same reference of the bank is this very money, reported in another way: a webhook
    and a file, or an entry kept by an earlier release. `reference` is the one of ours that was found in its texts."""
    if (kept.account, kept.direction, kept.amount_minor) != (entry.account, entry.direction, entry.amount_minor):
        return False
    if kept.currency not in ("", entry.currency) or kept.bank_reference != entry.bank_reference:
        return False
    if _differ(kept.end_to_end_id, entry.end_to_end_id) or _differ(kept.reference, reference):
        return False
    if kept.booked_on is not None and entry.booked_on is not None:
        if kept.booked_on != entry.booked_on:
            return False
    elif not _is_near(kept, entry):
        return False
    if entry.has_own_reference:
        return True
    return (
        kept.place == entry.place if kept.place is not None else not entry.place or bool(kept.reference and reference)
    )


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _is_near(kept: BankEntry, entry: ReportedEntry) -> bool:
    """Our own ids are never reused; a reference that the bank reused can only be recognised by its date."""
    if kept.end_to_end_id and kept.end_to_end_id == entry.end_to_end_id:
        return True
    reported_on = entry.booked_on or entry.reported_on
    if reported_on is None or not kept.day:
        return True
    return abs(reported_on - date.fromisoformat(kept.day)) <= timedelta(days=SAME_MONEY_DAYS_MAX)
