"""HTTP routes of simulations: what a benefit would come to, for anyone; and what is known of who is signed in."""

from collections.abc import Mapping
from typing import Any

from services.claims.benefits.answer import GivenAnswer
from services.claims.benefits.fact import Fact
from services.claims.simulations import actions, rules
from services.claims.simulations.schemas import (
    BenefitSimulationView,
    KnownFactsQuery,
    KnownFactViews,
    SimulatedBenefitViews,
    SimulationBody,
)
from services.claims.simulations.simulation import BenefitSimulation, SimulatedBenefit
from shared.http.routes import ANYONE, Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("simulations", about="What a benefit would come to, for anyone who says what is so.")


@routes.get("/benefit-terms", scope=ANYONE, response=SimulatedBenefitViews, is_reference=True)
def read_terms(uow: UnitOfWork) -> dict[str, tuple[SimulatedBenefit, ...]]:
    """The benefits that can be computed from answers alone, and what is asked for each today."""
    return {"items": rules.simulated(uow.fund, on=uow.today)}


@routes.get("/benefit-facts", scope="claims:read", query=KnownFactsQuery, response=KnownFactViews)
def read_known(uow: UnitOfWork, query: Mapping[str, Any]) -> dict[str, tuple[Fact, ...]]:
    """What the fund knows of the caller today of what a benefit's simulation asks for, who said so, and of which day.

    Each is an answer that may be sent to the simulation as it is, or changed.
    """
    return {"items": actions.read_known(uow, claim_type=query["claim_type"])}


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
