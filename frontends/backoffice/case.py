"""A case: facts on one side, papers on the other, what the rules would say, and what an agent may do about it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.api import documents
from frontends.backoffice.colleagues import account_of
from frontends.backoffice.deciding import refused_lines, total_of
from frontends.backoffice.duplicates import differing
from frontends.backoffice.forms import form_name, forms, submit
from frontends.backoffice.queue import next_case, queue_worked_on
from frontends.backoffice.texts import Offers
from frontends.kit.api import Problem, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import Form, api, flash, go_to, may, render, signed_in, user
from frontends.kit.words import _

pages = Blueprint("case", __name__)

PURPOSE = "handling"
NOTES = 50
ACTS = (
    "take",
    "release",
    "reassign",
    "complete",
    "ask",
    "approve",
    "refuse",
    "medical",
    "confirm",
    "object",
    "carry-out",
    "separate",
    "release-payment",
    "decide-anew",
    "note",
    "person",
)
MAGIC = {b"%PDF": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


@pages.app_template_global()
def claim_state(status: str) -> str:
    """How a claim's status is coloured: it never stands for what the words say."""
    waits = {"papers-asked", "to-confirm", "medical-control"}
    good = {"approved", "ordered", "paid", "done", "under-way"}
    return (
        "wait" if status in waits else "good" if status in good else "bad" if status in ("refused", "returned") else ""
    )


@pages.get("/cases/<claim_id>")
@signed_in("staff")
def one(claim_id: str) -> Response:
    """All that is needed to decide, on one page."""
    return page(claim_id)


@pages.get("/papers/<upload_id>")
@signed_in("staff")
def paper(upload_id: str) -> Response:
    """A supporting paper itself, shown inside the case."""
    content = documents.uploads_read_content(api(), upload_id, purpose=PURPOSE)
    kind = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), "application/octet-stream")
    answer = FlaskResponse(content, content_type=kind)
    # Shown in a frame of this site, so it may not carry the policy that keeps pages out of frames.
    answer.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    answer.headers["Content-Disposition"] = "inline" if kind != "application/octet-stream" else "attachment"
    return answer


@pages.post("/cases/<claim_id>/take")
@signed_in("staff")
def take(claim_id: str) -> Response:
    """Take it out of the common queue."""
    return act(claim_id, "take", service.claims_assign, _("The case is yours."))


@pages.post("/cases/<claim_id>/release")
@signed_in("staff")
def release(claim_id: str) -> Response:
    """Put it back into the common queue."""
    return act(claim_id, "release", service.claims_release, _("The case is back in the queue."), is_over=True)


@pages.post("/cases/<claim_id>/reassign")
@signed_in("staff")
def reassign(claim_id: str) -> Response:
    """A supervisor gives it to somebody, or to nobody."""
    typed = request.form
    try:
        to = account_of(typed.get("to", ""), scope="claims:decide")
    except Problem as problem:
        return page(claim_id, problem=problem, sent="reassign")
    body: service.ReassignmentBody = {"to": to, "reason": typed.get("reason", "").strip()}
    return act(claim_id, "reassign", service.claims_reassign, _("The case is reassigned."), body=body)


@pages.post("/cases/<claim_id>/separate")
@signed_in("staff")
def separate(claim_id: str) -> Response:
    """Two that are alike are two."""
    body: service.SeparationBody = {"claim_id": request.form.get("other", "")}
    return act(claim_id, "separate", service.claims_separate, _("Noted: these are two claims."), body=body)


@pages.post("/cases/<claim_id>/notes")
@signed_in("staff")
def note(claim_id: str) -> Response:
    """Something for colleagues to read."""
    form = Form(form_name("note", claim_id))
    body: service.NoteBody = {"text": request.form.get("text", "").strip()}
    try:
        service.notes_write(api(), claim_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return page(claim_id, problem=problem, sent="note")
    form.done()
    return go_to("case.one", claim_id=claim_id, queue=queue_worked_on() or None)


@pages.post("/cases/<claim_id>/person")
@signed_in("staff")
def person(claim_id: str) -> Response:
    """On to all that the fund has of the person whose claim it is."""
    form = Form(form_name("person", claim_id))
    body: service.SearchBody = {"number": request.form.get("reference", ""), "purpose": PURPOSE}
    found = service.claims_search(api(), idempotency_key=form.key, body=body)
    form.done()
    return go_to("persons.one", person_ref=found["person_ref"], purpose=PURPOSE)


def act(
    claim_id: str, what: str, call: Callable[..., Any], said: str, *, body: Any = None, is_over: bool = False
) -> Response:
    """Do one thing by the form of it; what was typed stays where it is refused. Then on: to the next case where this
    one needs nothing more of the agent."""
    try:
        submit(what, claim_id, call, body=body)
    except Problem as problem:
        return page(claim_id, problem=problem, sent=what)
    flash(said)
    return (
        next_case(queue_worked_on(), claim_id)
        if is_over and queue_worked_on()
        else go_to("case.one", claim_id=claim_id, queue=queue_worked_on() or None)
    )


def page(claim_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    """The whole case; `sent` is the form that brought `problem`, or that asks for the total."""
    asked = api()
    shown_paper = request.args.get("paper", "")
    seen, types, codes, notes, paper_known = together(
        lambda: service.claims_read_for_decision(asked, claim_id, purpose=PURPOSE),
        lambda: service.claims_list_types(asked),
        lambda: service.codes_list_sets(asked),
        lambda: service.notes_list_of_claim(asked, claim_id, purpose=PURPOSE, limit=NOTES),
        lambda: documents.uploads_read(asked, shown_paper, purpose=PURPOSE) if shown_paper else None,
    )
    seen = needed(seen)
    claim = seen["claim"]
    of_case = forms(ACTS, claim_id, seen["version"], sent=sent)
    would_pay = seen.get("would_pay") or []  # a service of an earlier release does not say it
    refused = refused_lines(of_case["approve"].values.items())
    return render(
        "case.html",
        seen=seen,
        claim=claim,
        offers=Offers(types),
        codes=Codes(codes),
        notes=notes,
        paper_known=paper_known,
        forms=of_case,
        would_pay={line["number"]: line for line in would_pay},
        total=total_of(would_pay, refused),
        refused={each["number"]: each["reason"] for each in refused},
        beside=[{**each, "differs": differing(claim, each)} for each in seen["beside"]],
        is_mine=claim["assigned_to"] == user()["sub"],
        may_reassign=may("claims:supervise"),
        queue=queue_worked_on(),
        problem=problem,
        sent=sent,
    )
