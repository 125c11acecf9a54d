"""Where requests for measures are kept."""

from services.payments.measures.measure_request import MeasureRequest, RequestStatus
from services.payments.measures.rules import MeasureRequestUnknown
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW
from shared.storage.unit_of_work import UnitOfWork

IN_ORDER = Order("request_id", "request_id")
"""Ids of ours begin with the time at which they were made."""

requests = Repository(
    "measure_requests",
    MeasureRequest,
    key="request_id",
    missing=MeasureRequestUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("employer_id", "measure"), unique=True),
        Index(("status", "request_id")),
        Index(("measure", "status", "request_id")),
    ],
)


def of_employer(uow: UnitOfWork, employer_id: str) -> list[MeasureRequest]:
    """All that an employer asked for: one for each measure of the fund at the most."""
    return requests.find_all(uow, employer_id=employer_id)


def page(uow: UnitOfWork, *, status: RequestStatus, wanted: PageRequest) -> Page[MeasureRequest]:
    """Requests in a state, oldest first."""
    return requests.page(uow, order=IN_ORDER, wanted=wanted, status=status.value)


def granted_under(uow: UnitOfWork, measure: str, *, limit: int) -> list[MeasureRequest]:
    """Some of those that were granted under a measure."""
    return requests.find_all(uow, limit=limit, measure=measure, status=RequestStatus.GRANTED.value)
