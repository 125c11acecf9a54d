"""HTTP comes in for rights."""

from collections.abc import Mapping
from typing import Any

from services.claims.entitlements import actions
from services.claims.entitlements.entitlement import Entitlement
from services.claims.entitlements.rules import EntitlementUnknown
from services.claims.entitlements.schemas import RightView
from shared.http.routes import Routes
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.work import Work

routes = Routes("entitlements", about="Rights to care, and the work that they were decided from.")


@routes.get("/rights", needs="rights:read", shows=RightView)
def read_own(work: Work) -> Entitlement:
    """The caller's own right to care."""
    if work.by.person_ref is None:
        raise EntitlementUnknown
    return actions.read(work, person_ref=work.by.person_ref)


@routes.get("/persons/<person_ref>/rights", needs="rights:read", shows=RightView, query=PurposeQuery, is_journaled=True)
def read(work: Work, query: Mapping[str, Any], person_ref: str) -> Entitlement:
    """A person's right to care, for the person and for the fund's agents."""
    return actions.look_at(work, person_ref=person_ref, purpose=query["purpose"])
