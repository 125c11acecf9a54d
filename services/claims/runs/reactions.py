"""Reactions to events, for runs: what payments did with the payments of awards."""

from services.claims.runs import actions
from services.claims.runs.run import PaymentStatus
from shared.bus.reactions import Reactions
from shared.events.payments.payouts import BenefitOrdered, BenefitPaid, BenefitReturned
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(BenefitOrdered)
def note_ordered(uow: UnitOfWork, event: BenefitOrdered) -> None:
    if event.payment_id:
        actions.note(uow, payment_id=event.payment_id, to=PaymentStatus.ORDERED)


@reactions.to(BenefitPaid)
def note_paid(uow: UnitOfWork, event: BenefitPaid) -> None:
    if event.payment_id:
        actions.note(uow, payment_id=event.payment_id, to=PaymentStatus.PAID)


@reactions.to(BenefitReturned)
def note_returned(uow: UnitOfWork, event: BenefitReturned) -> None:
    if event.payment_id:
        actions.note(uow, payment_id=event.payment_id, to=PaymentStatus.RETURNED, reason=event.reason)
