"""What a booked entry of the bank is: which one it is, what it names, and what it is for. Pure.

`(entry, facts) → result` is one table of cases; `tests/payments/banking/test_matching.py` holds it row by row. What no
rule settles waits for a person: it is never dropped, and never guessed.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.payments.banking.bank_entry import FOREIGN, BankEntry, EntryStatus, Share, Target, WaitReason
from services.payments.banking.bank_file import BookedEntry, Direction, is_same_account
from services.payments.ledger.account import BANK_COLLECTIONS, BANK_PAYOUTS
from services.payments.self_payers.self_contribution import SELF_PAYMENT_PREFIX
from shared.events.claims import REPAYMENT_PREFIX
from shared.funds.fund import Fund
from shared.kernel.references import has_valid_check_digits

REFUND_PREFIX = "RB"
"""The letters that open the reference of money that the fund sends back."""
SETTLEMENT_PREFIX = "RM"
"""Those of the reference under which an operator of mobile money pays in what it took on a day."""

OWN_PREFIXES = (REFUND_PREFIX, SETTLEMENT_PREFIX, REPAYMENT_PREFIX, SELF_PAYMENT_PREFIX)
"""Those of all references that are the same at every fund."""

TEXT_CHARACTERS_MAX = 2_000
REFERENCES_MAX = 40
IDS_MAX = 10
SAME_MONEY_DAYS_MAX = 45
"""Reported twice, once without its booking day (a webhook), money is the same if the reports are at most so many days
apart."""

_REFERENCE_CHARACTERS = range(9, 30)
"""Letters, body and check digits of a reference (`shared.kernel.references`)."""
_UUID_HEX = re.compile(r"[0-9A-F]{32}")


# --- The entry --------------------------------------------------------------------------------------------------------


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


# --- Which one it is --------------------------------------------------------------------------------------------------


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


# --- What it names ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NamedReferences:
    """What an entry names that may be looked up: references of ours, ids that we gave, files of ours."""

    references: tuple[str, ...]
    ids: tuple[str, ...]
    files: tuple[str, ...]

    def beginning(self, prefix: str) -> tuple[str, ...]:
        """The references of one kind."""
        return tuple(each for each in self.references if each.startswith(prefix))


def named(entry: ReportedEntry, *, prefix: str) -> NamedReferences:
    """What stands anywhere in the entry's texts and ids."""
    ids = [entry.end_to_end_id, *_uuids_in((entry.end_to_end_id, *entry.texts))]
    files = [entry.payment_information_id, *_uuids_in((entry.payment_information_id,)), *ids]
    return NamedReferences(
        references=references_in(entry.texts, prefixes=(prefix, *OWN_PREFIXES)),
        ids=_each_once(ids)[:IDS_MAX],
        files=_each_once(files)[:IDS_MAX],
    )


def references_in(texts: Iterable[str], *, prefixes: Iterable[str]) -> tuple[str, ...]:
    """Every stretch of the texts that could be a reference of ours: its check digits hold. Blanks, dashes, slashes and
    the ends of lines may stand in it, words before and after it. Most are none, which the look-up shows."""
    squeezed = _squeezed("".join(texts)[:TEXT_CHARACTERS_MAX])
    found: list[str] = []
    for prefix in prefixes:
        for start in (match.start() for match in re.finditer(f"(?={prefix})", squeezed)):
            stretches = (squeezed[start : start + length] for length in reversed(_REFERENCE_CHARACTERS))
            found += [each for each in stretches if has_valid_check_digits(each)]
    return _each_once(found)[:REFERENCES_MAX]


def _uuids_in(texts: Iterable[str]) -> Iterator[str]:
    """Ids of ours as we write them into files (no dashes) and as we keep them: 36 characters fit no EndToEndId."""
    for text in texts:
        for hexadecimal in _UUID_HEX.findall(_squeezed(text)):
            yield hexadecimal.lower()
            yield str(UUID(hexadecimal))


def _squeezed(text: str) -> str:
    """Letters and digits alone, in capitals; digits of any script as 0 to 9."""
    return "".join(
        plain
        for each in unicodedata.normalize("NFKC", text).upper()
        for plain in [str(unicodedata.decimal(each)) if each.isdecimal() else each]
        if plain.isascii() and plain.isalnum()
    )


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in texts if each))


# --- What it is for ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class KnownCollection:
    """A collection that an entry names; `is_by_id` where it does so by the id that only the bank was given."""

    collection_id: str
    amount_minor: int
    debited_minor: int
    is_by_id: bool = False
    has_room: bool = True


@dataclass(frozen=True, kw_only=True)
class KnownPayment:
    """A payout, a refund or an operator's day that an entry names, with the amount that it is to have."""

    payment_id: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class KnownDebt:
    """What a person owes, by the reference that an entry names: a repayment, or a month of a self-payer."""

    target: Target
    target_id: str
    owed_minor: int
    received_minor: int


@dataclass(frozen=True, kw_only=True)
class MatchingFacts:
    """What is known of what an entry names. `bearers` are the entries that have the same reference of the bank."""

    collections: tuple[KnownCollection, ...] = ()
    payout: KnownPayment | None = None
    batch_id: str | None = None
    debit_file_id: str | None = None
    refund: KnownPayment | None = None
    operator_day: KnownPayment | None = None
    debts: tuple[KnownDebt, ...] = ()
    bearers: tuple[BankEntry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MatchResult:
    """What an entry is for: its shares; or why a person has to decide; or, with neither, that it moves no money."""

    shares: tuple[Share, ...] = ()
    why: WaitReason | None = None


NOTHING_MOVED = MatchResult()
_TAKEN_BACK = frozenset({Target.COLLECTION, Target.PAYOUT, Target.REFUND, Target.REPAYMENT, Target.SELF_CONTRIBUTION})
"""What an earlier entry may have been booked as for the money to be taken back under the bank's reference alone."""


def decide(entry: ReportedEntry, facts: MatchingFacts) -> MatchResult:
    """The table of cases."""
    if entry.amount_minor == 0:
        return NOTHING_MOVED
    if entry.is_currency_foreign:
        return MatchResult(why=WaitReason.CURRENCY_FOREIGN)
    if entry.account == FOREIGN:
        return MatchResult(why=WaitReason.ACCOUNT_FOREIGN)
    if entry.takes_back:
        return _taken_back(entry, facts)
    return _came(entry, facts) if entry.direction is Direction.CREDIT else _left(entry, facts)


def _came(entry: ReportedEntry, facts: MatchingFacts) -> MatchResult:
    """Money came: a contribution, what a person owes, a whole file of debits, what an operator took on a day, or
    money of ours that is returned without a reference. What an operator says that it took is a contribution alone."""
    if entry.account == BANK_PAYOUTS:
        if facts.payout is not None:
            return _whole(Target.PAYOUT, facts.payout, entry)
        if facts.refund is not None:
            return _whole(Target.REFUND, facts.refund, entry)
        return MatchResult(why=WaitReason.ACCOUNT_OTHER if facts.collections or facts.debts else _unnamed(entry))
    is_at_bank = entry.account == BANK_COLLECTIONS
    if facts.operator_day is not None and is_at_bank:
        return _whole(Target.OPERATOR_DAY, facts.operator_day, entry)
    candidates = [each for each in facts.collections if each.is_by_id] or list(facts.collections)
    if not candidates and not is_at_bank:
        return MatchResult(why=_unnamed(entry))
    if facts.debts:
        return MatchResult(why=WaitReason.REFERENCES_SEVERAL) if candidates else _paid_by_person(entry, facts.debts)
    if not candidates and facts.debit_file_id is not None:
        return MatchResult(shares=(_share(Target.DEBIT_FILE, facts.debit_file_id, entry.amount_minor),))
    if not candidates:
        return _whole(Target.REFUND, facts.refund, entry) if facts.refund else MatchResult(why=_unnamed(entry))
    if not all(each.has_room for each in candidates):
        return MatchResult(why=WaitReason.ALREADY_SETTLED)
    if len(candidates) == 1:
        return MatchResult(shares=(_share(Target.COLLECTION, candidates[0].collection_id, entry.amount_minor),))
    if sum(each.amount_minor for each in candidates) != entry.amount_minor:
        return MatchResult(why=WaitReason.REFERENCES_SEVERAL)
    return MatchResult(
        shares=tuple(_share(Target.COLLECTION, each.collection_id, each.amount_minor) for each in candidates)
    )


def _paid_by_person(entry: ReportedEntry, debts: tuple[KnownDebt, ...]) -> MatchResult:
    """A person pays what is owed, or a part of it. What is more than that, or comes again, waits for somebody who says
    what becomes of it."""
    if not all(each.owed_minor for each in debts):
        return MatchResult(why=WaitReason.ALREADY_SETTLED)
    if len(debts) == 1 and entry.amount_minor <= debts[0].owed_minor:
        return MatchResult(shares=(_share(debts[0].target, debts[0].target_id, entry.amount_minor),))
    if sum(each.owed_minor for each in debts) != entry.amount_minor:
        return MatchResult(why=WaitReason.AMOUNT_DIFFERS if len(debts) == 1 else WaitReason.REFERENCES_SEVERAL)
    return MatchResult(shares=tuple(_share(each.target, each.target_id, each.owed_minor) for each in debts))


def _left(entry: ReportedEntry, facts: MatchingFacts) -> MatchResult:
    """Money left: for a payout, for a whole file of them, or back to whom it came from."""
    if facts.refund is not None:
        return _whole(Target.REFUND, facts.refund, entry)
    if facts.payout is None and facts.batch_id is None:
        return MatchResult(why=_unnamed(entry))
    if entry.account != BANK_PAYOUTS:
        return MatchResult(why=WaitReason.ACCOUNT_OTHER)
    if facts.payout is not None:
        return _whole(Target.PAYOUT, facts.payout, entry)
    return MatchResult(shares=(_share(Target.BATCH, facts.batch_id or "", entry.amount_minor),))


def _taken_back(entry: ReportedEntry, facts: MatchingFacts) -> MatchResult:
    """The bank says that this undoes an earlier entry: a return, a reversal, a charge-back."""
    earlier = _undone(entry, facts.bearers)
    if entry.direction is Direction.CREDIT:
        if facts.payout is not None:
            return _whole(Target.PAYOUT, facts.payout, entry, account=BANK_PAYOUTS)
        if facts.refund is not None:
            return _whole(Target.REFUND, facts.refund, entry)
    elif facts.collections:
        return _collection_taken_back(entry, facts.collections)
    elif facts.debts:
        return _debt_taken_back(entry, facts.debts)
    if earlier is None:
        return MatchResult(why=WaitReason.REVERSES_UNKNOWN)
    if not earlier.is_matched:
        return MatchResult(shares=(_share(Target.ENTRY, earlier.entry_id, entry.amount_minor),))
    target, _, target_id = earlier.booked_as.partition(":")
    if target in _TAKEN_BACK:
        return MatchResult(shares=(_share(Target(target), target_id, entry.amount_minor),))
    return MatchResult(why=WaitReason.REVERSES_UNKNOWN)


def _collection_taken_back(entry: ReportedEntry, collections: tuple[KnownCollection, ...]) -> MatchResult:
    candidates = [each for each in collections if each.is_by_id] or list(collections)
    if len(candidates) > 1:
        return MatchResult(why=WaitReason.REFERENCES_SEVERAL)
    if entry.account == BANK_PAYOUTS:
        return MatchResult(why=WaitReason.ACCOUNT_OTHER)
    if entry.amount_minor > candidates[0].debited_minor:
        return MatchResult(why=WaitReason.AMOUNT_DIFFERS)
    return MatchResult(shares=(_share(Target.COLLECTION, candidates[0].collection_id, entry.amount_minor),))


def _debt_taken_back(entry: ReportedEntry, debts: tuple[KnownDebt, ...]) -> MatchResult:
    if len(debts) > 1:
        return MatchResult(why=WaitReason.REFERENCES_SEVERAL)
    if entry.account != BANK_COLLECTIONS:
        return MatchResult(why=WaitReason.ACCOUNT_OTHER)
    if entry.amount_minor > debts[0].received_minor:
        return MatchResult(why=WaitReason.AMOUNT_DIFFERS)
    return MatchResult(shares=(_share(debts[0].target, debts[0].target_id, entry.amount_minor),))


def _undone(entry: ReportedEntry, bearers: Iterable[BankEntry]) -> BankEntry | None:
    """The one entry of the other direction that has the same reference and amount: banks repeat it when money
    returns. Where there are several, nobody knows which."""
    found = [
        each
        for each in bearers
        if each.account == entry.account
        and each.direction is not entry.direction
        and each.amount_minor == entry.amount_minor
        and each.status is not EntryStatus.PROPOSED
    ]
    return found[0] if len(found) == 1 else None


def _whole(target: Target, known: KnownPayment, entry: ReportedEntry, *, account: str = "") -> MatchResult:
    if account and entry.account != account:
        return MatchResult(why=WaitReason.ACCOUNT_OTHER)
    if known.amount_minor != entry.amount_minor:
        return MatchResult(why=WaitReason.AMOUNT_DIFFERS)
    return MatchResult(shares=(_share(target, known.payment_id, entry.amount_minor),))


def _unnamed(entry: ReportedEntry) -> WaitReason:
    return WaitReason.NO_REFERENCE if not "".join(entry.texts).strip() else WaitReason.REFERENCE_UNKNOWN


def _share(target: Target, target_id: str, amount_minor: int) -> Share:
    return Share(target=target, target_id=target_id, amount_minor=amount_minor)
