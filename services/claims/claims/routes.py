"""HTTP comes in for claims."""

from collections.abc import Mapping
from typing import Any

from services.claims.claims import actions, store
from services.claims.claims.claim import Claim, Line, Paper
from services.claims.claims.rules import Filing
from services.claims.claims.schemas import (
    ApprovalBody,
    ClaimView,
    ClaimViews,
    FilingBody,
    PaperBody,
    PaperRequestBody,
    RefusalBody,
)
from shared.http.routes import Routes
from shared.storage.work import Work

routes = Routes("claims")

Body = Mapping[str, Any]


@routes.post("/claims", needs="claims:submit", takes=FilingBody, shows=ClaimView, status=201, is_keyed=True)
def submit(work: Work, body: Body) -> Claim:
    """File a claim for oneself, with the supporting papers that its type requires."""
    lines = tuple(Line(**line) for line in body["lines"])
    papers = tuple(Paper(**paper, added_at=work.at) for paper in body["papers"])
    filing = Filing(claim_type=body["claim_type"], care_on=body["care_on"], lines=lines, papers=papers)
    return actions.submit(work, filing)


@routes.get("/claims", needs="claims:read", shows=ClaimViews)
def list_own(work: Work) -> dict[str, list[Claim]]:
    """The caller's own claims, newest first."""
    return {"items": actions.of_caller(work)}


@routes.get("/claims/<claim_id>", needs="claims:read", shows=ClaimView)
def read(work: Work, claim_id: str) -> Claim:
    """One claim, with what happened, what comes next and who must act."""
    return actions.read(work, claim_id=claim_id)


@routes.post("/claims/<claim_id>/papers", needs="claims:submit", takes=PaperBody, shows=ClaimView, edits=actions.read)
def add_paper(work: Work, body: Body, claim_id: str) -> Claim:
    """Give a paper that an agent asked for."""
    return actions.add_paper(work, claim_id=claim_id, paper=Paper(**body, added_at=work.at))


@routes.get("/queue/claims", needs="claims:decide", shows=ClaimViews)
def queue(work: Work) -> dict[str, list[Claim]]:
    """What waits for an agent, oldest first."""
    return {"items": store.waiting(work)}


@routes.post("/claims/<claim_id>/assignment", needs="claims:decide", shows=ClaimView, edits=actions.read)
def assign(work: Work, claim_id: str) -> Claim:
    """Take a claim out of the common queue."""
    return actions.assign(work, claim_id=claim_id)


@routes.post(
    "/claims/<claim_id>/paper-requests",
    needs="claims:decide",
    takes=PaperRequestBody,
    shows=ClaimView,
    edits=actions.read,
)
def ask_paper(work: Work, body: Body, claim_id: str) -> Claim:
    """Ask the person for one more paper, with the reason."""
    return actions.ask_paper(work, claim_id=claim_id, kind=body["kind"], reason=body["reason"])


@routes.post(
    "/claims/<claim_id>/approval",
    needs="claims:decide",
    takes=ApprovalBody,
    shows=ClaimView,
    is_keyed=True,
    edits=actions.read,
)
def approve(work: Work, body: Body, claim_id: str) -> Claim:
    """Decide line by line; the fund owes its share of every line that is not refused."""
    refused = {line["number"]: line["reason"] for line in body["refused_lines"]}
    return actions.approve(work, claim_id=claim_id, refused_lines=refused)


@routes.post(
    "/claims/<claim_id>/refusal", needs="claims:decide", takes=RefusalBody, shows=ClaimView, edits=actions.read
)
def refuse(work: Work, body: Body, claim_id: str) -> Claim:
    """Refuse the whole claim, with the reason."""
    return actions.refuse(work, claim_id=claim_id, reason=body["reason"])
