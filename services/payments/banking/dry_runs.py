"""What the rules would do with the entries of a statement, and what an allocation would do with one that waits.

All of this is for a dry run alone (`ServiceContext.dry_run`): the entries are booked as they would be, in a transaction
that is never committed, so that no second set of rules says what the first would do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.payments.banking import deciding, settling, store
from services.payments.banking.bank_entry import BankEntry, EntryStatus, MatchRule, Share, Target, WaitReason
from services.payments.banking.bank_file import BankNotice, Direction
from services.payments.banking.settling import TakenIn
from services.payments.collections import actions as collections
from services.payments.credits import store as credits
from services.payments.obligations import actions as obligations
from services.payments.obligations.obligation import Obligation
from services.payments.repayments import actions as repayments
from services.payments.self_payers import paying as self_payments
from shared.kernel.errors import Invalid
from shared.storage.unit_of_work import UnitOfWork

ENTRIES_MAX = 1_000
"""Of one statement: they are booked in one transaction, which is held for as long."""


class TooManyEntries(Invalid):
    """More entries than one dry run takes."""

    code = "bank.dry-run-too-many"


class EntryOutcome(StrEnum):
    """What would become of an entry. `known`: it was handled before, and nothing would be done."""

    BOOKED = "booked"
    NOTED = "noted"
    WAITING = "waiting"
    KNOWN = "known"


@dataclass(frozen=True, kw_only=True)
class ShareEffect:
    """What a share would do: what would be left to pay of what it is for, and what would be the employer's credit. None
    where it is for no debt."""

    share: Share
    employer_id: str | None = None
    period: str | None = None
    left_minor: int | None = None
    credit_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class EntryEffect:
    """What would become of one entry."""

    outcome: EntryOutcome
    entry: BankEntry
    shares: tuple[ShareEffect, ...]


@dataclass(frozen=True, kw_only=True)
class RuleTotal:
    """The entries of one direction and currency with one outcome, by one rule or for one reason: how many, and how
    much in minor units."""

    outcome: EntryOutcome
    rule: MatchRule | None
    why: WaitReason | None
    direction: Direction
    currency: str
    count: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What would become of a statement's entries, in its order, and the sums of it by rule."""

    entries: tuple[EntryEffect, ...]
    totals: tuple[RuleTotal, ...]
    faults: tuple[Invalid, ...]
    """Why parts of the statement cannot be read; the rest can."""


@dataclass(frozen=True, kw_only=True)
class AllocationEffect:
    """What an allocation would do, and whether a second person would have to agree first."""

    needs_two: bool
    entry: BankEntry
    shares: tuple[ShareEffect, ...]


def of_statement(uow: UnitOfWork, notice: BankNotice) -> DryRun:
    """Book the entries of a statement, one after the other, each as those before it leave things."""
    entries = settling.movements(uow, notice)
    if len(entries) > ENTRIES_MAX:
        raise TooManyEntries(count=len(entries), count_max=ENTRIES_MAX)
    settling.read_ahead(uow, entries)
    effects, taken = _Effects(uow), []
    for entry_id, reported in entries:
        it = settling.take_in(uow, reported, entry_id=entry_id)
        taken.append((it, () if it.is_known else effects.of(it.entry.shares)))
    found = [_effect(uow, it, shares) for it, shares in taken]
    return DryRun(entries=tuple(found), totals=totals(found), faults=notice.faults)


def _effect(uow: UnitOfWork, taken: TakenIn, shares: tuple[ShareEffect, ...]) -> EntryEffect:
    """How an entry stands in the end: a later one of the statement may have taken it back."""
    entry = store.entries.load(uow, taken.entry.entry_id)
    outcome = EntryOutcome.KNOWN if taken.is_known else EntryOutcome(entry.status or "")
    return EntryEffect(outcome=outcome, entry=entry, shares=shares)


def of_allocation(uow: UnitOfWork, *, entry_id: str, version: int, shares: Sequence[Share]) -> AllocationEffect:
    """Allocate an entry, and carry it out where a second person would have to agree. Raises what allocating does."""
    decided = deciding.allocate(uow, entry_id=entry_id, version=version, shares=shares, note="")
    needs_two = decided.status is EntryStatus.PROPOSED
    settled = deciding.carry_out(uow, decided) if needs_two else decided
    return AllocationEffect(needs_two=needs_two, entry=settled, shares=_Effects(uow).of(settled.shares))


def totals(effects: Iterable[EntryEffect]) -> tuple[RuleTotal, ...]:
    """The sums by outcome, rule and reason, those of the most entries first. Pure."""
    grouped: dict[tuple[EntryOutcome, MatchRule | None, WaitReason | None, Direction, str], list[int]] = {}
    for each in effects:
        entry, is_new = each.entry, each.outcome is not EntryOutcome.KNOWN
        rule = entry.match.rule if entry.match and is_new else None
        key = (each.outcome, rule, entry.why if is_new else None, entry.direction, entry.currency)
        grouped.setdefault(key, []).append(entry.amount_minor)
    found = [
        RuleTotal(
            outcome=outcome,
            rule=rule,
            why=why,
            direction=direction,
            currency=currency,
            count=len(amounts),
            amount_minor=sum(amounts),
        )
        for (outcome, rule, why, direction, currency), amounts in grouped.items()
    ]
    return tuple(sorted(found, key=lambda each: -each.count))


@dataclass
class _Effects:
    """What shares did in this unit of work. A credit is that of the share that opened it, so those that were seen are
    remembered."""

    uow: UnitOfWork
    seen: set[str] = field(default_factory=set)

    def of(self, shares: Iterable[Share]) -> tuple[ShareEffect, ...]:
        return tuple(map(self._of_share, shares))

    def _of_share(self, share: Share) -> ShareEffect:
        match share.target:
            case Target.COLLECTION:
                collection = collections.load(self.uow, share.target_id)
                return self._of_debt(share, obligations.current(self.uow, declaration_id=collection.declaration_id))
            case Target.DECLARATION:
                return self._of_debt(share, obligations.current(self.uow, declaration_id=share.target_id))
            case Target.EMPLOYER:
                credit_minor = self._opened_minor(share.target_id)
                return ShareEffect(share=share, employer_id=share.target_id, credit_minor=credit_minor)
            case Target.REPAYMENT:
                owed = repayments.find(self.uow, share.target_id)
                return ShareEffect(share=share, left_minor=owed.owed_minor if owed else None)
            case Target.SELF_CONTRIBUTION:
                month = self_payments.by_reference(self.uow, share.target_id)
                return ShareEffect(share=share, left_minor=month.left_minor if month else None)
            case _:
                return ShareEffect(share=share)

    def _of_debt(self, share: Share, owed: Obligation) -> ShareEffect:
        return ShareEffect(
            share=share,
            employer_id=owed.employer_id,
            period=owed.period,
            left_minor=owed.to_pay_minor,
            credit_minor=self._opened_minor(owed.employer_id),
        )

    def _opened_minor(self, employer_id: str) -> int:
        """What this unit of work made the employer's credit since it was last asked."""
        new = [
            each
            for each in credits.open_credits(self.uow, employer_id=employer_id)
            if each.opened_at == self.uow.at and each.credit_id not in self.seen
        ]
        self.seen.update(each.credit_id for each in new)
        return sum(each.amount_minor for each in new)
