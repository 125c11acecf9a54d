"""Where clearances are kept."""

from datetime import date

from services.payments.clearances.clearance import LIVING_MAX, Clearance, ClearanceStatus
from services.payments.clearances.rules import ClearanceUnknown
from shared.jobs.scheduling import JobScheduling
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

FOLLOW = "clearances.follow"
"""The kind of the job that looks at a clearance again each day; its thing is its id."""

NEWEST = Order("asked_at", "clearance_id", is_newest_first=True)

clearances = Repository(
    "clearances",
    Clearance,
    key="clearance_id",
    missing=ClearanceUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("employer_id", "asked_at", "clearance_id")),
        Index(("employer_id", "status", "valid_until_on")),
        Index(("is_scheduled", "next_look_at")),
    ],
)
scheduling = JobScheduling(clearances, FOLLOW)
"""Every writer of clearances saves through it: a thing and its job go together."""


def page(uow: UnitOfWork, *, employer_id: str, wanted: PageRequest) -> Page[Clearance]:
    """A page of what an employer asked for, newest first."""
    return clearances.page(uow, order=NEWEST, wanted=wanted, employer_id=employer_id)


def living(uow: UnitOfWork, *, employer_id: str, on: date) -> int:
    """How many clearances of an employer are valid on a day, counted up to their limit."""
    found = clearances.find_all(
        uow,
        limit=LIVING_MAX,
        employer_id=employer_id,
        status=ClearanceStatus.GRANTED,
        valid_until_on={"$gte": on.isoformat()},
    )
    return len(found)
