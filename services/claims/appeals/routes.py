"""HTTP routes of appeals."""

from collections.abc import Mapping
from typing import Any

from services.claims.appeals import actions
from services.claims.appeals.schemas import AppealBody
from services.claims.claims import consulting
from services.claims.claims.claim import Claim, ClaimPaper
from services.claims.claims.schemas import ClaimView
from shared.http.routes import Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("appeals", about="A decision that a person contests: another agent reviews a copy of the claim.")


@routes.post(
    "/claims/<claim_id>/appeal",
    scope="claims:submit",
    request=AppealBody,
    response=ClaimView,
    status=201,
    is_keyed=True,
    edits=consulting.read,
)
def appeal(uow: UnitOfWork, body: Mapping[str, Any], claim_id: str) -> Claim:
    """Contest the decision of one's own claim. The answer is the appeal: a claim of its own, which another agent
    decides; the first decision stays, and whatever is granted is paid beside it."""
    papers = tuple(ClaimPaper(**paper, added_at=uow.at) for paper in body["papers"])
    return actions.appeal(uow, claim_id=claim_id, statement=body["statement"], papers=papers)
