"""What payments does with refunds: order them, have them confirmed, book what the bank did."""

from collections.abc import Iterable

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.refunds import rules, store
from services.payments.refunds.refund import Refund, RefundDetails, RefundStatus, RefundStep
from shared.kernel.outcome import Outcome
from shared.storage.paging import Page, Wanted
from shared.storage.work import Work

REFERENCE_KIND = "RB"


def order(work: Work, *, refund_id: str, amount_minor: int, source: str, origin: str, details: RefundDetails) -> Refund:
    """Money is to go back: it is taken from its `source` at once. Beyond the fund's limit a second person confirms it
    before anybody sends it."""
    is_alone = not work.fund.payment.needs_two(amount_minor)
    return _keep_ordered(
        work,
        refund_id=refund_id,
        amount_minor=amount_minor,
        source=source,
        origin=origin,
        details=details,
        status=RefundStatus.ORDERED if is_alone else RefundStatus.PROPOSED,
    )


def order_confirmed(
    work: Work, *, refund_id: str, amount_minor: int, source: str, origin: str, details: RefundDetails
) -> Refund:
    """The same where whoever was needed has confirmed it already."""
    return _keep_ordered(
        work,
        refund_id=refund_id,
        amount_minor=amount_minor,
        source=source,
        origin=origin,
        details=details,
        status=RefundStatus.ORDERED,
    )


def confirm(work: Work, *, refund_id: str, version: int) -> Refund:
    """A second person agrees."""
    confirmed = rules.confirm(_of_version(work, refund_id, version), by=work.by.subject, at=work.at)
    return store.refunds.keep(work, Outcome(confirmed))


def cancel(work: Work, *, refund_id: str, version: int) -> Refund:
    """It is not to go. Whoever asks puts the money back where it was (`source`)."""
    cancelled = rules.cancel(_of_version(work, refund_id, version), at=work.at)
    ledger.take_back(work, cause=f"refund:{refund_id}:cancelled", of=f"refund:{refund_id}:ordered")
    return store.refunds.keep(work, Outcome(cancelled))


def read(work: Work, *, refund_id: str) -> Refund:
    return store.refunds.load(work, refund_id)


def page(work: Work, *, status: RefundStatus, wanted: Wanted) -> Page[Refund]:
    """Refunds in a state, oldest first."""
    return store.page(work, status=status, wanted=wanted)


def with_references(work: Work, references: Iterable[str]) -> list[Refund]:
    return store.with_references(work, references)


def book_paid(work: Work, *, refund_id: str, entry_id: str, out_of: str) -> bool:
    """The bank booked the refund's money out. Whether it was booked here: money that leaves twice is not."""
    refund = store.refunds.load(work, refund_id)
    if refund.status is not RefundStatus.ORDERED:
        return False
    store.refunds.keep(work, Outcome(rules.pay(refund, at=work.at)))
    _post(work, f"refund:{refund_id}:{entry_id}", refund, debit=account.REFUNDS, credit=out_of)
    return True


def book_returned(work: Work, *, refund_id: str, entry_id: str, reason: str, into: str) -> bool:
    """The bank brought it back. Whether it was booked here."""
    refund = store.refunds.load(work, refund_id)
    if refund.status is not RefundStatus.PAID:
        return False
    store.refunds.keep(work, Outcome(rules.came_back(refund, reason=reason, at=work.at)))
    _post(work, f"refund:{refund_id}:{entry_id}", refund, debit=into, credit=account.REFUNDS)
    return True


def _keep_ordered(
    work: Work,
    *,
    refund_id: str,
    amount_minor: int,
    source: str,
    origin: str,
    details: RefundDetails,
    status: RefundStatus,
) -> Refund:
    refund = Refund(
        refund_id=refund_id,
        reference=work.new_reference(REFERENCE_KIND),
        amount_minor=amount_minor,
        source=source,
        origin=origin,
        status=status,
        steps=(RefundStep(status=status, at=work.at),),
        ordered_by=work.by.subject,
        details=details,
    )
    _post(work, f"refund:{refund_id}:ordered", refund, debit=source, credit=account.REFUNDS)
    return store.refunds.keep(work, Outcome(refund))


def _post(work: Work, cause: str, refund: Refund, *, debit: str, credit: str) -> None:
    amount = refund.amount_minor
    ledger.post(work, ledger.entry(work, cause=cause, debits={debit: amount}, credits={credit: amount}))


def _of_version(work: Work, refund_id: str, version: int) -> Refund:
    refund = store.refunds.load(work, refund_id)
    if refund.version != version:
        raise rules.RefundChanged(version=refund.version)
    return refund
