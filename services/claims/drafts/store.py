"""Where drafts are kept, until they are filed, deleted or too old."""

from services.claims.drafts.draft import Draft
from services.claims.drafts.rules import DraftUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Index, Repository
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork

drafts = Repository(
    "drafts",
    Draft,
    key="draft_id",
    missing=DraftUnknown,
    retention=for_days(1, since="expires_at", why="nobody filed it in time; until then nobody reads it either"),
    indexes=[Index(("person_ref", "slot"), unique=True)],
    encrypted={"content": DataClass.HEALTH},
    associated_data="draft_id",
)


def of_person(uow: UnitOfWork, person_ref: str) -> list[Draft]:
    """A person's drafts, also those whose time is over: few, since each has a slot."""
    return drafts.find_all(uow, person_ref=person_ref)


def remove(uow: UnitOfWork, draft: Draft) -> None:
    """The draft was filed, or the person deleted it."""
    uow.collection(drafts.name).remove(draft.draft_id)
    uow.note("forgot", drafts.name, draft.draft_id, version=draft.version)
