"""HTTP routes of rights."""

from collections.abc import Mapping
from typing import Any

from services.claims.entitlements import actions
from services.claims.entitlements.entitlement import Entitlement
from services.claims.entitlements.rules import EntitlementUnknown
from services.claims.entitlements.schemas import RightView
from shared.http.routes import Routes
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
