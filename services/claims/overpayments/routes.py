"""HTTP routes of overpayments: for the person, as what they are asked to pay back, and for the fund's agents."""

from collections.abc import Mapping
from typing import Any

from services.claims.overpayments import actions
from services.claims.overpayments.actions import Repayment
from services.claims.overpayments.overpayment import Overpayment
from services.claims.overpayments.schemas import (
    DisputeDecisionBody,
    OverpaymentDisputeBody,
    OverpaymentsQuery,
    OverpaymentView,
    OverpaymentViews,
    OwnRepaymentsQuery,
    RepaymentView,
    RepaymentViews,
    SettlementBody,
    WaiverBody,
)
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("overpayments", about="What was paid for awards and was not due, and how it is paid back.")

Body = Mapping[str, Any]


@routes.get("/repayments", scope="awards:read", response=RepaymentViews, query=OwnRepaymentsQuery)
def list_own(uow: UnitOfWork, query: Body) -> Page[Repayment]:
    """What was paid too much to the caller: why, how it is paid back, and how it may be disputed."""
    return actions.of_caller(uow, wanted=query["page"])


@routes.get(
    "/repayments/<award_id>", scope="awards:read", response=RepaymentView, query=PurposeQuery, is_journaled=True
)
def read_own(uow: UnitOfWork, query: Body, award_id: str) -> Repayment:
    """What was paid too much for one award, payment by payment, and what was taken off for it."""
    return actions.look_at_own(uow, award_id=award_id, purpose=query["purpose"])


@routes.post(
    "/repayments/<award_id>/dispute",
    scope="claims:submit",
    request=OverpaymentDisputeBody,
    response=RepaymentView,
    edits=actions.read_own,
)
def dispute(uow: UnitOfWork, body: Body, award_id: str) -> Repayment:
    """Say that one does not owe it. Another agent decides; where the fund's procedure says so nothing is taken before
    that."""
    return actions.dispute(uow, award_id=award_id, statement=body["statement"])


@routes.get(
    "/overpayments", scope="awards:manage", response=OverpaymentViews, query=OverpaymentsQuery, is_journaled=True
)
def list_for_agent(uow: UnitOfWork, query: Body) -> Page[Overpayment]:
    """Overpayments in a state, of a person or of a reference, in the order of their awards."""
    return actions.list_for_agent(
        uow,
        status=query["status"],
        is_disputed=query["is_disputed"],
        person_ref=query["person_ref"],
        reference=query["reference"],
        purpose=query["purpose"],
        wanted=query["page"],
    )


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


@routes.post(
    "/overpayments/<award_id>/dispute-decision",
    scope="awards:manage",
    request=DisputeDecisionBody,
    response=OverpaymentView,
    edits=actions.load,
)
def decide_dispute(uow: UnitOfWork, body: Body, award_id: str) -> Overpayment:
    """Decide what the person disputes: it stands and is recovered, or it is proposed not to have it back, to which a
    second person has to agree. Who ended the award does not decide."""
    return actions.decide_dispute(uow, award_id=award_id, stands=body["stands"], reason=body["reason"])
