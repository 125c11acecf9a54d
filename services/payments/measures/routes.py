"""HTTP routes of measures."""

from collections.abc import Mapping
from typing import Any

from services.payments.measures import actions
from services.payments.measures.measure_request import MeasureRequest
from services.payments.measures.rules import OfferedMeasure
from services.payments.measures.schemas import (
    MeasureAskBody,
    MeasureDecisionBody,
    MeasureRequestPage,
    MeasureRequestsQuery,
    MeasureRequestView,
    MeasuresQuery,
    MeasureViews,
)
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("measures", about="What employers may ask for when they cannot pay in time.")

Body = Mapping[str, Any]


@routes.get("/measures", scope="declarations:read", response=MeasureViews, query=MeasuresQuery, is_journaled=True)
def list_offered(uow: UnitOfWork, query: Body) -> dict[str, list[OfferedMeasure]]:
    """What an employer may ask for today, and what it asked for before."""
    return {"items": actions.offered(uow, employer_id=query["employer_id"], purpose=query["purpose"])}


@routes.post(
    "/measures/<measure>/requests",
    scope="declarations:file",
    request=MeasureAskBody,
    response=MeasureRequestView,
    status=201,
    is_keyed=True,
)
def ask(uow: UnitOfWork, body: Body, measure: str) -> MeasureRequest:
    """Ask for a measure. Where nothing has to be checked it is granted at once, and the day moves; else an agent
    decides."""
    return actions.ask(uow, measure=measure, employer_id=body["employer_id"], is_declared=body["is_declared"])


@routes.get("/measure-requests", scope="ledger:read", response=MeasureRequestPage, query=MeasureRequestsQuery)
def list_requests(uow: UnitOfWork, query: Body) -> Page[MeasureRequest]:
    """Requests in a state, oldest first; unless another is asked for, those that wait for an agent."""
    return actions.page(uow, status=query["status"], wanted=query["page"])


@routes.get(
    "/measure-requests/<request_id>",
    scope="declarations:read",
    response=MeasureRequestView,
    query=PurposeQuery,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Body, request_id: str) -> MeasureRequest:
    """One request, and what became of it."""
    return actions.look_at(uow, request_id=request_id, purpose=query["purpose"])


@routes.post(
    "/measure-requests/<request_id>/decision",
    scope="bank:settle",
    request=MeasureDecisionBody,
    response=MeasureRequestView,
    is_keyed=True,
    edits=actions.read,
)
def decide(uow: UnitOfWork, body: Body, request_id: str) -> MeasureRequest:
    """Grant or refuse what an employer asked for, with a reason that it reads."""
    return actions.decide(
        uow,
        request_id=request_id,
        version=body["version"],
        is_granted=body["is_granted"],
        reason=body["reason"],
    )
