"""What agents do with entries that no rule settled: allocate them, send them back, write them off, agree or not."""

from collections.abc import Sequence
from dataclasses import replace

from services.payments.banking import assignment, decisions, settling, store
from services.payments.banking.bank_entry import (
    BankEntry,
    DecisionKind,
    DecisionReason,
    EntryDecision,
    Share,
    Target,
)
from services.payments.credits import actions as credits
from services.payments.employers import actions as employers
from services.payments.ledger import account
from services.payments.refunds import actions as refunds
from services.payments.refunds.refund import Refund, RefundDetails
from shared.kernel.errors import Term
from shared.kernel.outcome import Outcome
from shared.storage import operator_acts
from shared.storage.unit_of_work import UnitOfWork

ENTRY_ORIGIN = "bank-entry:"
CREDIT_ORIGIN = "credit:"


def read(uow: UnitOfWork, *, entry_id: str) -> BankEntry:
    return store.entries.load(uow, entry_id)


def allocate(uow: UnitOfWork, *, entry_id: str, version: int, shares: Sequence[Share], note: str) -> BankEntry:
    """Say what the money was for, in one or several shares that add up to it."""
    for share in shares:
        if share.target is Target.EMPLOYER and employers.find(uow, share.target_id) is None:
            raise decisions.TargetUnknown
    return _decide(uow, entry_id, version, way=DecisionKind.ALLOCATE, shares=tuple(shares), ground=None, note=note)


def refund(
    uow: UnitOfWork, *, entry_id: str, version: int, ground: DecisionReason, note: str, counterparty: str | None
) -> BankEntry:
    """Send the money back to the account that it came from, or to the one that is given."""
    entry = _of_version(uow, entry_id, version)
    if not (counterparty or entry.details.counterparty):
        raise decisions.CounterpartyMissing
    return _decide(
        uow, entry_id, version, way=DecisionKind.REFUND, shares=(), ground=ground, note=note, counterparty=counterparty
    )


def write_off(uow: UnitOfWork, *, entry_id: str, version: int, ground: DecisionReason, note: str) -> BankEntry:
    """Close it: nobody claims it, or nobody gives it back, or it is not the fund's at all."""
    return _decide(uow, entry_id, version, way=DecisionKind.WRITE_OFF, shares=(), ground=ground, note=note)


def confirm(uow: UnitOfWork, *, entry_id: str, version: int) -> BankEntry:
    """A second person agrees: what was decided is carried out."""
    entry = _of_version(uow, entry_id, version)
    operator_acts.record(uow, "entry-confirmed", store.entries.name, entry_id, version=version)
    return carry_out(uow, decisions.confirm(entry, by=uow.by.subject, at=uow.at))


def reject(uow: UnitOfWork, *, entry_id: str, version: int) -> BankEntry:
    """What was decided is not to be done: the entry waits again."""
    entry = decisions.reject(_of_version(uow, entry_id, version))
    operator_acts.record(uow, "entry-rejected", store.entries.name, entry_id, version=version)
    return store.entries.save(uow, Outcome(entry))


def carry_out(uow: UnitOfWork, entry: BankEntry) -> BankEntry:
    """Do what was decided about an entry, once all have agreed who must."""
    decision, refund_id = entry.decision, None
    if decision is None:
        raise decisions.EntryNotWaiting(status=Term(f"bank.entry.{entry.status}"))
    match decision.way:
        case DecisionKind.ALLOCATE:
            if not settling.book(uow, entry, decision.shares, reason=""):
                raise decisions.ShareNotBooked
        case DecisionKind.REFUND:
            refund_id = uow.new_id()
            refunds.order_confirmed(
                uow,
                refund_id=refund_id,
                amount_minor=entry.amount_minor,
                source=account.UNMATCHED,
                origin=f"{ENTRY_ORIGIN}{entry.entry_id}",
                details=RefundDetails(counterparty=entry.details.counterparty, note=entry.details.note),
            )
        case DecisionKind.WRITE_OFF:
            settling.write_off(uow, entry)
    return store.entries.save(uow, Outcome(decisions.settle(entry, refund_id=refund_id)))


def read_refund(uow: UnitOfWork, *, refund_id: str) -> Refund:
    return refunds.read(uow, refund_id=refund_id)


def cancel_refund(uow: UnitOfWork, *, refund_id: str, version: int) -> Refund:
    """A refund is not to go: its money is where it was before, a credit of the employer or an entry that waits."""
    cancelled = refunds.cancel(uow, refund_id=refund_id, version=version)
    operator_acts.record(uow, "refund-cancelled", "refunds", refund_id, version=version)
    if cancelled.origin.startswith(ENTRY_ORIGIN):
        entry = store.entries.load(uow, cancelled.origin.removeprefix(ENTRY_ORIGIN))
        store.entries.save(uow, Outcome(decisions.reopen(entry)))
    else:
        credits.restore(
            uow,
            credit_id=cancelled.origin.removeprefix(CREDIT_ORIGIN),
            amount_minor=cancelled.amount_minor,
        )
    return cancelled


def _decide(
    uow: UnitOfWork,
    entry_id: str,
    version: int,
    *,
    way: DecisionKind,
    shares: tuple[Share, ...],
    ground: DecisionReason | None,
    note: str,
    counterparty: str | None = None,
) -> BankEntry:
    entry = _of_version(uow, entry_id, version)
    entry = replace(entry, assigned_to=assignment.taken(entry.assigned_to, by=uow.by.subject))
    decision = EntryDecision(way=way, by=uow.by.subject, at=uow.at, shares=shares, ground=ground)
    proposed = decisions.propose(entry, decision)
    details = replace(entry.details, note=note, counterparty=counterparty or entry.details.counterparty)
    proposed = replace(proposed, details=details)
    why = ground.value if ground else ""
    operator_acts.record(uow, f"entry-{way.value}", store.entries.name, entry_id, version=version, why=why)
    if uow.fund.payments.needs_two(entry.amount_minor):
        return store.entries.save(uow, Outcome(proposed))
    return carry_out(uow, proposed)


def _of_version(uow: UnitOfWork, entry_id: str, version: int) -> BankEntry:
    entry = store.entries.load(uow, entry_id)
    if entry.version != version:
        raise decisions.EntryChanged(version=entry.version)
    return entry
