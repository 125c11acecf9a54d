"""A person's papers: which there are, a new one, earlier ones."""

from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from frontends.api import claims, documents
from frontends.kit.api import Problem, items_of, together
from frontends.kit.pages import Form, api, download, for_person, go_to, render

pages = Blueprint("papers", __name__)

PAGE = 20
CERTIFIES = {"coverage-certificate": "cover", "payment-certificate": "payment"}
"""Which kind of award a certificate of one is about."""


@pages.get("/papers")
@for_person
def index() -> Response:
    """Choose one, or look at those one has."""
    return _page()


@pages.post("/papers")
@for_person
def ask() -> Response:
    """Have one printed: it is there a moment later."""
    kind = request.form.get("kind", "")
    form = Form(f"paper:{kind}")
    body: documents.RequestBody = {"kind": kind, "language": request.form.get("paper_language", g.language)}
    if request.form.get("from_period"):
        body["from_period"] = request.form["from_period"]
        body["to_period"] = request.form.get("to_period") or request.form["from_period"]
    if request.form.get("award"):
        body["award"] = request.form["award"]
    try:
        paper = documents.papers_ask(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(problem=problem)
    form.done()
    return go_to("papers.one", number=paper["number"])


@pages.get("/papers/<number>")
@for_person
def one(number: str) -> Response:
    """One paper: where it stands, since when, until when, why it was taken back."""
    return render("person/paper.html", paper=documents.papers_read(api(), number))


@pages.get("/papers/<number>/pdf")
@for_person
def pdf(number: str) -> Response:
    """The file itself."""
    return download(documents.papers_read_pdf(api(), number), file_name=f"{number}.pdf", media_type="application/pdf")


def _page(*, problem: Problem | None = None) -> Response:
    asked = api()
    cursor = request.args.get("cursor") or None
    types, own, career, awards = together(
        lambda: documents.papers_list_types(asked),
        lambda: documents.papers_list_own(asked, limit=PAGE, cursor=cursor),
        lambda: documents.careers_read_own(asked),
        lambda: claims.awards_list_own(asked, limit=50),
    )
    periods = list(dict.fromkeys(line["period"] for line in career["lines"])) if isinstance(career, dict) else []
    kinds = items_of(types)
    return render(
        "person/papers.html",
        types=types,
        own=own,
        periods=periods,
        awards={each["kind"]: _certified(each, awards) for each in kinds},
        forms={each["kind"]: Form(f"paper:{each['kind']}") for each in kinds},
        problem=problem,
        is_first=cursor is None,
    )


def _certified(paper_type: documents.PaperTypeView, awards: Any) -> list[claims.AwardView]:
    """What a certificate could be about: the awards of its kind that hold."""
    found = items_of(awards) if paper_type["takes_award"] else []
    return [each for each in found if each["kind"] == CERTIFIES.get(paper_type["kind"]) and each["status"] == "active"]
