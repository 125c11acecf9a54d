"""HTTP routes of benefits: what the rules would say, before anything is filed."""

from collections.abc import Mapping
from typing import Any

from services.claims.benefits import actions
from services.claims.benefits.answer import GivenAnswer
from services.claims.benefits.schemas import EstimateBody, EstimateView
from shared.http.routes import Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("benefits", about="What the rules of a benefit come to for a person, step by step.")


@routes.post("/estimates", scope="claims:submit", request=EstimateBody, response=EstimateView, is_read_only=True)
def estimate(uow: UnitOfWork, body: Mapping[str, Any]) -> dict[str, Any]:
    """What the rules would say today to a claim of the caller with these answers. Nothing is filed and nothing kept."""
    given = tuple(GivenAnswer(**answer) for answer in body["answers"])
    judged = actions.estimate(uow, claim_type=body["claim_type"], given=given)
    return {"claim_type": body["claim_type"], "judgement": judged}
