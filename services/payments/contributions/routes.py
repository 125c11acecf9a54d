"""HTTP routes of contributions, for anyone."""

from collections.abc import Mapping
from typing import Any

from services.payments.contributions import simulation
from services.payments.contributions.schemas import ActivityViews, SimulationQuery, SimulationView
from services.payments.contributions.simulation import OfferedActivity, Simulation
from shared.http.routes import ANYONE, Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("contributions", about="What wages make due, before there is a declaration.")


@routes.get("/contribution-activities", scope=ANYONE, response=ActivityViews, is_reference=True)
def list_activities(uow: UnitOfWork) -> dict[str, list[OfferedActivity]]:
    """The kinds of business that have a rate of their own today; none where no rate of the fund depends on them."""
    return {"items": simulation.activities(uow.fund, on=uow.today)}


@routes.get("/contributions/simulation", scope=ANYONE, query=SimulationQuery, response=SimulationView)
def simulate(uow: UnitOfWork, query: Mapping[str, Any]) -> Simulation:
    """What one worker's wage of a month makes due, by the rates of a day: today's unless another is named.

    It is computed as a declaration of this wage alone would be. Nothing is kept.
    """
    wage_minor, activity = query["wage_minor"], query["activity"]
    return simulation.simulate(uow.fund, wage_minor=wage_minor, activity=activity, on=query["on"] or uow.today)
