"""HTTP routes of cross-checks: what was asked of registers for a claim, disputes of answers, and their decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.claims.crosschecks import actions
from services.claims.crosschecks.crosscheck import CrossCheck
from services.claims.crosschecks.schemas import (
    AnswerDecisionBody,
    CrossCheckPage,
    CrossCheckView,
    CrossCheckViews,
    DisputeBody,
    DisputedQuery,
)
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("crosschecks", about="What registers of other administrations were asked about a person, and answered.")

Body = Mapping[str, Any]


@routes.get(
    "/claims/<claim_id>/crosschecks",
    scope="claims:read",
    response=CrossCheckViews,
    query=PurposeQuery,
    is_journaled=True,
)
def list_of_claim(uow: UnitOfWork, query: Body, claim_id: str) -> dict[str, Sequence[CrossCheck]]:
    """What was asked of which register for a claim, by which law and what for, and what came back."""
    return {"items": actions.of_claim(uow, claim_id=claim_id, purpose=query["purpose"])}


@routes.get(
    "/crosschecks/<check_id>", scope="claims:read", response=CrossCheckView, query=PurposeQuery, is_journaled=True
)
def read(uow: UnitOfWork, query: Body, check_id: str) -> CrossCheck:
    """One question to a register about the person, and what came back."""
    return actions.look_at(uow, check_id=check_id, purpose=query["purpose"])


@routes.post(
    "/crosschecks/<check_id>/dispute",
    scope="claims:submit",
    request=DisputeBody,
    response=CrossCheckView,
    edits=actions.read,
)
def dispute(uow: UnitOfWork, body: Body, check_id: str) -> CrossCheck:
    """Say that a register's answer about oneself is wrong, with a paper that shows it. An agent decides; until then the
    answer counts neither as yes nor as no."""
    return actions.dispute(uow, check_id=check_id, statement=body["statement"], upload_id=body["upload_id"])


@routes.get(
    "/queue/crosschecks", scope="claims:decide", response=CrossCheckPage, query=DisputedQuery, is_journaled=True
)
def list_disputed(uow: UnitOfWork, query: Body) -> Page[CrossCheck]:
    """Answers that persons dispute, those first that were asked first."""
    return actions.list_disputed(uow, purpose=query["purpose"], wanted=query["page"])


@routes.post(
    "/crosschecks/<check_id>/decision",
    scope="claims:decide",
    request=AnswerDecisionBody,
    response=CrossCheckView,
    edits=actions.read,
)
def decide(uow: UnitOfWork, body: Body, check_id: str) -> CrossCheck:
    """Decide by a paper what counts, where an answer is disputed or the register does not know. The answer itself is
    kept as it was given."""
    return actions.decide(
        uow, check_id=check_id, value=body["value"], upload_id=body["upload_id"], reason=body["reason"]
    )


@routes.post("/crosschecks/<check_id>/question", scope="claims:decide", response=CrossCheckView, edits=actions.read)
def ask_anew(uow: UnitOfWork, check_id: str) -> CrossCheck:
    """Have the register asked once more: it did not know, or an operator gave the question up."""
    return actions.ask_anew(uow, check_id=check_id)
