"""HTTP routes of notes: those of agents, and those of medical control, which nobody else reads."""

from collections.abc import Mapping
from typing import Any

from services.claims.claims import consulting
from services.claims.notes import actions
from services.claims.notes.note import Audience, Note
from services.claims.notes.schemas import NoteBody, NotesQuery, NoteView, NoteViews
from services.claims.reviews import actions as reviews
from shared.http.routes import Routes
from shared.storage.paging import Page
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("notes", about="What the fund's own people write down about a claim. The person never sees it.")

Body = Mapping[str, Any]


@routes.post("/queue/claims/<claim_id>/notes", scope="claims:decide", request=NoteBody, response=NoteView, status=201)
def write(uow: UnitOfWork, body: Body, claim_id: str) -> Note:
    """Write something down about a claim, for agents alone."""
    claim = consulting.read(uow, claim_id=claim_id)
    return actions.write(uow, claim, body["text"], audience=Audience.AGENTS)


@routes.get(
    "/queue/claims/<claim_id>/notes",
    scope="claims:decide",
    response=NoteViews,
    query=NotesQuery,
    is_journaled=True,
)
def list_of_claim(uow: UnitOfWork, query: Body, claim_id: str) -> Page[Note]:
    """What agents wrote down about a claim, oldest first."""
    claim = consulting.read(uow, claim_id=claim_id)
    return actions.of_claim(uow, claim, audience=Audience.AGENTS, purpose=query["purpose"], wanted=query["page"])


@routes.post(
    "/medical-queue/claims/<claim_id>/notes",
    scope="claims:medical",
    request=NoteBody,
    response=NoteView,
    status=201,
)
def write_medical(uow: UnitOfWork, body: Body, claim_id: str) -> Note:
    """Write something down about a claim, for medical control alone."""
    claim = reviews.read(uow, claim_id=claim_id)
    return actions.write(uow, claim, body["text"], audience=Audience.MEDICAL_CONTROL)


@routes.get(
    "/medical-queue/claims/<claim_id>/notes",
    scope="claims:medical",
    response=NoteViews,
    query=NotesQuery,
    is_journaled=True,
)
def list_medical(uow: UnitOfWork, query: Body, claim_id: str) -> Page[Note]:
    """What medical control wrote down about a claim, oldest first."""
    claim = reviews.read(uow, claim_id=claim_id)
    return actions.of_claim(
        uow, claim, audience=Audience.MEDICAL_CONTROL, purpose=query["purpose"], wanted=query["page"]
    )
