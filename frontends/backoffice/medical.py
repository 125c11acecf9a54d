"""Medical control: one case with its papers, and the answer that binds the agent."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.api import documents
from frontends.backoffice.forms import form_name, forms
from frontends.backoffice.queue import next_case, queue_worked_on
from frontends.backoffice.texts import Offers
from frontends.kit.api import Problem, needed, together
from frontends.kit.codes import Codes
from frontends.kit.pages import Form, api, flash, go_to, render, signed_in
from frontends.kit.typed import digits
from frontends.kit.words import _

pages = Blueprint("medical", __name__, url_prefix="/medical")

PURPOSE = "control"
NOTES = 50
ACTS = ("answer", "ask", "note")


@pages.get("/<claim_id>")
@signed_in("staff")
def one(claim_id: str) -> Response:
    """What was asked, and the papers."""
    return _page(claim_id)


@pages.post("/<claim_id>/answer")
@signed_in("staff")
def answer(claim_id: str) -> Response:
    """Yes, no, or in part."""
    typed = request.form
    lines = [int(each) for each in typed.getlist("line") if each.isascii() and each.isdecimal() and len(each) < 4]
    months = digits(typed.get("months", ""))
    body: service.MedicalAnswerBody = {
        "answer": typed.get("answer", ""),
        "reason": typed.get("reason", ""),
        "refused_lines": lines,
        "months": int(months) if months else None,
    }
    return _act(claim_id, "answer", service.reviews_answer, body, _("Your answer is with the agent."))


@pages.post("/<claim_id>/ask")
@signed_in("staff")
def ask(claim_id: str) -> Response:
    """One more paper; with it the case is back here."""
    body: service.PaperRequestBody = {"kind": request.form.get("kind", ""), "reason": request.form.get("reason", "")}
    return _act(claim_id, "ask", service.reviews_ask_paper, body, _("The paper is asked for."))


@pages.post("/<claim_id>/notes")
@signed_in("staff")
def note(claim_id: str) -> Response:
    """For medical control alone."""
    form = Form(form_name("medical-note", claim_id))
    body: service.NoteBody = {"text": request.form.get("text", "").strip()}
    try:
        service.notes_write_medical(api(), claim_id, idempotency_key=form.key, body=body)
    except Problem as problem:
        return _page(claim_id, problem=problem, sent="note")
    form.done()
    return go_to("medical.one", claim_id=claim_id, queue=queue_worked_on() or None)


def _act(claim_id: str, act: str, call: Callable[..., Any], body: Any, said: str) -> Response:
    form = Form(form_name(f"medical-{act}", claim_id))
    try:
        call(api(), claim_id, idempotency_key=form.key, body=body, version=form.read_version)
    except Problem as problem:
        return _page(claim_id, problem=problem, sent=act)
    form.done()
    flash(said)
    return next_case(queue_worked_on(), claim_id)


def _page(claim_id: str, *, problem: Problem | None = None, sent: str = "") -> Response:
    asked = api()
    shown_paper = request.args.get("paper", "")
    seen, types, codes, notes, paper_known = together(
        lambda: service.reviews_read(asked, claim_id, purpose=PURPOSE),
        lambda: service.reviews_list_types(asked),
        lambda: service.codes_list_sets(asked),
        lambda: service.notes_list_medical(asked, claim_id, purpose=PURPOSE, limit=NOTES),
        lambda: documents.uploads_read(asked, shown_paper, purpose=PURPOSE) if shown_paper else None,
    )
    seen = needed(seen)
    made = forms([f"medical-{act}" for act in ACTS], claim_id, seen["version"], sent=f"medical-{sent}")
    return render(
        "medical.html",
        seen=seen,
        claim=seen["claim"],
        offers=Offers(types),
        codes=Codes(codes),
        notes=notes,
        paper_known=paper_known,
        forms={act: made[f"medical-{act}"] for act in ACTS},
        queue=queue_worked_on(),
        problem=problem,
        sent=sent,
    )
