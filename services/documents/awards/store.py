"""Where documents keeps what it knows of awards."""

from services.documents.awards.award import KnownAward, KnownAwardKind
from services.documents.awards.rules import AwardNotKnown
from shared.kernel.personal import DataClass
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

awards = Repository(
    "awards",
    KnownAward,
    key="award_id",
    missing=AwardNotKnown,
    retention=BY_LAW,
    indexes=[Index(("person_ref", "kind"))],
    received_encrypted={"dependant": DataClass.HEALTH},
    associated_data="person_ref",
)


def of_person(uow: UnitOfWork, person_ref: str, *, kind: KnownAwardKind) -> list[KnownAward]:
    """A person's awards of one kind, those that have ended too."""
    return awards.find_all(uow, person_ref=person_ref, kind=kind.value)
