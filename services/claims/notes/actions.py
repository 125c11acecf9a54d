"""What claims does with notes: write one down, read those of a claim."""

from services.claims.access_journal.accessed import AccessedKind
from services.claims.claims.claim import Claim
from services.claims.notes import store
from services.claims.notes.note import NOTES_MAX, Audience, Note
from shared.kernel.errors import Conflict
from shared.kernel.outcome import Outcome
from shared.process.access_journal import actions as journal
from shared.process.access_journal.entry import Purpose
from shared.storage.paging import Page, PageRequest
from shared.storage.unit_of_work import UnitOfWork


class TooManyNotes(Conflict):
    code = "note.too-many"


def write(uow: UnitOfWork, claim: Claim, text: str, *, audience: Audience) -> Note:
    """The caller writes something down about a claim, for their own kind."""
    if store.count(uow, claim.claim_id, audience=audience) >= NOTES_MAX:
        raise TooManyNotes(notes_max=NOTES_MAX)
    note = Note(
        note_id=uow.new_id(), claim_id=claim.claim_id, audience=audience, text=text, by=uow.by.subject, at=uow.at
    )
    return store.notes.save(uow, Outcome(note))


def of_claim(uow: UnitOfWork, claim: Claim, *, audience: Audience, purpose: Purpose, wanted: PageRequest) -> Page[Note]:
    """What was written down about a claim; that somebody read it enters the access journal."""
    journal.note_person(uow, claim.person_ref, looked_at=AccessedKind.CLAIM, reference=claim.reference, purpose=purpose)
    return store.of_claim(uow, claim.claim_id, audience=audience, wanted=wanted)
