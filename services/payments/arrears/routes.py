"""HTTP routes of arrears."""

from collections.abc import Mapping
from typing import Any

from services.payments.arrears import actions
from services.payments.arrears.penalty import PenaltyForecast
from services.payments.arrears.schemas import ArrearsQuery, ArrearsView, PenaltiesView
from services.payments.arrears.standing_debts import StandingDebts
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("arrears", about="What debts cost for coming late, today and if they are paid later.")

Query = Mapping[str, Any]


@routes.get(
    "/declarations/<declaration_id>/penalties",
    scope="declarations:read",
    response=PenaltiesView,
    query=PurposeQuery,
    is_journaled=True,
)
def of_declaration(uow: UnitOfWork, query: Query, declaration_id: str) -> PenaltyForecast:
    """What a declaration costs for coming late, line by line, and what it will cost if it is paid later.

    Those of today count whether or not they are charged yet.
    """
    return actions.of_declaration(uow, declaration_id=declaration_id, purpose=query["purpose"])


@routes.get("/arrears", scope="declarations:read", response=ArrearsView, query=ArrearsQuery, is_journaled=True)
def of_employer(uow: UnitOfWork, query: Query) -> StandingDebts:
    """What an employer has to pay: each debt that is open with what it costs today and later, the oldest first."""
    return actions.of_employer(uow, employer_id=query["employer_id"], wanted=query["page"], purpose=query["purpose"])
