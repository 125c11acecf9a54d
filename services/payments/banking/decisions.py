"""What a person may decide about an entry that no rule settled, and who has to agree. Pure: the time is handed in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.payments.banking.bank_entry import (
    FOREIGN,
    SHARES_MAX,
    BankEntry,
    DecisionKind,
    EntryDecision,
    EntryStatus,
    Match,
    MatchRule,
    Share,
    Target,
)
from services.payments.banking.bank_file import Direction
from services.payments.ledger.account import BANK_COLLECTIONS, BANK_PAYOUTS
from shared.kernel.errors import Conflict, Forbidden, Invalid, Missing, Term

DECISIONS_MAX = 20
"""Decisions on one entry that the second person said no to; the oldest are forgotten."""


class EntryChanged(Conflict):
    """Somebody else decided meanwhile. `version` is the one to decide from now."""

    code = "bank.entry-changed"


class EntryNotWaiting(Conflict):
    """The entry waits for no such decision."""

    code = "bank.entry-not-waiting"


class SharesDiffer(Invalid):
    """The shares do not add up to the entry, or two are for one thing."""

    code = "bank.shares-differ"


class TargetNotAllowed(Invalid):
    """Money of this direction, on this account, cannot be for that."""

    code = "bank.target-not-allowed"


class TargetUnknown(Missing):
    code = "bank.target-unknown"


class WayNotAllowed(Invalid):
    """Money that was debited is not sent back; money on no account of the fund is not booked, the entry is only
    closed."""

    code = "bank.way-not-allowed"


class CounterpartyMissing(Invalid):
    """The bank did not say whose account the money came from, and nobody else did."""

    code = "bank.counterparty-missing"


class ShareNotBooked(Conflict):
    """What a share is for cannot take it: it was paid before, has another amount, or no longer has what is taken."""

    code = "bank.share-not-booked"


class SecondPersonNeeded(Forbidden):
    """The same person must not decide and confirm."""

    code = "bank.second-person-needed"


TARGETS: dict[Direction, frozenset[Target]] = {
    Direction.CREDIT: frozenset(
        {
            Target.COLLECTION,
            Target.DECLARATION,
            Target.EMPLOYER,
            Target.PAYOUT,
            Target.REFUND,
            Target.DEBIT_FILE,
            Target.OPERATOR_DAY,
            Target.REPAYMENT,
            Target.SELF_CONTRIBUTION,
        },
    ),
    Direction.DEBIT: frozenset(
        {
            Target.COLLECTION,
            Target.PAYOUT,
            Target.BATCH,
            Target.REFUND,
            Target.REPAYMENT,
            Target.SELF_CONTRIBUTION,
        },
    ),
}
_OF_PAYOUTS = frozenset({Target.PAYOUT, Target.BATCH})
_OF_COLLECTIONS = frozenset({Target.OPERATOR_DAY})


def propose(entry: BankEntry, decision: EntryDecision) -> BankEntry:
    """The entry with what somebody decided about it, still to be confirmed or carried out."""
    if entry.status is not EntryStatus.WAITING:
        raise EntryNotWaiting(status=Term(f"bank.entry.{entry.status}"))
    _check(entry, decision)
    return replace(entry, status=EntryStatus.PROPOSED, decision=decision)


def _check(entry: BankEntry, decision: EntryDecision) -> None:
    if entry.account == FOREIGN and decision.way is not DecisionKind.WRITE_OFF:
        raise WayNotAllowed
    if decision.way is DecisionKind.REFUND and entry.direction is not Direction.CREDIT:
        raise WayNotAllowed
    if decision.way is DecisionKind.ALLOCATE:
        _check_shares(entry, decision.shares)


def _check_shares(entry: BankEntry, shares: Sequence[Share]) -> None:
    things = {(each.target, each.target_id) for each in shares}
    total_minor = sum(each.amount_minor for each in shares)
    if total_minor != entry.amount_minor or len(things) != len(shares) or len(shares) > SHARES_MAX:
        raise SharesDiffer(total_minor=total_minor, amount_minor=entry.amount_minor)
    for target, _ in things:
        is_here = (target not in _OF_PAYOUTS or entry.account == BANK_PAYOUTS) and (
            target not in _OF_COLLECTIONS or entry.account == BANK_COLLECTIONS
        )
        if not is_here or target not in TARGETS[entry.direction]:
            raise TargetNotAllowed(target=Term(f"bank.target.{target}"))


def confirm(entry: BankEntry, *, by: str, at: datetime) -> BankEntry:
    """A second person agrees; what was decided is to be carried out."""
    if entry.status is not EntryStatus.PROPOSED or entry.decision is None:
        raise EntryNotWaiting(status=Term(f"bank.entry.{entry.status}"))
    if by == entry.decision.by:
        raise SecondPersonNeeded
    return replace(entry, decision=replace(entry.decision, confirmed_by=by, confirmed_at=at))


def reject(entry: BankEntry) -> BankEntry:
    """It is not to be done: the entry waits again, with what was decided beside it."""
    if entry.status is not EntryStatus.PROPOSED or entry.decision is None:
        raise EntryNotWaiting(status=Term(f"bank.entry.{entry.status}"))
    return _waiting(entry)


def reopen(entry: BankEntry) -> BankEntry:
    """The refund that was decided was cancelled: the entry waits again."""
    if (
        entry.status is not EntryStatus.SETTLED
        or entry.decision is None
        or entry.decision.way is not DecisionKind.REFUND
    ):
        raise EntryNotWaiting(status=Term(f"bank.entry.{entry.status}"))
    return _waiting(entry)


def settle(entry: BankEntry, *, refund_id: str | None = None) -> BankEntry:
    """What was decided is carried out."""
    if entry.decision is None:
        raise EntryNotWaiting(status=Term(f"bank.entry.{entry.status}"))
    decision = replace(entry.decision, refund_id=refund_id)
    return replace(
        entry,
        status=EntryStatus.SETTLED,
        is_matched=True,
        booked_as=_booked_as(decision),
        shares=decision.shares,
        decision=decision,
        why=None,
        match=Match(
            rule=MatchRule.DECISION,
            by=decision.confirmed_by or decision.by,
            at=decision.confirmed_at or decision.at,
        ),
    )


def _waiting(entry: BankEntry) -> BankEntry:
    before = (*entry.decided_before, *([entry.decision] if entry.decision else []))[-DECISIONS_MAX:]
    return replace(
        entry,
        status=EntryStatus.WAITING,
        is_matched=False,
        booked_as="",
        shares=(),
        decision=None,
        decided_before=before,
        match=None,
    )


def _booked_as(decision: EntryDecision) -> str:
    if decision.way is DecisionKind.REFUND:
        return f"refund:{decision.refund_id}:ordered"
    if decision.way is DecisionKind.WRITE_OFF:
        return "written-off"
    return f"{decision.shares[0].target}:{decision.shares[0].target_id}" if len(decision.shares) == 1 else "several"
