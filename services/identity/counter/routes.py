"""HTTP routes of counters: visits, and what only a person who is present may have corrected."""

from collections.abc import Mapping
from typing import Any

from services.identity.accounts.account import CORRECT_CONTACT
from services.identity.counter import actions, rules
from services.identity.counter.actions import Begun
from services.identity.counter.schemas import (
    BegunView,
    ContactBody,
    ContactView,
    ProofViews,
    VisitBody,
    VisitView,
    VisitViews,
)
from services.identity.counter.visit import Visit
from services.identity.register.person import Person
from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes(
    "counter",
    about="An agent acts for an insured person who is present: visits with their proof, and contact data.",
)

ACT = "counter:act"


@routes.get("/counter/proofs", scope=ACT, response=ProofViews)
def list_proofs(uow: UnitOfWork) -> dict[str, list[str]]:
    """By what a person at a counter may show who they are, as the fund takes it."""
    return {"items": list(rules.proofs_of(uow.fund))}


@routes.post("/counter/visits", scope=ACT, request=VisitBody, response=BegunView, status=201, is_keyed=True)
def begin(uow: UnitOfWork, body: Mapping[str, Any]) -> Begun:
    """Begin to act for a person who is present and showed who they are. It enters the person's access journal.

    The ticket is exchanged at the token endpoint (`grant_type=urn:ietf:params:oauth:grant-type:token-exchange`, the
    ticket as `subject_token`) for access tokens with which the person's own routes of all services are called; what is
    done with them is audited under the agent's account and the visit. A visit lasts for one hour at most, and no longer
    than the agent's session.
    """
    proof = rules.read_proof(body["proof"], body["proof_ending"], fund=uow.fund)
    return actions.begin(uow, number=body["number"], proof=proof, place=rules.read_place(body["place"]))


@routes.post("/counter/visits/<visit_id>/end", scope=ACT, response=VisitView)
def end(uow: UnitOfWork, visit_id: str) -> Visit:
    """The person has left: no new token comes of the visit. One that was given is good for at most ten minutes."""
    return actions.end(uow, visit_id=visit_id)


@routes.get("/counter/visits", scope="account:manage", response=VisitViews, query=PagedQuery)
def list_own(uow: UnitOfWork, query: Mapping[str, Any]) -> Page[Visit]:
    """When agents of the fund acted for the caller at a counter, by which proof and where, newest first."""
    return actions.of_caller(uow, wanted=query["page"])


@routes.get("/contact", scope=CORRECT_CONTACT, response=ContactView, is_journaled=True)
def read_contact(uow: UnitOfWork) -> Person:
    """Where the person who is present is reached. It enters their access journal."""
    return actions.contact_of(uow)


@routes.put("/contact", scope=CORRECT_CONTACT, request=ContactBody, response=ContactView, edits=actions.contact_of)
def correct_contact(uow: UnitOfWork, body: Mapping[str, Any]) -> Person:
    """Correct where the person who is present is reached: messages and the links that open accounts go there from now
    on. The fund's register has the last word: its next import that has the person with other contact data counts."""
    return actions.correct_contact(uow, email=body["email"], mobile=body["mobile"])
