"""What became of the debits by a mandate: good ones keep it in use, failures in a row suspend it."""

from services.payments.mandates import actions
from shared.bus.reactions import Reactions
from shared.events.payments.collections import DebitRefused, PaymentDebited, PaymentReversed
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(PaymentDebited)
def note_good(uow: UnitOfWork, event: PaymentDebited) -> None:
    if event.mandate_id:
        actions.note_debited(uow, mandate_id=event.mandate_id, on=uow.fund.day_of(event.debited_at))


@reactions.to(DebitRefused)
def note_refused(uow: UnitOfWork, event: DebitRefused) -> None:
    actions.note_debit_failed(uow, mandate_id=event.mandate_id, reason=event.reason)


@reactions.to(PaymentReversed)
def note_given_back(uow: UnitOfWork, event: PaymentReversed) -> None:
    if event.mandate_id:
        actions.note_debit_failed(uow, mandate_id=event.mandate_id, reason=event.reason)
