"""Where notes are kept."""

from services.claims.notes.note import Audience, Note
from shared.kernel.errors import Missing
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import WITH_ITS_THING
from shared.storage.unit_of_work import UnitOfWork

OLDEST_FIRST = Order("note_id", "note_id")
"""Ids are ordered by time."""


class NoteUnknown(Missing):
    code = "note.unknown"


notes = Repository(
    "claim_notes",
    Note,
    key="note_id",
    missing=NoteUnknown,
    retention=WITH_ITS_THING,
    indexes=[Index(("claim_id", "audience", "note_id"))],
    encrypted={"text": DataClass.HEALTH},
    associated_data="note_id",
)


def of_claim(uow: UnitOfWork, claim_id: str, *, audience: Audience, wanted: PageRequest) -> Page[Note]:
    """A claim's notes of one audience, oldest first."""
    return notes.page(uow, order=OLDEST_FIRST, wanted=wanted, claim_id=claim_id, audience=audience.value)


def count(uow: UnitOfWork, claim_id: str, *, audience: Audience) -> int:
    return uow.collection(notes.name).count({"claim_id": claim_id, "audience": audience.value})
