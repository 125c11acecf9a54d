"""Where endpoints and the messages for them are kept."""

from datetime import datetime

from services.payments.partners.delivery import Delivery, Status
from services.payments.partners.endpoint import Endpoint
from services.payments.partners.rules import KEPT, DeliveryUnknown, EndpointUnknown
from shared.kernel.personal import DataClass
from shared.storage.retention import Retention, kept
from shared.storage.shelf import Index, Shelf
from shared.storage.work import Work

OF_FUND_MAX = 200
DUE_MAX = 20
SHOWN_MAX = 100
REPLAYED_MAX = 200
FORGOTTEN_AT_ONCE_MAX = 200

endpoints = Shelf(
    "partner_endpoints",
    Endpoint,
    key="endpoint_id",
    missing=EndpointUnknown,
    retention=kept("as long as the partner has it"),
    indexes=[Index(("client",)), Index(("status",))],
    sealed={"secrets": DataClass.BANK},
    whose="endpoint_id",
)
deliveries = Shelf(
    "partner_deliveries",
    Delivery,
    key="delivery_id",
    missing=DeliveryUnknown,
    retention=Retention(
        life=KEPT,
        since="last_try_at",
        why="a partner may ask for them again",
        only={"status": [Status.DELIVERED.value, Status.FAILED.value]},
    ),
    indexes=[
        Index(("endpoint_id", "status", "next_try_at")),
        Index(("endpoint_id", "happened_at")),
    ],
)


def of_fund(work: Work) -> list[Endpoint]:
    """Every partner's: few, a fund has a handful of banks."""
    return endpoints.find_all(work, limit=OF_FUND_MAX)


def of_client(work: Work, client: str) -> list[Endpoint]:
    return endpoints.find_all(work, client=client)


def due(work: Work, endpoint_id: str, *, at: datetime) -> list[Delivery]:
    """The messages for an endpoint that time has come for, longest due first, as many as one round tries."""
    waiting = {"endpoint_id": endpoint_id, "status": Status.WAITING, "next_try_at": {"$lte": at}}
    return deliveries.find_all(work, limit=DUE_MAX, sort=[("next_try_at", 1)], **waiting)


def newest(work: Work, endpoint_id: str) -> list[Delivery]:
    return deliveries.find_all(work, limit=SHOWN_MAX, sort=[("happened_at", -1)], endpoint_id=endpoint_id)


def between(work: Work, endpoint_id: str, *, since: datetime, until: datetime) -> list[Delivery]:
    """The messages of what happened from `since` until before `until`, oldest first, and one more than is replayed."""
    happened_at = {"$gte": since, "$lt": until}
    found = {"endpoint_id": endpoint_id, "happened_at": happened_at}
    return deliveries.find_all(work, limit=REPLAYED_MAX + 1, sort=[("happened_at", 1)], **found)


def ended_before(work: Work, at: datetime) -> list[Delivery]:
    """Messages whose last try was before that time, and for which no other is to come: a few hundred at most."""
    ended = (Status.DELIVERED, Status.FAILED)
    found = [
        deliveries.find_all(work, limit=FORGOTTEN_AT_ONCE_MAX, status=status, last_try_at={"$lt": at})
        for status in ended
    ]
    return [delivery for each in found for delivery in each][:FORGOTTEN_AT_ONCE_MAX]


def forget(work: Work, delivery: Delivery) -> None:
    work.drawer(deliveries.name).remove(delivery.delivery_id)
    work.note("forgot", deliveries.name, delivery.delivery_id)
