"""What a booked entry of the bank is for. Pure.

`(entry, facts) → result` is one table of cases; `tests/payments/banking/test_matching.py` holds it row by row. What no
rule settles waits for a person: it is never dropped, and never guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.payments.banking.bank_entry import (
    FOREIGN,
    BankEntry,
    EntryStatus,
    MatchRule,
    Share,
    Target,
    WaitReason,
)
from services.payments.banking.bank_file import Direction
from services.payments.banking.reported_entry import ReportedEntry
from services.payments.ledger.account import BANK_COLLECTIONS, BANK_PAYOUTS


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
    """What an entry is for, and the rule that found it: its shares, or none where it moves no money; or why a person
    has to decide."""

    shares: tuple[Share, ...] = ()
    why: WaitReason | None = None
    rule: MatchRule | None = None


NOTHING_MOVED = MatchResult(rule=MatchRule.ZERO)
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
            return _whole(Target.PAYOUT, facts.payout, entry, rule=MatchRule.OWN_ID)
        if facts.refund is not None:
            return _whole(Target.REFUND, facts.refund, entry, rule=MatchRule.REFERENCE)
        return MatchResult(why=WaitReason.ACCOUNT_OTHER if facts.collections or facts.debts else _unnamed(entry))
    is_at_bank = entry.account == BANK_COLLECTIONS
    if facts.operator_day is not None and is_at_bank:
        return _whole(Target.OPERATOR_DAY, facts.operator_day, entry, rule=MatchRule.REFERENCE)
    candidates = [each for each in facts.collections if each.is_by_id] or list(facts.collections)
    if not candidates and not is_at_bank:
        return MatchResult(why=_unnamed(entry))
    if facts.debts:
        return MatchResult(why=WaitReason.REFERENCES_SEVERAL) if candidates else _paid_by_person(entry, facts.debts)
    if not candidates and facts.debit_file_id is not None:
        return _all_of_it(Target.DEBIT_FILE, facts.debit_file_id, entry, rule=MatchRule.FILE)
    if not candidates:
        if facts.refund is None:
            return MatchResult(why=_unnamed(entry))
        return _whole(Target.REFUND, facts.refund, entry, rule=MatchRule.REFERENCE)
    if not all(each.has_room for each in candidates):
        return MatchResult(why=WaitReason.ALREADY_SETTLED)
    if len(candidates) == 1:
        return _of_collection(candidates[0], entry)
    if sum(each.amount_minor for each in candidates) != entry.amount_minor:
        return MatchResult(why=WaitReason.REFERENCES_SEVERAL)
    return MatchResult(
        shares=tuple(_share(Target.COLLECTION, each.collection_id, each.amount_minor) for each in candidates),
        rule=MatchRule.SEVERAL,
    )


def _paid_by_person(entry: ReportedEntry, debts: tuple[KnownDebt, ...]) -> MatchResult:
    """A person pays what is owed, or a part of it. What is more than that, or comes again, waits for somebody who says
    what becomes of it."""
    if not all(each.owed_minor for each in debts):
        return MatchResult(why=WaitReason.ALREADY_SETTLED)
    if len(debts) == 1 and entry.amount_minor <= debts[0].owed_minor:
        return _all_of_it(debts[0].target, debts[0].target_id, entry, rule=MatchRule.REFERENCE)
    if sum(each.owed_minor for each in debts) != entry.amount_minor:
        return MatchResult(why=WaitReason.AMOUNT_DIFFERS if len(debts) == 1 else WaitReason.REFERENCES_SEVERAL)
    return MatchResult(
        shares=tuple(_share(each.target, each.target_id, each.owed_minor) for each in debts),
        rule=MatchRule.REFERENCE if len(debts) == 1 else MatchRule.SEVERAL,
    )


def _left(entry: ReportedEntry, facts: MatchingFacts) -> MatchResult:
    """Money left: for a payout, for a whole file of them, or back to whom it came from."""
    if facts.refund is not None:
        return _whole(Target.REFUND, facts.refund, entry, rule=MatchRule.REFERENCE)
    if facts.payout is None and facts.batch_id is None:
        return MatchResult(why=_unnamed(entry))
    if entry.account != BANK_PAYOUTS:
        return MatchResult(why=WaitReason.ACCOUNT_OTHER)
    if facts.payout is not None:
        return _whole(Target.PAYOUT, facts.payout, entry, rule=MatchRule.OWN_ID)
    return _all_of_it(Target.BATCH, facts.batch_id or "", entry, rule=MatchRule.FILE)


def _taken_back(entry: ReportedEntry, facts: MatchingFacts) -> MatchResult:
    """The bank says that this undoes an earlier entry: a return, a reversal, a charge-back."""
    earlier = _undone(entry, facts.bearers)
    if entry.direction is Direction.CREDIT:
        if facts.payout is not None and entry.account != BANK_PAYOUTS:
            return MatchResult(why=WaitReason.ACCOUNT_OTHER)
        if facts.payout is not None:
            return _whole(Target.PAYOUT, facts.payout, entry, rule=MatchRule.OWN_ID)
        if facts.refund is not None:
            return _whole(Target.REFUND, facts.refund, entry, rule=MatchRule.REFERENCE)
    elif facts.collections:
        return _collection_taken_back(entry, facts.collections)
    elif facts.debts:
        return _debt_taken_back(entry, facts.debts)
    if earlier is None:
        return MatchResult(why=WaitReason.REVERSES_UNKNOWN)
    if not earlier.is_matched:
        return _all_of_it(Target.ENTRY, earlier.entry_id, entry, rule=MatchRule.BANK_REFERENCE)
    target, _, target_id = earlier.booked_as.partition(":")
    if target in _TAKEN_BACK:
        return _all_of_it(Target(target), target_id, entry, rule=MatchRule.BANK_REFERENCE)
    return MatchResult(why=WaitReason.REVERSES_UNKNOWN)


def _collection_taken_back(entry: ReportedEntry, collections: tuple[KnownCollection, ...]) -> MatchResult:
    candidates = [each for each in collections if each.is_by_id] or list(collections)
    if len(candidates) > 1:
        return MatchResult(why=WaitReason.REFERENCES_SEVERAL)
    if entry.account == BANK_PAYOUTS:
        return MatchResult(why=WaitReason.ACCOUNT_OTHER)
    if entry.amount_minor > candidates[0].debited_minor:
        return MatchResult(why=WaitReason.AMOUNT_DIFFERS)
    return _of_collection(candidates[0], entry)


def _debt_taken_back(entry: ReportedEntry, debts: tuple[KnownDebt, ...]) -> MatchResult:
    if len(debts) > 1:
        return MatchResult(why=WaitReason.REFERENCES_SEVERAL)
    if entry.account != BANK_COLLECTIONS:
        return MatchResult(why=WaitReason.ACCOUNT_OTHER)
    if entry.amount_minor > debts[0].received_minor:
        return MatchResult(why=WaitReason.AMOUNT_DIFFERS)
    return _all_of_it(debts[0].target, debts[0].target_id, entry, rule=MatchRule.REFERENCE)


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


def _whole(target: Target, known: KnownPayment, entry: ReportedEntry, *, rule: MatchRule) -> MatchResult:
    if known.amount_minor != entry.amount_minor:
        return MatchResult(why=WaitReason.AMOUNT_DIFFERS)
    return _all_of_it(target, known.payment_id, entry, rule=rule)


def _of_collection(known: KnownCollection, entry: ReportedEntry) -> MatchResult:
    rule = MatchRule.OWN_ID if known.is_by_id else MatchRule.REFERENCE
    return _all_of_it(Target.COLLECTION, known.collection_id, entry, rule=rule)


def _all_of_it(target: Target, target_id: str, entry: ReportedEntry, *, rule: MatchRule) -> MatchResult:
    return MatchResult(shares=(_share(target, target_id, entry.amount_minor),), rule=rule)


def _unnamed(entry: ReportedEntry) -> WaitReason:
    return WaitReason.NO_REFERENCE if not "".join(entry.texts).strip() else WaitReason.REFERENCE_UNKNOWN


def _share(target: Target, target_id: str, amount_minor: int) -> Share:
    return Share(target=target, target_id=target_id, amount_minor=amount_minor)
