"""HTTP routes of delegations, for employers and for the accountants who act for them."""

from collections.abc import Mapping
from typing import Any

from services.identity.delegations import actions
from services.identity.delegations.actions import DelegationStanding, GivenDelegation
from services.identity.delegations.schemas import (
    CodeBody,
    DelegationBody,
    DelegationsQuery,
    DelegationView,
    DelegationViews,
    GivenDelegationView,
)
from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("delegations", about="What employers let their accountants do for them.")

GIVE = "delegations:give"
OWN = "account:manage"


@routes.post(
    "/delegations", scope=GIVE, request=DelegationBody, response=GivenDelegationView, status=201, is_keyed=True
)
def give(uow: UnitOfWork, body: Mapping[str, Any]) -> GivenDelegation:
    """Let somebody act for an employer: what they may do, for which periods, up to which payment, until when.

    The answer has a code, said this once, to be handed to the accountant, who types it when signed in
    (`/taken-delegations`) within fourteen days. Nobody gives what they may not do themselves, and what was delegated is
    not delegated on.
    """
    return actions.give(
        uow, employer_id=body["employer_id"], name=body["name"], powers=body["powers"], bounds=body["bounds"]
    )


@routes.get("/delegations", scope=GIVE, response=DelegationViews, query=DelegationsQuery)
def list_given(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[DelegationStanding]:
    """What an employer gave, newest first: offered, in force, and over."""
    return actions.of_employer(uow, employer_id=query["employer_id"], wanted=query["page"])


@routes.post("/taken-delegations", scope=OWN, request=CodeBody, response=DelegationView)
def take(uow: UnitOfWork, body: Mapping[str, Any]) -> DelegationStanding:
    """Take up a delegation by the code that the employer handed over. Access tokens from the next one on act for that
    employer too, within its bounds; the employer is told."""
    return actions.take(uow, code=body["code"])


@routes.get("/taken-delegations", scope=OWN, response=DelegationViews, query=PagedQuery)
def list_taken(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[DelegationStanding]:
    """What the caller took up, newest first."""
    return actions.of_caller(uow, wanted=query["page"])


@routes.get("/delegations/<delegation_id>", scope=OWN, response=DelegationView)
def read(uow: UnitOfWork, delegation_id: str) -> DelegationStanding:
    """One, for the employer's users and for who took it up."""
    return actions.read(uow, delegation_id=delegation_id)


@routes.post("/delegations/<delegation_id>/end", scope=OWN, response=DelegationView, edits=actions.read)
def end(uow: UnitOfWork, delegation_id: str) -> DelegationStanding:
    """The employer takes it back, or the accountant gives it up, at once. An access token that was given before is good
    for at most ten minutes. The employer is told."""
    return actions.end(uow, delegation_id=delegation_id)
