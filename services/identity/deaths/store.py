"""Where deaths are kept, one a person."""

from datetime import date

from services.identity.deaths.death import Death
from services.identity.deaths.rules import DeathUnknown
from shared.kernel.personal import DataClass
from shared.storage.repository import Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

deaths = Repository(
    "deaths",
    Death,
    key="person_ref",
    missing=DeathUnknown,
    retention=BY_LAW,
    encrypted={"facts": DataClass.CIVIL},
    associated_data="person_ref",
)


def died_on(uow: UnitOfWork, person_ref: str) -> date | None:
    """The day on which a person died, by what the register knows now; None for who lives."""
    found = deaths.find(uow, person_ref)
    return None if found is None else found.died_on
