"""HTTP comes in for drafts."""

from collections.abc import Mapping
from typing import Any

from services.claims.benefits.answer import GivenAnswer
from services.claims.claims.claim import Claim, ClaimLine
from services.claims.claims.schemas import ClaimView
from services.claims.drafts import actions
from services.claims.drafts.draft import Content, Draft, DraftPaper
from services.claims.drafts.schemas import DraftBody, DraftView, DraftViews
from shared.http.routes import Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes(
    "drafts", about="Claims that are not filed yet. Nobody of the fund sees them; they expire by themselves."
)

Body = Mapping[str, Any]


def _content(body: Body) -> Content:
    return Content(
        claim_type=body["claim_type"],
        care_on=body["care_on"],
        lines=tuple(ClaimLine(**line) for line in body["lines"]),
        papers=tuple(DraftPaper(**paper) for paper in body["papers"]),
        answers=tuple(GivenAnswer(**answer) for answer in body["answers"]),
    )


@routes.post("/drafts", scope="claims:submit", request=DraftBody, response=DraftView, status=201)
def begin(uow: UnitOfWork, body: Body) -> Draft:
    """Begin a claim and save what there is of it. A person has a few drafts at most."""
    return actions.begin(uow, _content(body))


@routes.get("/drafts", scope="claims:submit", response=DraftViews)
def list_own(uow: UnitOfWork) -> dict[str, list[Draft]]:
    """The caller's own drafts, the one saved last first."""
    return {"items": actions.of_caller(uow)}


@routes.get("/drafts/<draft_id>", scope="claims:submit", response=DraftView)
def read(uow: UnitOfWork, draft_id: str) -> Draft:
    """One of the caller's own drafts."""
    return actions.read(uow, draft_id=draft_id)


@routes.put("/drafts/<draft_id>", scope="claims:submit", request=DraftBody, response=DraftView, edits=actions.read)
def edit(uow: UnitOfWork, body: Body, draft_id: str) -> Draft:
    """Save a draft anew, whole."""
    return actions.edit(uow, _content(body), draft_id=draft_id)


@routes.delete("/drafts/<draft_id>", scope="claims:submit", edits=actions.read)
def delete(uow: UnitOfWork, draft_id: str) -> None:
    """Delete a draft."""
    actions.delete(uow, draft_id=draft_id)


@routes.get("/drafts/<draft_id>/check", scope="claims:submit", response=DraftView)
def check(uow: UnitOfWork, draft_id: str) -> Draft:
    """Whether a draft could be filed as it is: the draft, or what filing it would be refused with."""
    return actions.check(uow, draft_id=draft_id)


@routes.post(
    "/drafts/<draft_id>/submission",
    scope="claims:submit",
    response=ClaimView,
    status=201,
    is_keyed=True,
    edits=actions.read,
)
def submit(uow: UnitOfWork, draft_id: str) -> Claim:
    """File what is in a draft; the draft is gone then."""
    return actions.submit(uow, draft_id=draft_id)
