"""HTTP routes of overpayments, for the fund's agents."""

from collections.abc import Mapping
from typing import Any

from services.claims.overpayments import actions
from services.claims.overpayments.overpayment import Overpayment
from services.claims.overpayments.schemas import (
    OverpaymentsQuery,
    OverpaymentView,
    OverpaymentViews,
    SettlementBody,
    WaiverBody,
)
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("overpayments", about="What was paid for awards for periods after their end, and is to be recovered.")

Body = Mapping[str, Any]


@routes.get(
    "/overpayments", scope="awards:manage", response=OverpaymentViews, query=OverpaymentsQuery, is_journaled=True
)
def list_for_agent(uow: UnitOfWork, query: Body) -> Page[Overpayment]:
    """Overpayments in a state, in the order of their awards."""
    return actions.list_for_agent(uow, status=query["status"], purpose=query["purpose"], wanted=query["page"])


@routes.get(
    "/overpayments/<award_id>", scope="awards:manage", response=OverpaymentView, query=PurposeQuery, is_journaled=True
)
def read(uow: UnitOfWork, query: Body, award_id: str) -> Overpayment:
    """What was overpaid for an award, payment by payment, and what was done about it."""
    return actions.look_at(uow, award_id=award_id, purpose=query["purpose"])


@routes.post(
    "/overpayments/<award_id>/settlement",
    scope="awards:manage",
    request=SettlementBody,
    response=OverpaymentView,
    edits=actions.load,
)
def settle(uow: UnitOfWork, body: Body, award_id: str) -> Overpayment:
    """Record that an overpayment was recovered, or propose that the fund waives it, which a second person has to agree
    to. The money itself moves elsewhere."""
    return actions.settle(uow, award_id=award_id, to=body["to"], reason=body["reason"])


@routes.post(
    "/overpayments/<award_id>/waiver",
    scope="runs:approve",
    request=WaiverBody,
    response=OverpaymentView,
    edits=actions.load,
)
def decide_waiver(uow: UnitOfWork, body: Body, award_id: str) -> Overpayment:
    """Agree, as a second person, that the fund waives an overpayment; or have it recovered all the same."""
    return actions.decide_waiver(uow, award_id=award_id, agrees=body["agrees"], reason=body["reason"])
