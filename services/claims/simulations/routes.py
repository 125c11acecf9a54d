"""HTTP routes of simulations: what a benefit would come to, for anyone."""

from collections.abc import Mapping
from typing import Any

from services.claims.benefits.answer import GivenAnswer
from services.claims.simulations import rules
from services.claims.simulations.schemas import BenefitSimulationView, SimulatedBenefitViews, SimulationBody
from services.claims.simulations.simulation import BenefitSimulation, SimulatedBenefit
from shared.http.routes import ANYONE, Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("simulations", about="What a benefit would come to, for anyone who says what is so.")


@routes.get("/benefit-terms", scope=ANYONE, response=SimulatedBenefitViews, is_reference=True)
def read_terms(uow: UnitOfWork) -> dict[str, tuple[SimulatedBenefit, ...]]:
    """The benefits that can be computed from answers alone, and what is asked for each today."""
    return {"items": rules.simulated(uow.fund, on=uow.today)}


@routes.post(
    "/benefits/simulation", scope=ANYONE, request=SimulationBody, response=BenefitSimulationView, is_read_only=True
)
def simulate(uow: UnitOfWork, body: Mapping[str, Any]) -> BenefitSimulation:
    """Whether a benefit would be granted today by these answers, why not, and what it would come to, step by step.

    It is computed by the rules that decide claims, as if everything were as it is said: an estimate, which binds
    nobody. Nothing is kept.
    """
    given = tuple(GivenAnswer(**answer) for answer in body["answers"])
    return rules.simulate(uow.fund, claim_type=body["claim_type"], given=given, on=uow.today)
