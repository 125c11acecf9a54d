"""HTTP routes of reassessments: what was decided again of an award, for the person and the fund's agents."""

from collections.abc import Mapping
from typing import Any

from services.claims.reassessments import actions
from services.claims.reassessments.reassessment import Reassessment
from services.claims.reassessments.schemas import ReassessmentView
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("reassessments", about="Awards that were judged again because facts changed.")


@routes.get(
    "/awards/<award_id>/reassessment",
    scope="awards:read",
    response=ReassessmentView,
    query=PurposeQuery,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Mapping[str, Any], award_id: str) -> Reassessment:
    """When and why an award was judged again, what came of each time, and what it comes to by what is known now."""
    return actions.of_award(uow, award_id=award_id, purpose=query["purpose"])
