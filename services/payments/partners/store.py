"""Where endpoints and the messages for them are kept."""

from collections.abc import Iterator
from datetime import datetime

from services.payments.partners.delivery import Delivery
from services.payments.partners.delivery import Status as DeliveryStatus
from services.payments.partners.endpoint import Endpoint, Status
from services.payments.partners.rules import KEPT, DeliveryUnknown, EndpointUnknown
from shared.kernel.personal import DataClass
from shared.storage.paging import Order, Page, Wanted
from shared.storage.repository import Index, Repository
from shared.storage.retention import Retention, kept
from shared.storage.unit_of_work import UnitOfWork

DUE_MAX = 20
IN_ORDER = Order("endpoint_id", "endpoint_id")
NEWEST = Order("happened_at", "delivery_id", is_newest_first=True)
REPLAYED_MAX = 200
THERE = {"$in": [Status.ENABLED.value, Status.DISABLED.value]}
"""Of an endpoint that its partner has not removed."""
REMOVED_AT_ONCE_MAX = 5
ENDED_AT_ONCE_MAX = 200

endpoints = Repository(
    "partner_endpoints",
    Endpoint,
    key="endpoint_id",
    missing=EndpointUnknown,
    retention=kept("as long as the partner has it"),
    indexes=[Index(("client", "status", "endpoint_id")), Index(("status", "endpoint_id"))],
    sealed={"secrets": DataClass.BANK},
    whose="endpoint_id",
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


def page_of_fund(uow: UnitOfWork, *, wanted: Wanted) -> Page[Endpoint]:
    """A page of every partner's endpoints, oldest first."""
    return endpoints.page(uow, order=IN_ORDER, wanted=wanted, status=THERE)


def page_of_client(uow: UnitOfWork, client: str, *, wanted: Wanted) -> Page[Endpoint]:
    """A page of one partner's endpoints, oldest first."""
    return endpoints.page(uow, order=IN_ORDER, wanted=wanted, client=client, status=THERE)


def of_fund(uow: UnitOfWork) -> Iterator[Endpoint]:
    """Every partner's."""
    return endpoints.each(uow, order=IN_ORDER, status=THERE)


def enabled(uow: UnitOfWork) -> Iterator[Endpoint]:
    """Those that are called."""
    return endpoints.each(uow, order=IN_ORDER, status=Status.ENABLED.value)


def count_of_client(uow: UnitOfWork, client: str) -> int:
    return uow.collection(endpoints.name).count({"client": client, "status": THERE})


def removed(uow: UnitOfWork) -> list[Endpoint]:
    """Those that were removed and are not forgotten yet, some at a time."""
    return endpoints.find_all(uow, limit=REMOVED_AT_ONCE_MAX, status=Status.REMOVED.value)


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


def newest(uow: UnitOfWork, endpoint_id: str, *, wanted: Wanted) -> Page[Delivery]:
    """Messages for an endpoint, newest first. `CursorMalformed`."""
    return deliveries.page(uow, order=NEWEST, wanted=wanted, endpoint_id=endpoint_id)


def between(uow: UnitOfWork, endpoint_id: str, *, since: datetime, until: datetime) -> list[Delivery]:
    """The messages of what happened from `since` until before `until`, oldest first, and one more than is replayed."""
    happened_at = {"$gte": since, "$lt": until}
    found = {"endpoint_id": endpoint_id, "happened_at": happened_at}
    return deliveries.find_all(uow, limit=REPLAYED_MAX + 1, sort=[("happened_at", 1)], **found)
