"""HTTP routes of insured persons."""

from services.claims.insured import actions
from services.claims.insured.insured import Dependant
from services.claims.insured.schemas import DependantViews
from shared.http.routes import Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("insured", about="What the fund's register says of a person that claims are decided by.")


@routes.get("/dependants", scope="claims:read", response=DependantViews)
def list_own(uow: UnitOfWork) -> dict[str, tuple[Dependant, ...]]:
    """The caller's dependants, by the ids that answers name them by. Empty where the register names none."""
    return {"items": actions.own_dependants(uow)}
