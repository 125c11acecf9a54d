"""HTTP comes in for figures."""

from collections.abc import Mapping
from typing import Any

from services.claims.figures import actions
from services.claims.figures.rules import Figures
from services.claims.figures.schemas import FiguresQuery, FiguresView
from shared.http.routes import Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("figures", about="How many claims are decided, by whom and how fast.")


@routes.get("/operations/claim-figures", scope="operations:read", response=FiguresView, query=FiguresQuery)
def read(uow: UnitOfWork, query: Mapping[str, Any]) -> Figures:
    """The share that rules decide, the time from filing to decision, and the share that appeals changed."""
    return actions.of_days(uow, from_on=query["from_on"], until_on=query["until_on"], claim_type=query["claim_type"])
