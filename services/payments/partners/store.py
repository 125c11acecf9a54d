"""Where endpoints and the messages for them are kept."""

from collections.abc import Collection, Iterator
from datetime import datetime

from services.payments.partners.delivery import Delivery
from services.payments.partners.delivery import Status as DeliveryStatus
from services.payments.partners.endpoint import Endpoint, Status
from services.payments.partners.rules import KEPT, DeliveryUnknown, EndpointUnknown
from shared.jobs import queue
from shared.jobs.job import id_of
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import Retention, kept
from shared.storage.unit_of_work import UnitOfWork

DELIVER = "partners.deliver"
"""The kind of the job that sends what waits for an endpoint; its thing is the endpoint."""
DUE_MAX = 20
IN_ORDER = Order("endpoint_id", "endpoint_id")
NEWEST = Order("happened_at", "delivery_id", is_newest_first=True)
REPLAYED_MAX = 200
THERE = {"$in": [Status.ENABLED.value, Status.DISABLED.value]}
"""Of an endpoint that its partner has not removed."""
ENDED_AT_ONCE_MAX = 200

endpoints = Repository(
    "partner_endpoints",
    Endpoint,
    key="endpoint_id",
    missing=EndpointUnknown,
    retention=kept("as long as the partner has it"),
    indexes=[Index(("client", "status", "endpoint_id")), Index(("status", "endpoint_id"))],
    encrypted={"secrets": DataClass.BANK},
    associated_data="endpoint_id",
)
deliveries = Repository(
    "partner_deliveries",
    Delivery,
    key="delivery_id",
    missing=DeliveryUnknown,
    retention=Retention(
        life=KEPT,
        since="last_try_at",
        why="a partner may ask for them again",
        only={"status": [DeliveryStatus.DELIVERED.value, DeliveryStatus.FAILED.value]},
    ),
    indexes=[
        Index(("endpoint_id", "status", "next_try_at")),
        Index(("endpoint_id", "happened_at", "delivery_id")),
    ],
)


def page_of_fund(uow: UnitOfWork, *, wanted: PageRequest) -> Page[Endpoint]:
    """A page of every partner's endpoints, oldest first."""
    return endpoints.page(uow, order=IN_ORDER, wanted=wanted, status=THERE)


def page_of_client(uow: UnitOfWork, client: str, *, wanted: PageRequest) -> Page[Endpoint]:
    """A page of one partner's endpoints, oldest first."""
    return endpoints.page(uow, order=IN_ORDER, wanted=wanted, client=client, status=THERE)


def of_fund(uow: UnitOfWork) -> Iterator[Endpoint]:
    """Every partner's."""
    return endpoints.each(uow, order=IN_ORDER, status=THERE)


def with_status(uow: UnitOfWork, status: Status) -> Iterator[Endpoint]:
    """Every partner's endpoints of one status."""
    return endpoints.each(uow, order=IN_ORDER, status=status.value)


def of_client(uow: UnitOfWork, client: str) -> Iterator[Endpoint]:
    """One partner's."""
    return endpoints.each(uow, order=IN_ORDER, client=client, status=THERE)


def count_of_client(uow: UnitOfWork, client: str) -> int:
    return uow.collection(endpoints.name).count({"client": client, "status": THERE})


def waiting(uow: UnitOfWork, endpoint_id: str) -> list[Delivery]:
    """Messages that wait for an endpoint, some hundreds at a time, whenever their next try is."""
    return deliveries.find_all(
        uow, limit=ENDED_AT_ONCE_MAX, endpoint_id=endpoint_id, status=DeliveryStatus.WAITING.value
    )


def forget_endpoint(uow: UnitOfWork, endpoint: Endpoint) -> None:
    uow.collection(endpoints.name).remove(endpoint.endpoint_id)
    uow.note("forgot", endpoints.name, endpoint.endpoint_id)


def due(uow: UnitOfWork, endpoint_id: str, *, at: datetime) -> list[Delivery]:
    """The messages for an endpoint that time has come for, longest due first, as many as one round tries."""
    waiting = {"endpoint_id": endpoint_id, "status": DeliveryStatus.WAITING, "next_try_at": {"$lte": at}}
    return deliveries.find_all(uow, limit=DUE_MAX, sort=[("next_try_at", 1)], **waiting)


def next_try_at(uow: UnitOfWork, endpoint_id: str) -> datetime | None:
    """When the next message for an endpoint is due; None where none waits."""
    found = deliveries.find_all(
        uow, limit=1, sort=[("next_try_at", 1)], endpoint_id=endpoint_id, status=DeliveryStatus.WAITING
    )
    return found[0].next_try_at if found else None


def without_job(uow: UnitOfWork) -> list[str]:
    """Endpoints that have something to be done for them and no job, by id."""
    return [
        endpoint.endpoint_id
        for status in (Status.ENABLED, Status.REMOVED)
        for endpoint in _without_job(uow, list(with_status(uow, status)))
        if status is Status.REMOVED or next_try_at(uow, endpoint.endpoint_id) is not None
    ]


def _without_job(uow: UnitOfWork, found: Collection[Endpoint]) -> list[Endpoint]:
    scheduled = queue.jobs.find_many(uow, [id_of(DELIVER, endpoint.endpoint_id) for endpoint in found])
    return [endpoint for endpoint in found if id_of(DELIVER, endpoint.endpoint_id) not in scheduled]


def newest(uow: UnitOfWork, endpoint_id: str, *, wanted: PageRequest) -> Page[Delivery]:
    """Messages for an endpoint, newest first. `CursorMalformed`."""
    return deliveries.page(uow, order=NEWEST, wanted=wanted, endpoint_id=endpoint_id)


def between(uow: UnitOfWork, endpoint_id: str, *, since: datetime, until: datetime) -> list[Delivery]:
    """The messages of what happened from `since` until before `until`, oldest first, and one more than is replayed."""
    happened_at = {"$gte": since, "$lt": until}
    found = {"endpoint_id": endpoint_id, "happened_at": happened_at}
    return deliveries.find_all(uow, limit=REPLAYED_MAX + 1, sort=[("happened_at", 1)], **found)
