"""The claims of a person: the list, one claim with all that happened to it, and what its owner may do about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.api import documents
from frontends.kit.api import Problem, items_of, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import Form, api, flash, for_person, go_to, render
from frontends.kit.person.claim_types import NamedClaims, name_all
from frontends.kit.uploading import read_files
from frontends.kit.waiting import again_while
from frontends.kit.words import _

pages = Blueprint("claims", __name__)

PAGE = 20
WITHDRAWN_FROM = frozenset({"submitted", "papers-asked", "medical-control"})
BAD = frozenset({"refused", "returned"})
GOOD = frozenset({"approved", "ordered", "paid", "done", "under-way"})


@pages.app_template_global()
def own_claim_state(status: str) -> str:
    """How a claim's status is coloured: it never stands for what the words say."""
    if status == "papers-asked":
        return "wait"
    return "good" if status in GOOD else "bad" if status in BAD else ""


@pages.get("/claims")
@for_person
def index() -> Response:
    """Newest first; the filter lives in the address."""
    status = request.args.get("status") or None
    cursor = request.args.get("cursor") or None
    asked = api()
    filed, drafts, types, codes = together(
        lambda: service.claims_list_own(asked, limit=PAGE, cursor=cursor, status=status),
        lambda: service.drafts_list_own(asked),
        lambda: service.claims_list_types(asked),
        lambda: service.codes_list_sets(asked),
    )
    return render(
        "person/claims.html",
        filed=filed,
        drafts=drafts,
        name_of=NamedClaims(name_all(types)).name_of,
        statuses=Codes(codes).choices("claim-statuses"),
        status=status or "",
        is_first=cursor is None,
    )


@pages.get("/claims/<claim_id>")
@for_person
def one(claim_id: str) -> Response:
    """What is done, what happens now, what comes next and who must act."""
    return _page(claim_id)


@pages.post("/claims/<claim_id>/withdrawal")
@for_person
def withdraw(claim_id: str) -> Response:
    """Take it back while it is undecided."""
    form = Form(f"withdraw:{claim_id}")
    try:
        claim = service.claims_withdraw(api(), claim_id, idempotency_key=form.key, version=form.read_version)
    except Problem as problem:
        return _page(claim_id, problem=problem)
    form.done()
    flash(_("Claim %(reference)s is withdrawn. Its papers may be filed again.", reference=claim["reference"]))
    return go_to("claims.one", claim_id=claim_id)


@pages.post("/claims/<claim_id>/papers")
@for_person
def add_paper(claim_id: str) -> Response:
    """Give a paper that was asked for: one or several photographs or files."""
    form = Form(f"paper:{claim_id}")
    try:
        files = read_files("file")
        for number, file in enumerate(files):
            stored = documents.uploads_add(api(), idempotency_key=f"{form.key}-{number}", files={"file": [file]})
            body: service.PaperBody = {"kind": request.form.get("kind", ""), "upload_id": stored["upload_id"]}
            add_when_known(claim_id, body, key=f"{form.key}-{number}-paper")
    except Problem as problem:
        return _page(claim_id, problem=problem)
    form.done()
    flash(_("The paper is received."))
    return go_to("claims.one", claim_id=claim_id)


@pages.post("/claims/<claim_id>/appeal")
@for_person
def appeal(claim_id: str) -> Response:
    """Contest the decision: another person looks at a copy, the first decision stays until then."""
    form = Form(f"appeal:{claim_id}")
    body: service.AppealBody = {"statement": request.form.get("statement", "").strip()}
    try:
        made = service.appeals_appeal(api(), claim_id, idempotency_key=form.key, body=body, version=form.read_version)
    except Problem as problem:
        return _page(claim_id, problem=problem)
    form.done()
    flash(_("Your appeal %(reference)s is received.", reference=made["reference"]))
    return go_to("claims.one", claim_id=made["claim_id"])


def add_when_known(claim_id: str, body: service.PaperBody, *, key: str) -> None:
    """Claims hears of an upload a moment after it was stored: asked again until it has."""
    again_while(
        {"claim.upload-unknown"},
        lambda: service.claims_add_paper(api(), claim_id, idempotency_key=key, body=body),
    )


def own_dependants(asked: Sequence[Mapping[str, Any]]) -> Sequence[service.DependantView]:
    """The person's dependants, where questions or answers name any; none where the fund does not say them now."""
    if not any(each["kind"] == "dependant" for each in asked):
        return []
    caller = api()
    return items_of(together(lambda: service.insured_list_own(caller))[0])


def _page(claim_id: str, *, problem: Problem | None = None) -> Response:
    asked = api()
    claim, types = together(lambda: service.claims_read(asked, claim_id), lambda: service.claims_list_types(asked))
    version = needed(claim)["version"]
    named = NamedClaims(name_all(types))
    return render(
        "person/claim.html",
        claim=claim,
        dependants=own_dependants(claim["answers"]),
        named=named,
        problem=problem,
        may_withdraw=claim["status"] in WITHDRAWN_FROM,
        withdrawal=Form(f"withdraw:{claim_id}", version),
        paper=Form(f"paper:{claim_id}"),
        appealing=Form(f"appeal:{claim_id}", version),
    )
