"""Events come in for claims: papers that were stored, what payments did with the money, and awards that have ended."""

from services.claims.claims import actions, store
from shared.bus.reactions import Reactions
from shared.events.claims.awards import AwardEnded
from shared.events.documents import UploadStored
from shared.events.payments.payouts import BenefitOrdered, BenefitPaid, BenefitReturned
from shared.storage.unit_of_work import UnitOfWork

reactions = Reactions()


@reactions.to(UploadStored)
def save_upload(uow: UnitOfWork, event: UploadStored) -> None:
    store.save_upload(uow, event.upload_id, person_ref=event.person_ref, sha256=event.sha256)


@reactions.to(BenefitOrdered)
def note_ordered(uow: UnitOfWork, event: BenefitOrdered) -> None:
    if not event.payment_id:
        actions.note_ordered(uow, claim_id=event.claim_id)


@reactions.to(BenefitPaid)
def note_paid(uow: UnitOfWork, event: BenefitPaid) -> None:
    if not event.payment_id:
        actions.note_paid(uow, claim_id=event.claim_id, currency=event.currency)


@reactions.to(BenefitReturned)
def note_returned(uow: UnitOfWork, event: BenefitReturned) -> None:
    if not event.payment_id:
        actions.note_returned(uow, claim_id=event.claim_id, reason=event.reason)


@reactions.to(AwardEnded)
def note_award_ended(uow: UnitOfWork, event: AwardEnded) -> None:
    actions.note_award_ended(uow, award_id=event.award_id)
