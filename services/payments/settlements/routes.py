"""HTTP routes of settlements."""

from collections.abc import Mapping
from typing import Any

from services.payments.settlements import actions, rules
from services.payments.settlements.plan import OfferedScheme, PlanSimulation
from services.payments.settlements.schemas import PlanQuery, PlanView, SchemeViews
from shared.http.routes import Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("settlements", about="Paying debts in instalments, by the schemes of the fund.")


@routes.get("/settlement-schemes", scope="declarations:read", response=SchemeViews)
def list_schemes(uow: UnitOfWork) -> dict[str, list[OfferedScheme]]:
    """The schemes that may be asked for today."""
    return {"items": rules.offered(uow.fund, today=uow.today)}


@routes.get("/settlement-plan", scope="declarations:read", response=PlanView, query=PlanQuery, is_journaled=True)
def simulate(uow: UnitOfWork, query: Mapping[str, Any]) -> PlanSimulation:
    """What a plan for an employer's debts would come to today: what is waived, and each instalment. Nothing is kept."""
    return actions.simulate(
        uow,
        employer_id=query["employer_id"],
        scheme=query["scheme"],
        months=query["months"],
        purpose=query["purpose"],
    )
