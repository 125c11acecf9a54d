"""What payments does with refunds: order them, have them confirmed, book what the bank did."""

from collections.abc import Iterable

from services.payments.ledger import account
from services.payments.ledger import actions as ledger
from services.payments.refunds import rules, store
from services.payments.refunds.refund import Refund, RefundDetails, RefundStatus, RefundStep
from shared.kernel.outcome import Outcome
from shared.storage import operator_acts
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork

REFERENCE_KIND = "RB"


def order(
    uow: UnitOfWork, *, refund_id: str, amount_minor: int, source: str, origin: str, details: RefundDetails
) -> Refund:
    """Money is to go back: it is taken from its `source` at once. Beyond the fund's limit a second person confirms it
    before it is sent."""
    is_alone = not uow.fund.payments.needs_two(amount_minor)
    return _keep_ordered(
        uow,
        refund_id=refund_id,
        amount_minor=amount_minor,
        source=source,
        origin=origin,
        details=details,
        status=RefundStatus.ORDERED if is_alone else RefundStatus.PROPOSED,
    )


def order_confirmed(
    uow: UnitOfWork, *, refund_id: str, amount_minor: int, source: str, origin: str, details: RefundDetails
) -> Refund:
    """The same where the second person has confirmed it already."""
    return _keep_ordered(
        uow,
        refund_id=refund_id,
        amount_minor=amount_minor,
        source=source,
        origin=origin,
        details=details,
        status=RefundStatus.ORDERED,
    )


def confirm(uow: UnitOfWork, *, refund_id: str, version: int) -> Refund:
    """A second person agrees."""
    confirmed = rules.confirm(_of_version(uow, refund_id, version), by=uow.by.subject, at=uow.at)
    operator_acts.record(uow, "refund-confirmed", store.refunds.name, refund_id, version=version)
    return store.refunds.save(uow, Outcome(confirmed))


def cancel(uow: UnitOfWork, *, refund_id: str, version: int) -> Refund:
    """Cancel it. The caller books the money back to where it was (`source`)."""
    cancelled = rules.cancel(_of_version(uow, refund_id, version), at=uow.at)
    ledger.take_back(uow, cause=f"refund:{refund_id}:cancelled", of=f"refund:{refund_id}:ordered")
    return store.refunds.save(uow, Outcome(cancelled))


def read(uow: UnitOfWork, *, refund_id: str) -> Refund:
    return store.refunds.load(uow, refund_id)


def page(
    uow: UnitOfWork,
    *,
    status: RefundStatus | None,
    reference: str | None,
    amount_minor: int | None,
    wanted: PageRequest,
) -> Page[Refund]:
    """Refunds that match all that is asked for, oldest first; those to be sent, where nothing is."""
    if reference is None:
        return store.page(uow, status=status, amount_minor=amount_minor, wanted=wanted)
    return Page(
        [
            refund
            for refund in store.with_reference(uow, reference)
            if status in (None, refund.status) and amount_minor in (None, refund.amount_minor)
        ]
    )


def with_references(uow: UnitOfWork, references: Iterable[str]) -> list[Refund]:
    return store.with_references(uow, references)


def book_paid(uow: UnitOfWork, *, refund_id: str, entry_id: str, out_of: str) -> bool:
    """The bank booked the refund's money out. Whether it was booked here: money that leaves twice is not."""
    refund = store.refunds.load(uow, refund_id)
    if refund.status is not RefundStatus.ORDERED:
        return False
    store.refunds.save(uow, Outcome(rules.pay(refund, at=uow.at)))
    _post(uow, f"refund:{refund_id}:{entry_id}", refund, debit=account.REFUNDS, credit=out_of)
    return True


def book_returned(uow: UnitOfWork, *, refund_id: str, entry_id: str, reason: str, into: str) -> bool:
    """The bank brought it back. Whether it was booked here."""
    refund = store.refunds.load(uow, refund_id)
    if refund.status is not RefundStatus.PAID:
        return False
    store.refunds.save(uow, Outcome(rules.came_back(refund, reason=reason, at=uow.at)))
    _post(uow, f"refund:{refund_id}:{entry_id}", refund, debit=into, credit=account.REFUNDS)
    return True


def _keep_ordered(
    uow: UnitOfWork,
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
        reference=uow.new_reference(REFERENCE_KIND),
        amount_minor=amount_minor,
        source=source,
        origin=origin,
        status=status,
        steps=(RefundStep(status=status, at=uow.at),),
        ordered_by=uow.by.subject,
        details=details,
    )
    _post(uow, f"refund:{refund_id}:ordered", refund, debit=source, credit=account.REFUNDS)
    return store.refunds.save(uow, Outcome(refund))


def _post(uow: UnitOfWork, cause: str, refund: Refund, *, debit: str, credit: str) -> None:
    ledger.move(uow, cause=cause, debit=debit, credit=credit, amount_minor=refund.amount_minor)


def _of_version(uow: UnitOfWork, refund_id: str, version: int) -> Refund:
    refund = store.refunds.load(uow, refund_id)
    if refund.version != version:
        raise rules.RefundChanged(version=refund.version)
    return refund
