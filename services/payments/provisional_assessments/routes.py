"""HTTP routes of provisional assessments."""

from collections.abc import Mapping
from typing import Any

from services.payments.provisional_assessments import actions
from services.payments.provisional_assessments.provisional_assessment import ProvisionalAssessment
from services.payments.provisional_assessments.schemas import (
    AssessedViews,
    AssessmentBody,
    AssessmentQuery,
    AssessmentsQuery,
    AssessmentWithdrawalBody,
    ProvisionalAssessmentPage,
    ProvisionalAssessmentView,
    ProvisionalAssessmentViews,
)
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

READ, DECIDE = "declarations:read", "bank:settle"

routes = Routes("provisional_assessments", about="What employers owe that declared nothing, until they declare.")

Body = Mapping[str, Any]


@routes.get("/provisional-assessment", scope=DECIDE, query=AssessmentQuery, response=AssessedViews, is_journaled=True)
def simulate(uow: UnitOfWork, query: Body) -> dict[str, list[ProvisionalAssessment]]:
    """What an employer would be assessed to for a period today, one for each of its establishments. Nothing is
    kept."""
    assessed = actions.simulate(
        uow,
        employer_id=query["employer_id"],
        form=query["form"],
        period=query["period"],
        purpose=query["purpose"],
    )
    return {"items": assessed}


@routes.post(
    "/provisional-assessments",
    scope=DECIDE,
    request=AssessmentBody,
    response=ProvisionalAssessmentViews,
    status=201,
    is_keyed=True,
)
def assess(uow: UnitOfWork, body: Body) -> dict[str, list[ProvisionalAssessment]]:
    """Assess an employer that declared nothing for a period: it owes what its last declaration made due and the fund's
    surcharge, until it declares, and is informed."""
    assessed = actions.assess(
        uow, employer_id=body["employer_id"], form=body["form"], period=body["period"], note=body["note"]
    )
    return {"items": assessed}


@routes.get(
    "/provisional-assessments",
    scope=READ,
    query=AssessmentsQuery,
    response=ProvisionalAssessmentPage,
    is_journaled=True,
)
def list_of_employer(uow: UnitOfWork, query: Body) -> Page[ProvisionalAssessment]:
    """An employer's provisional assessments, newest first."""
    return actions.page(uow, employer_id=query["employer_id"], wanted=query["page"], purpose=query["purpose"])


@routes.get(
    "/provisional-assessments/<assessment_id>",
    scope=READ,
    query=PurposeQuery,
    response=ProvisionalAssessmentView,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Body, assessment_id: str) -> ProvisionalAssessment:
    """One of them: how it was computed, and what became of it. Its debt is read and paid as that of a declaration with
    this id."""
    return actions.look_at(uow, assessment_id=assessment_id, purpose=query["purpose"])


@routes.post(
    "/provisional-assessments/<assessment_id>/withdraw",
    scope=DECIDE,
    request=AssessmentWithdrawalBody,
    response=ProvisionalAssessmentView,
    is_keyed=True,
    edits=actions.read,
)
def withdraw(uow: UnitOfWork, body: Body, assessment_id: str) -> ProvisionalAssessment:
    """Take one back: nothing is owed for it any more, and what was paid of it is the employer's credit."""
    return actions.withdraw(uow, assessment_id=assessment_id, version=body["version"], reason=body["reason"])
