"""HTTP routes of disputes."""

from collections.abc import Mapping
from typing import Any

from services.payments.contributions.schemas import named
from services.payments.disputes import actions, rules
from services.payments.disputes.dispute import DebtDispute
from services.payments.disputes.schemas import (
    DisputeBody,
    DisputeDecisionBody,
    DisputePage,
    DisputesByStatusQuery,
    DisputesQuery,
    DisputeVersionBody,
    DisputeView,
    GroundViews,
)
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

FILE, READ, DECIDE = "declarations:file", "declarations:read", "bank:settle"

routes = Routes("disputes", about="What employers dispute of what they owe, and what the fund decides about it.")

Body = Mapping[str, Any]


@routes.get("/dispute-grounds", scope=READ, response=GroundViews)
def list_grounds(uow: UnitOfWork) -> dict[str, list[dict[str, str]]]:
    """On which grounds a debt may be disputed."""
    grounds = rules.rule_of(uow.fund).grounds
    return {"items": [{"code": code, "name": named(names)} for code, names in grounds.items()]}


@routes.post(
    "/declarations/<declaration_id>/disputes",
    scope=FILE,
    request=DisputeBody,
    response=DisputeView,
    status=201,
    is_keyed=True,
)
def file(uow: UnitOfWork, body: Body, declaration_id: str) -> DebtDispute:
    """Dispute what a declaration or an assessment made due, or a part of it that is not paid. It is not collected until
    the fund has decided; the rest is."""
    return actions.file(
        uow,
        declaration_id=declaration_id,
        ground=body["ground"],
        explanation=body["explanation"],
        amount_minor=body["amount_minor"],
    )


@routes.get("/disputes", scope=READ, query=DisputesQuery, response=DisputePage, is_journaled=True)
def list_of_employer(uow: UnitOfWork, query: Body) -> Page[DebtDispute]:
    """An employer's disputes, newest first."""
    return actions.of_employer(uow, employer_id=query["employer_id"], purpose=query["purpose"], wanted=query["page"])


@routes.get("/dispute-queue", scope="ledger:read", query=DisputesByStatusQuery, response=DisputePage)
def list_by_status(uow: UnitOfWork, query: Body) -> Page[DebtDispute]:
    """Disputes in a state, those first that are to be decided first; unless another is asked for, those that wait for
    an agent."""
    return actions.page(uow, status=query["status"], wanted=query["page"])


@routes.get("/disputes/<dispute_id>", scope=READ, query=PurposeQuery, response=DisputeView, is_journaled=True)
def read(uow: UnitOfWork, query: Body, dispute_id: str) -> DebtDispute:
    """One dispute, and what became of it."""
    return actions.look_at(uow, dispute_id=dispute_id, purpose=query["purpose"])


@routes.post("/disputes/<dispute_id>/withdrawal", scope=FILE, response=DisputeView, is_keyed=True, edits=actions.read)
def withdraw(uow: UnitOfWork, dispute_id: str) -> DebtDispute:
    """Take a dispute back before the fund has decided: the debt is owed as it was."""
    return actions.withdraw(uow, dispute_id=dispute_id)


@routes.post(
    "/disputes/<dispute_id>/decision",
    scope=DECIDE,
    request=DisputeDecisionBody,
    response=DisputeView,
    is_keyed=True,
    edits=actions.read,
)
def decide(uow: UnitOfWork, body: Body, dispute_id: str) -> DebtDispute:
    """Uphold the debt, reduce it or cancel what is disputed of it, with a reason that the employer reads. From the
    fund's amount on it is proposed, and another agent confirms it."""
    return actions.decide(
        uow,
        dispute_id=dispute_id,
        version=body["version"],
        relieved_minor=body["relieved_minor"] or 0,
        reason=body["reason"],
    )


@routes.post(
    "/disputes/<dispute_id>/confirmation",
    scope=DECIDE,
    request=DisputeVersionBody,
    response=DisputeView,
    is_keyed=True,
    edits=actions.read,
)
def confirm(uow: UnitOfWork, body: Body, dispute_id: str) -> DebtDispute:
    """Agree, as a second person, to what was proposed: it is decided."""
    return actions.confirm(uow, dispute_id=dispute_id, version=body["version"])


@routes.post(
    "/disputes/<dispute_id>/rejection",
    scope=DECIDE,
    request=DisputeVersionBody,
    response=DisputeView,
    edits=actions.read,
)
def reject(uow: UnitOfWork, body: Body, dispute_id: str) -> DebtDispute:
    """Do not agree to what was proposed: it waits for a decision again."""
    return actions.reject(uow, dispute_id=dispute_id, version=body["version"])
