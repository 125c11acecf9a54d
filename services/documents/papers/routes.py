"""HTTP comes in for papers."""

from collections.abc import Mapping
from typing import Any

from services.documents.papers import actions, store
from services.documents.papers.paper import Paper
from services.documents.papers.rules import Request
from services.documents.papers.schemas import FailingView, FailingViews, PaperView, PaperViews, RequestBody
from shared.funds.period import Period
from shared.http.routes import Download, Downloads, Routes
from shared.storage.work import Work

routes = Routes("papers")

PDF = "application/pdf"


@routes.post("/papers", needs="papers:obtain", takes=RequestBody, shows=PaperView, status=202, is_keyed=True)
def ask(work: Work, body: Mapping[str, Any]) -> Paper:
    """Ask for a paper of one's own: it is printed, signed and valid a moment later.

    What it says is fixed now. A salary certificate that a later declaration contradicts is withdrawn by itself.
    """
    periods = {name: Period.read(body[name]) for name in ("from_period", "to_period") if name in body}
    return actions.ask(work, Request(kind=body["kind"], language=body["language"], **periods))


@routes.get("/papers", needs="papers:read", shows=PaperViews)
def list_own(work: Work) -> dict[str, list[Paper]]:
    """The caller's own papers, newest first."""
    return {"items": [_seen(work, paper) for paper in actions.of_caller(work)]}


@routes.get("/papers/<number>", needs="papers:read", shows=PaperView)
def read(work: Work, number: str) -> Paper:
    """One paper, for the person whose it is and for the fund's agents."""
    return _seen(work, actions.read(work, number=number))


@routes.get("/papers/<number>/pdf", needs="papers:read", shows=Downloads(PDF))
def read_pdf(work: Work, number: str) -> Download:
    """The signed PDF, once it is printed; also of a paper that no longer holds."""
    paper = actions.read(work, number=number)
    return Download(store.pdf_of(work, paper), PDF, f"{paper.number}.pdf")


@routes.get("/operations/papers", needs="operations:read", shows=FailingViews)
def list_failing(work: Work) -> dict[str, list[Paper]]:
    """Papers that could not be printed, and those that wait for another attempt, with the last error; oldest first."""
    return {"items": store.failing(work)}


@routes.post("/operations/papers/<number>/retry", needs="operations:act", shows=FailingView)
def retry(work: Work, number: str) -> Paper:
    """Have the press try a paper again that failed, or now one that waits for its next attempt."""
    return actions.retry(work, number=number)


def _seen(work: Work, paper: Paper) -> Paper:
    return paper.seen_on(work.at.astimezone(work.fund.zone).date())
