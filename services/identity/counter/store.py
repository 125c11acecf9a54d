"""Where visits are kept."""

from services.identity.counter.rules import VisitUnknown
from services.identity.counter.visit import Visit
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import for_days
from shared.storage.unit_of_work import UnitOfWork

visits = Repository(
    "visits",
    Visit,
    key="visit_id",
    missing=VisitUnknown,
    retention=for_days(5 * 365, since="began_at", why="as long as the access journal: who acted for the person"),
    indexes=[Index(("person_ref", "visit_id"))],
    encrypted={"proof": DataClass.CIVIL},
    associated_data="visit_id",
)

NEWEST_FIRST = Order("visit_id", "visit_id", is_newest_first=True)
"""Ids are ordered by time."""


def of_person(uow: UnitOfWork, person_ref: str, *, wanted: PageRequest) -> Page[Visit]:
    """The visits of a person, newest first."""
    return visits.page(uow, order=NEWEST_FIRST, wanted=wanted, person_ref=person_ref)
