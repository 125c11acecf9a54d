"""HTTP routes for agents: the days of operators, and what becomes of what differs in them."""

from collections.abc import Mapping
from typing import Any

from services.payments.operator_days import actions, following
from services.payments.operator_days.operator_day import OperatorDay
from services.payments.operator_days.operator_difference import OperatorDifference
from services.payments.operator_days.schemas import (
    DifferenceClosingBody,
    DifferenceReassignmentBody,
    OperatorDaysQuery,
    OperatorDaysView,
    OperatorDayView,
    OperatorDifferencesQuery,
    OperatorDifferencesView,
    OperatorDifferenceView,
)
from shared.http.routes import Routes
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("operator_days", about="What operators took on their days, and what becomes of what differs in them.")

Body = Mapping[str, Any]


@routes.get("/operator-days", scope="ledger:read", response=OperatorDaysView, query=OperatorDaysQuery)
def list_days(uow: UnitOfWork, query: Body) -> Page[OperatorDay]:
    """The days of operators of mobile money, newest first: what they took, what differs, what came of it."""
    return actions.page(uow, has_differences=query["has_differences"], wanted=query["page"])


@routes.get("/operator-days/<day_id>", scope="ledger:read", response=OperatorDayView)
def read_day(uow: UnitOfWork, day_id: str) -> OperatorDay:
    """One day of an operator, with all that differs."""
    return actions.read(uow, day_id=day_id)


@routes.get(
    "/operator-differences", scope="ledger:read", response=OperatorDifferencesView, query=OperatorDifferencesQuery
)
def list_differences(uow: UnitOfWork, query: Body) -> Page[OperatorDifference]:
    """What differs in operators' days, oldest first: what is open, unless a status is asked for; of a day, all."""
    return following.page(
        uow,
        status=query["status"],
        kind=query["kind"],
        operator=query["operator"],
        day_id=query["day_id"],
        assigned_to=query["assigned_to"],
        wanted=query["page"],
    )


@routes.get("/operator-differences/<difference_id>", scope="ledger:read", response=OperatorDifferenceView)
def read_difference(uow: UnitOfWork, difference_id: str) -> OperatorDifference:
    """One difference: since when it is open, in whose hands, or why it was closed."""
    return following.read(uow, difference_id=difference_id)


@routes.post(
    "/operator-differences/<difference_id>/assignment",
    scope="bank:settle",
    response=OperatorDifferenceView,
    edits=following.read,
)
def assign(uow: UnitOfWork, difference_id: str) -> OperatorDifference:
    """Take a difference out of the common queue. The first who closes one that nobody holds takes it, too."""
    return following.assign(uow, difference_id=difference_id)


@routes.post(
    "/operator-differences/<difference_id>/release",
    scope="bank:settle",
    response=OperatorDifferenceView,
    edits=following.read,
)
def release(uow: UnitOfWork, difference_id: str) -> OperatorDifference:
    """Put a difference that one holds back into the common queue."""
    return following.release(uow, difference_id=difference_id)


@routes.post(
    "/operator-differences/<difference_id>/reassignment",
    scope="bank:supervise",
    request=DifferenceReassignmentBody,
    response=OperatorDifferenceView,
    edits=following.read,
)
def reassign(uow: UnitOfWork, body: Body, difference_id: str) -> OperatorDifference:
    """Give a difference to an agent, or back to the common queue, whoever holds it."""
    return following.reassign(uow, difference_id=difference_id, to=body["to"], reason=body["reason"])


@routes.post(
    "/operator-differences/<difference_id>/closing",
    scope="bank:settle",
    request=DifferenceClosingBody,
    response=OperatorDifferenceView,
    is_keyed=True,
    edits=following.read,
)
def close(uow: UnitOfWork, body: Body, difference_id: str) -> OperatorDifference:
    """Close a difference with its reason; above the fund's limit a second person has to agree first."""
    return following.close(uow, difference_id=difference_id, reason=body["reason"], note=body["note"])


@routes.post(
    "/operator-differences/<difference_id>/confirmation",
    scope="bank:settle",
    response=OperatorDifferenceView,
    is_keyed=True,
    edits=following.read,
)
def confirm(uow: UnitOfWork, difference_id: str) -> OperatorDifference:
    """Agree, as a second person, that a difference is closed."""
    return following.confirm(uow, difference_id=difference_id)


@routes.post(
    "/operator-differences/<difference_id>/rejection",
    scope="bank:settle",
    response=OperatorDifferenceView,
    edits=following.read,
)
def reject(uow: UnitOfWork, difference_id: str) -> OperatorDifference:
    """Say no to the closing of a difference: it is open again."""
    return following.reject(uow, difference_id=difference_id)
