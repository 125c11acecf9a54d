"""Events come in for claims: papers that were stored, and what payments did with the money."""

from services.claims.claims import actions, store
from shared.bus.reactions import Reactions
from shared.events.documents import UploadStored
from shared.events.payments import BenefitOrdered, BenefitPaid, BenefitReturned
from shared.storage.work import Work

reactions = Reactions()


@reactions.to(UploadStored)
def know_upload(work: Work, event: UploadStored) -> None:
    store.know_upload(work, event.upload_id, person_ref=event.person_ref, sha256=event.sha256)


@reactions.to(BenefitOrdered)
def note_ordered(work: Work, event: BenefitOrdered) -> None:
    actions.note_ordered(work, claim_id=event.claim_id)


@reactions.to(BenefitPaid)
def note_paid(work: Work, event: BenefitPaid) -> None:
    actions.note_paid(work, claim_id=event.claim_id, currency=event.currency)


@reactions.to(BenefitReturned)
def note_returned(work: Work, event: BenefitReturned) -> None:
    actions.note_returned(work, claim_id=event.claim_id, reason=event.reason)
