"""HTTP routes of rights."""

from collections.abc import Mapping
from typing import Any

from services.claims.entitlements import actions, simulation
from services.claims.entitlements.entitlement import Entitlement
from services.claims.entitlements.rules import EntitlementUnknown
from services.claims.entitlements.schemas import (
    DependantSimulationQuery,
    DependantSimulationView,
    RightSimulationQuery,
    RightSimulationView,
    RightTermsView,
    RightView,
)
from services.claims.entitlements.simulation import DependantSimulation, RightSimulation, RightTerms, WorkNamed
from shared.http.routes import ANYONE, Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("entitlements", about="Rights to care, and the work that they were decided from.")


@routes.get("/rights", scope="rights:read", response=RightView)
def read_own(uow: UnitOfWork) -> Entitlement:
    """The caller's own right to care."""
    if uow.by.person_ref is None:
        raise EntitlementUnknown
    return actions.read(uow, person_ref=uow.by.person_ref)


@routes.get(
    "/persons/<person_ref>/rights", scope="rights:read", response=RightView, query=PurposeQuery, is_journaled=True
)
def read(uow: UnitOfWork, query: Mapping[str, Any], person_ref: str) -> Entitlement:
    """A person's right to care, for the person and for the fund's agents."""
    return actions.look_at(uow, person_ref=person_ref, purpose=query["purpose"])


@routes.get("/right-terms", scope=ANYONE, response=RightTermsView, is_reference=True)
def read_terms(uow: UnitOfWork) -> RightTerms:
    """What the fund asks for today before care is covered, and who is covered besides: what a simulation may name."""
    return simulation.terms(uow.fund, on=uow.today)


@routes.get("/rights/simulation", scope=ANYONE, query=RightSimulationQuery, response=RightSimulationView)
def simulate(uow: UnitOfWork, query: Mapping[str, Any]) -> RightSimulation:
    """Whether work would open the right to care, by the terms of a day: today's unless another is named.

    It is decided as the fund would if employers had declared this work and nothing else. Nothing is kept.
    """
    named = {name: value for name, value in query.items() if value is not None and name != "on"}
    return simulation.simulate(uow.fund, WorkNamed(**named), on=query["on"] or uow.today)


@routes.get(
    "/rights/dependant-simulation", scope=ANYONE, query=DependantSimulationQuery, response=DependantSimulationView
)
def simulate_dependant(uow: UnitOfWork, query: Mapping[str, Any]) -> DependantSimulation:
    """Whether somebody would be covered through a person whose right is open, by the terms of a day: today's unless
    another is named. Nothing is kept."""
    return simulation.simulate_dependant(
        uow.fund,
        relation=query["relation"],
        birth_on=query["birth_on"],
        condition=query["condition"] or None,
        on=query["on"] or uow.today,
    )
