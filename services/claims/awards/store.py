"""Where awards are kept."""

from services.claims.awards.award import Award, AwardKind, Status
from services.claims.awards.rules import AwardUnknown
from shared.jobs.scheduling import AT_ONCE_MAX, JobScheduling
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

FOLLOW = "awards.follow"
"""The kind of the job that reminds before an award's end, and ends or suspends it by the calendar."""

NEWEST_FIRST = Order("award_id", "award_id", is_newest_first=True)
OLDEST_FIRST = Order("award_id", "award_id")
"""Ids are ordered by time."""

awards = Repository(
    "awards",
    Award,
    key="award_id",
    missing=AwardUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("claim_id",), unique=True),
        Index(("person_ref", "award_id")),
        Index(("person_ref", "kind", "award_id")),
        Index(("claim_type", "award_id")),
        Index(("status", "award_id")),
        Index(("status", "claim_type", "award_id")),
        Index(("is_followed", "status", "award_id")),
    ],
    encrypted={"terms": DataClass.HEALTH},
    associated_data="award_id",
)
following = JobScheduling(awards, FOLLOW)
"""Every writer of an award saves through it: an award and its job go together."""


def of_claim(uow: UnitOfWork, claim_id: str) -> Award | None:
    """The award that a claim opened, if it did."""
    return awards.find_only(uow, claim_id=claim_id)


def of_reference(uow: UnitOfWork, reference: str) -> Award | None:
    return awards.find_only(uow, reference=reference)


def of_person(uow: UnitOfWork, person_ref: str, *, kind: AwardKind | None, wanted: PageRequest) -> Page[Award]:
    """A page of a person's awards of one kind or of any, newest first."""
    filters = {"person_ref": person_ref} | ({} if kind is None else {"kind": kind.value})
    return awards.page(uow, order=NEWEST_FIRST, wanted=wanted, **filters)


def with_status(uow: UnitOfWork, status: Status, *, claim_type: str | None, wanted: PageRequest) -> Page[Award]:
    """A page of what is in one state, of one benefit or of all, oldest first."""
    filters = {"status": status.value} | ({} if claim_type is None else {"claim_type": claim_type})
    return awards.page(uow, order=OLDEST_FIRST, wanted=wanted, **filters)


def covers_of(uow: UnitOfWork, person_ref: str) -> list[Award]:
    """A person's covers, those that have ended too: care may have been before the end."""
    return awards.find_all(uow, person_ref=person_ref, kind=AwardKind.COVER.value)


def every_of(uow: UnitOfWork, person_ref: str) -> list[Award]:
    """All awards of a person, those that have ended too, oldest first: few by construction, one for each grant."""
    return awards.find_all(uow, sort=OLDEST_FIRST.sort, person_ref=person_ref)


def page_of_type(uow: UnitOfWork, claim_type: str, *, after: str, limit: int) -> list[Award]:
    """Awards of one benefit in the order of their ids, those behind an id: what a run goes through page by page."""
    return awards.find_all(uow, limit=limit, sort=OLDEST_FIRST.sort, claim_type=claim_type, award_id={"$gt": after})


def not_followed(uow: UnitOfWork) -> list[str]:
    """Some of the awards that live and that an earlier release opened, which watched no facts for them."""
    found = uow.collection(awards.name).find(
        {"is_followed": None, "status": {"$in": [Status.ACTIVE.value, Status.SUSPENDED.value]}}, limit=AT_ONCE_MAX
    )
    return [str(document["award_id"]) for document in found]
