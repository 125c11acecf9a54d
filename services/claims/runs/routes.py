"""HTTP routes of runs: made, looked at, approved by a second person; and what was paid for an award."""

from collections.abc import Mapping
from typing import Any

from services.claims.runs import actions, store
from services.claims.runs.actions import RunShown
from services.claims.runs.run import AwardPayment
from services.claims.runs.schemas import (
    AwardPaymentsQuery,
    AwardPaymentViews,
    RejectionBody,
    RunBody,
    RunPaymentsQuery,
    RunsQuery,
    RunView,
    RunViews,
)
from shared.http.routes import Routes
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("runs", about="The payments of every period: computed, looked at, approved by a second person, paid.")

Body = Mapping[str, Any]


@routes.post("/runs", scope="runs:make", request=RunBody, response=RunView, status=201, is_keyed=True)
def make(uow: UnitOfWork, body: Body) -> RunShown:
    """Have all awards of a benefit computed for a period. Nothing is paid before a second person approves it."""
    return actions.make(uow, claim_type=body["claim_type"], period=body["period"])


@routes.get("/runs", scope="runs:read", response=RunViews, query=RunsQuery)
def list_all(uow: UnitOfWork, query: Body) -> Page[RunShown]:
    """Runs, newest first."""
    page = store.page_of_runs(uow, claim_type=query["claim_type"], wanted=query["page"])
    return Page([RunShown(run, tuple(store.pages_of(uow, run.run_id))) for run in page.items], page.next)


@routes.get("/runs/<run_id>", scope="runs:read", response=RunView)
def read(uow: UnitOfWork, run_id: str) -> RunShown:
    """One run: what it comes to, how it differs from the last one, and what became of its payments."""
    return actions.read(uow, run_id=run_id)


@routes.get(
    "/runs/<run_id>/payments",
    scope="runs:read",
    response=AwardPaymentViews,
    query=RunPaymentsQuery,
    is_journaled=True,
)
def list_payments(uow: UnitOfWork, query: Body, run_id: str) -> Page[AwardPayment]:
    """The payments of a run line by line: those that are new, ended or changed, or those that the bank gave back."""
    return actions.list_payments(
        uow,
        run_id=run_id,
        change=query["change"],
        status=query["status"],
        purpose=query["purpose"],
        wanted=query["page"],
    )


@routes.post("/runs/<run_id>/approval", scope="runs:approve", response=RunView, is_keyed=True, edits=actions.load)
def approve(uow: UnitOfWork, run_id: str) -> RunShown:
    """Agree with a run that somebody else made: its payments are owed from now on."""
    return actions.approve(uow, run_id=run_id)


@routes.post(
    "/runs/<run_id>/rejection", scope="runs:approve", request=RejectionBody, response=RunView, edits=actions.load
)
def reject(uow: UnitOfWork, body: Body, run_id: str) -> RunShown:
    """Let nothing of a run be paid, with the reason; the benefit may be computed anew."""
    return actions.reject(uow, run_id=run_id, reason=body["reason"])


@routes.get(
    "/awards/<award_id>/payments",
    scope="awards:read",
    response=AwardPaymentViews,
    query=AwardPaymentsQuery,
    is_journaled=True,
)
def list_of_award(uow: UnitOfWork, query: Body, award_id: str) -> Page[AwardPayment]:
    """What is owed and what was paid for an award, newest first, each sum with its explanation."""
    return actions.payments_of_award(uow, award_id=award_id, purpose=query["purpose"], wanted=query["page"])
