"""HTTP routes of orders to assess all employers that declared nothing."""

from collections.abc import Mapping
from typing import Any

from services.payments.assessment_orders import actions
from services.payments.assessment_orders.actions import OrderReport
from services.payments.assessment_orders.assessment_order import AssessmentOrder, OrderedEmployer
from services.payments.assessment_orders.schemas import (
    AssessmentOrderBody,
    AssessmentOrderPage,
    AssessmentOrdersQuery,
    AssessmentOrderView,
    OrderCancellationBody,
    OrderedEmployerPage,
    OrderedEmployersQuery,
    OrderReportView,
)
from shared.http.routes import Routes
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

DECIDE = "bank:settle"

routes = Routes("assessment_orders", about="All employers that declared nothing for a period, assessed by one order.")

Body = Mapping[str, Any]


@routes.post(
    "/assessment-orders",
    scope=DECIDE,
    request=AssessmentOrderBody,
    response=AssessmentOrderView,
    status=201,
    is_keyed=True,
)
def make(uow: UnitOfWork, body: Body) -> AssessmentOrder:
    """Have all employers that declared nothing for a period assessed provisionally. First it is computed what that
    comes to; nobody is assessed before a second person starts the order."""
    return actions.make(uow, form=body["form"], period=body["period"], note=body["note"])


@routes.get("/assessment-orders", scope=DECIDE, query=AssessmentOrdersQuery, response=AssessmentOrderPage)
def list_orders(uow: UnitOfWork, query: Body) -> Page[AssessmentOrder]:
    """The orders, newest first."""
    return actions.page(uow, wanted=query["page"])


@routes.get("/assessment-orders/<order_id>", scope=DECIDE, response=AssessmentOrderView)
def read(uow: UnitOfWork, order_id: str) -> AssessmentOrder:
    """An order, and what it was previewed to come to: how many employers, the sum, who is left out and why."""
    return actions.load(uow, order_id=order_id)


@routes.get("/assessment-orders/<order_id>/report", scope=DECIDE, response=OrderReportView)
def report(uow: UnitOfWork, order_id: str) -> OrderReport:
    """How far an order is: how many employers are computed, assessed or left out, and why."""
    return actions.report(uow, order_id=order_id)


@routes.get(
    "/assessment-orders/<order_id>/employers",
    scope=DECIDE,
    query=OrderedEmployersQuery,
    response=OrderedEmployerPage,
    is_journaled=True,
)
def list_employers(uow: UnitOfWork, query: Body, order_id: str) -> Page[OrderedEmployer]:
    """The employers of an order by their numbers: what each would owe or owes, or why it is left out."""
    return actions.list_employers(
        uow, order_id=order_id, status=query["status"], purpose=query["purpose"], wanted=query["page"]
    )


@routes.post(
    "/assessment-orders/<order_id>/start",
    scope=DECIDE,
    response=AssessmentOrderView,
    is_keyed=True,
    edits=actions.load,
)
def start(uow: UnitOfWork, order_id: str) -> AssessmentOrder:
    """Agree with an order that somebody else gave: its employers are assessed from now on, and each is informed."""
    return actions.start(uow, order_id=order_id)


@routes.post(
    "/assessment-orders/<order_id>/cancel",
    scope=DECIDE,
    request=OrderCancellationBody,
    response=AssessmentOrderView,
    is_keyed=True,
    edits=actions.load,
)
def cancel(uow: UnitOfWork, body: Body, order_id: str) -> AssessmentOrder:
    """Let nobody be assessed by an order that was not started, with the reason; another may be given."""
    return actions.cancel(uow, order_id=order_id, reason=body["reason"])
