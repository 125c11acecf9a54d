"""Where orders to assess silent employers are kept, and their employers."""

from collections.abc import Iterator

from services.payments.assessment_orders.assessment_order import (
    AssessmentOrder,
    LeftOutReason,
    OrderedEmployer,
    OrderedStatus,
)
from services.payments.assessment_orders.rules import OrderUnknown
from shared.jobs.scheduling import JobScheduling
from shared.storage.paging import Order, Page, PageRequest
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW, WITH_ITS_THING
from shared.storage.unit_of_work import UnitOfWork

FOLLOW = "assessment-orders.follow"
"""The kind of the job that selects an order's employers, and begins to assess them batch by batch."""
EMPLOYER = "assessment-orders.employer"
"""The kind of the job of one employer of an order: one that fails leaves the others alone."""

NEWEST_FIRST = Order("order_id", "order_id", is_newest_first=True)
"""Ids of ours begin with the time at which they were made."""
IN_ORDER = Order("line_id", "line_id")

orders = Repository(
    "assessment_orders",
    AssessmentOrder,
    key="order_id",
    missing=OrderUnknown,
    retention=BY_LAW,
    indexes=[
        Index(("reference",), unique=True),
        Index(("form", "period"), unique=True, where={"is_living": True}),
        Index(("order_id",)),
    ],
)
following = JobScheduling(orders, FOLLOW)
"""Every writer of an order saves through it: an order and its job go together."""

lines = Repository(
    "ordered_employers",
    OrderedEmployer,
    key="line_id",
    missing=OrderUnknown,
    retention=WITH_ITS_THING,
    indexes=[
        Index(("order_id", "line_id")),
        Index(("order_id", "status", "line_id")),
        Index(("order_id", "reason", "line_id")),
        Index(("order_id", "batch", "line_id")),
    ],
)


def living(uow: UnitOfWork, *, form: str, period: str) -> AssessmentOrder | None:
    """The order of a form and period that is not over, if there is one."""
    return orders.find_only(uow, form=form, period=period, is_living=True)


def page(uow: UnitOfWork, *, wanted: PageRequest) -> Page[AssessmentOrder]:
    """A page of orders, newest first."""
    return orders.page(uow, order=NEWEST_FIRST, wanted=wanted)


def page_of_lines(
    uow: UnitOfWork, order_id: str, *, status: OrderedStatus | None, wanted: PageRequest
) -> Page[OrderedEmployer]:
    """A page of an order's employers by their numbers, all or those in one state."""
    filters = {"order_id": order_id} if status is None else {"order_id": order_id, "status": status.value}
    return lines.page(uow, order=IN_ORDER, wanted=wanted, **filters)


def each_line(uow: UnitOfWork, order_id: str) -> Iterator[OrderedEmployer]:
    """All employers of an order."""
    return lines.each(uow, order=IN_ORDER, order_id=order_id)


def batch_of_lines(uow: UnitOfWork, order_id: str, batch: int) -> list[OrderedEmployer]:
    """The employers of one batch of an order."""
    return lines.find_all(uow, sort=IN_ORDER.sort, order_id=order_id, batch=batch)


def count(uow: UnitOfWork, order_id: str, status: OrderedStatus) -> int:
    """How many employers of an order are in one state."""
    return uow.collection(lines.name).count({"order_id": order_id, "status": status.value})


def count_left_out(uow: UnitOfWork, order_id: str, reason: LeftOutReason) -> int:
    """How many employers of an order are left out for one reason."""
    return uow.collection(lines.name).count({"order_id": order_id, "reason": reason.value})


def is_any(uow: UnitOfWork, order_id: str, status: OrderedStatus) -> bool:
    """Whether an employer of an order is in one state."""
    return bool(uow.collection(lines.name).count({"order_id": order_id, "status": status.value}, limit=1))
