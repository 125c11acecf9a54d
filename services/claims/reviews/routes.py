"""HTTP routes of medical control: its queue, its answers, and the notes that it alone reads."""

from collections.abc import Mapping
from typing import Any

from services.claims.claims import consulting
from services.claims.claims.agent_schemas import AgentClaimView, PaperRequestBody, QueuedClaimViews
from services.claims.claims.claim import Claim
from services.claims.claims.consulting import ClaimForAgent
from services.claims.claims.offer_schemas import OfferQuery, OfferViews
from services.claims.claims.offers import ClaimOffer, offers
from services.claims.claims.schemas import ClaimView
from services.claims.reviews import actions
from services.claims.reviews.rules import ReviewAnswer
from services.claims.reviews.schemas import MedicalAnswerBody
from shared.http.routes import Routes
from shared.http.shapes import PagedQuery
from shared.process.access_journal.schemas import PurposeQuery
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("reviews", about="Medical control: what agents ask of it, its own queue, and what it answers.")

Body = Mapping[str, Any]


@routes.post("/claims/<claim_id>/medical-request", scope="claims:decide", response=ClaimView, edits=consulting.read)
def ask(uow: UnitOfWork, claim_id: str) -> Claim:
    """Send a claim to the fund's medical control. It comes back with the answer, to the agent who holds it."""
    return actions.ask(uow, claim_id=claim_id)


@routes.get("/medical-queue/claims", scope="claims:medical", response=QueuedClaimViews, query=PagedQuery)
def queue(uow: UnitOfWork, query: Body) -> Page[Claim]:
    """Claims that wait for medical control, those first that are to be decided first."""
    return actions.queue(uow, wanted=query["page"])


@routes.get(
    "/medical-queue/claim-types",
    scope="claims:medical",
    response=OfferViews,
    query=OfferQuery,
    is_reference=True,
)
def list_types(uow: UnitOfWork, query: Body) -> dict[str, tuple[ClaimOffer, ...]]:
    """The names of what medical control sees: claim types, their papers and their acts."""
    return {"items": offers(uow.fund, on=query["on"] or uow.today)}


@routes.get(
    "/medical-queue/claims/<claim_id>",
    scope="claims:medical",
    response=AgentClaimView,
    query=PurposeQuery,
    is_journaled=True,
)
def read(uow: UnitOfWork, query: Body, claim_id: str) -> ClaimForAgent:
    """One claim that is or was with medical control, with what an agent sees of it."""
    return actions.look_at(uow, claim_id=claim_id, purpose=query["purpose"])


@routes.post(
    "/medical-queue/claims/<claim_id>/answer",
    scope="claims:medical",
    request=MedicalAnswerBody,
    response=ClaimView,
    edits=actions.read,
)
def answer(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Answer: yes, no, or in part. It binds the agent, who sees it with its reason."""
    given = ReviewAnswer(**{**body, "refused_lines": tuple(body["refused_lines"])})
    return actions.answer(uow, given, claim_id=claim_id)


@routes.post(
    "/medical-queue/claims/<claim_id>/paper-requests",
    scope="claims:medical",
    request=PaperRequestBody,
    response=ClaimView,
    edits=actions.read,
)
def ask_paper(uow: UnitOfWork, body: Body, claim_id: str) -> Claim:
    """Ask the person for one more paper; with it the claim is back at medical control."""
    return actions.ask_paper(uow, claim_id=claim_id, kind=body["kind"], reason=body["reason"])
