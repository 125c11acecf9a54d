"""A new claim, a page at a time: what for, the questions, the care, the papers, a last look, the number.

What is typed is a draft at the fund from the second page on: it survives a closed browser, another device and a session
that ended. Which questions and papers there are is the fund's own data.
"""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from frontends.api import claims as service
from frontends.api import documents
from frontends.api.claims import DraftBody, DraftView, OfferView
from frontends.kit import formats
from frontends.kit.api import Problem, together
from frontends.kit.pages import Form, api, flash, for_person, go_to, render
from frontends.kit.person.claim_types import NamedClaims
from frontends.kit.person.claims import own_dependants
from frontends.kit.questions import holds, open_questions, typed_answers
from frontends.kit.typed import read_day
from frontends.kit.uploading import read_files
from frontends.kit.waiting import again_while
from frontends.kit.words import _

pages = Blueprint("new_claim", __name__, url_prefix="/claims/new")

LINES_MAX = 20
STEPS = ("questions", "care", "papers", "review")


@pages.get("/")
@for_person
def choose() -> Response:
    """What may be asked of the fund."""
    offers = service.claims_list_types(api())["items"]
    families: dict[str, list[OfferView]] = {}
    for offer in offers:
        families.setdefault(offer["family"], []).append(offer)
    return render("person/new-claim-choose.html", families=families, form=Form("draft"))


@pages.post("/")
@for_person
def begin() -> Response:
    """A draft of the chosen type."""
    form = Form("draft")
    body: DraftBody = {"claim_type": request.form.get("claim_type", "")}
    draft = service.drafts_begin(api(), idempotency_key=form.key, body=body)
    form.done()
    return go_to("new_claim.step", draft_id=draft["draft_id"], step=_steps(_offer(draft))[0])


@pages.get("/<draft_id>")
@for_person
def resume(draft_id: str) -> Response:
    """Where a draft goes on: its first page."""
    draft = service.drafts_read(api(), draft_id)
    return go_to("new_claim.step", draft_id=draft_id, step=_steps(_offer(draft))[0])


@pages.get("/<draft_id>/<any(questions, care, papers, review):step>")
@for_person
def step(draft_id: str, step: str) -> Response:
    """One page of the form."""
    return _page(draft_id, step)


@pages.post("/<draft_id>/questions")
@for_person
def answer(draft_id: str) -> Response:
    """Keep the answers; what they lead to is asked next."""
    draft = service.drafts_read(api(), draft_id)
    offer = _offer(draft)
    answers, faults = _answers(offer)
    body = _body(draft, answers=answers)
    if faults:
        return _page(draft_id, "questions", problem=_faults(faults))
    try:
        draft = service.drafts_edit(api(), draft_id, body=body, version=draft["version"])
    except Problem as problem:
        return _page(draft_id, "questions", problem=problem)
    shown = set(request.form.getlist("shown"))
    open_now = {each["code"] for each in open_questions(offer["questions"], _given(draft))}
    if open_now - shown:
        return go_to("new_claim.step", draft_id=draft_id, step="questions")
    return _next(draft_id, offer, "questions")


@pages.post("/<draft_id>/care")
@for_person
def care(draft_id: str) -> Response:
    """Keep the day and the acts."""
    draft = service.drafts_read(api(), draft_id)
    lines, faults = _lines()
    body = _body(draft, care_on=read_day("care_on") or None, lines=lines)
    if faults:
        return _page(draft_id, "care", problem=_faults(faults))
    try:
        service.drafts_edit(api(), draft_id, body=body, version=draft["version"])
    except Problem as problem:
        return _page(draft_id, "care", problem=problem)
    return _next(draft_id, _offer(draft), "care")


@pages.post("/<draft_id>/papers")
@for_person
def papers(draft_id: str) -> Response:
    """Store what was chosen without a script, and go on."""
    draft = service.drafts_read(api(), draft_id)
    offer = _offer(draft)
    problem = None
    for kind in [paper["kind"] for paper in offer["papers"]]:
        if not any(each.filename for each in request.files.getlist(f"file-{kind}")):
            continue
        try:
            for file in read_files(f"file-{kind}"):
                _store(draft_id, kind, file)
        except Problem as refused:
            problem = refused
    if problem is not None or request.form.get("stay"):
        return _page(draft_id, "papers", problem=problem)
    return _next(draft_id, offer, "papers")


@pages.post("/<draft_id>/uploads")
@for_person
def upload(draft_id: str) -> Any:
    """One file, sent by the page's script: its row of the list, or what is wrong with it."""
    kind = request.form.get("kind", "")
    try:
        [file] = read_files("file")
        stored = _store(draft_id, kind, file)
    except Problem as problem:
        return {"detail": next(iter(problem.fields.values()), problem.detail)}, 422
    row = render_template(
        "person/_paper-row.html",
        paper={"kind": kind, "upload_id": stored["upload_id"]},
        draft_id=draft_id,
        name=file[0],
    )
    return {"row": row}


@pages.post("/<draft_id>/uploads/<upload_id>/removal")
@for_person
def remove(draft_id: str, upload_id: str) -> Response:
    """Take a paper out of the draft."""
    draft = service.drafts_read(api(), draft_id)
    kept = [paper for paper in _papers(draft) if paper["upload_id"] != upload_id]
    service.drafts_edit(api(), draft_id, body=_body(draft, papers=kept), version=draft["version"])
    return go_to("new_claim.step", draft_id=draft_id, step="papers")


@pages.post("/<draft_id>/deletion")
@for_person
def delete(draft_id: str) -> Response:
    """Throw the draft away."""
    service.drafts_delete(api(), draft_id)
    flash(_("The draft is deleted. Nothing was sent."))
    return go_to("claims.index")


@pages.post("/<draft_id>/submission")
@for_person
def submit(draft_id: str) -> Response:
    """Send it. Under one key, however often the button is pressed."""
    form = Form(f"submit:{draft_id}")
    try:
        claim = again_while(
            {"claim.upload-unknown"},
            lambda: service.drafts_submit(api(), draft_id, idempotency_key=form.key, version=form.read_version),
        )
    except Problem as problem:
        return _page(draft_id, "review", problem=problem)
    form.done()
    return go_to("new_claim.received", claim_id=claim["claim_id"])


@pages.get("/received/<claim_id>")
@for_person
def received(claim_id: str) -> Response:
    """The receipt: number, hour, what happens next and by when."""
    asked = api()
    claim, types = service.claims_read(asked, claim_id), service.claims_list_types(asked)
    named = NamedClaims({offer["claim_type"]: offer for offer in types["items"]})
    return render("person/received.html", claim=claim, named=named)


def _page(draft_id: str, step: str, *, problem: Problem | None = None) -> Response:
    asked = api()
    draft = service.drafts_read(asked, draft_id)
    offer = _offer(draft)
    steps = _steps(offer)
    if step not in steps:
        return go_to("new_claim.step", draft_id=draft_id, step=steps[0])
    given = _given(draft)
    shown: dict[str, Any] = {}
    if step == "questions":
        asks_dependant = any(question["kind"] == "dependant" for question in offer["questions"])
        shown["dependants"] = service.insured_list_own(asked)["items"] if asks_dependant else []
        shown["questions"] = open_questions(offer["questions"], given)
    if step == "papers":
        shown["wanted"] = _wanted_papers(offer, given)
    if step == "review":
        shown["dependants"] = own_dependants(offer["questions"])
        shown |= _last_look(draft, offer)
        problem = problem or shown.pop("fault")
    form = Form(f"submit:{draft_id}" if step == "review" else f"{step}:{draft_id}", draft["version"])
    return render(
        f"person/new-claim-{step}.html",
        draft=draft,
        offer=offer,
        steps=steps,
        step=step,
        given=given,
        named=NamedClaims({offer["claim_type"]: offer}),
        form=form,
        values=form.values,
        problem=problem,
        lines_max=LINES_MAX,
        **shown,
    )


def _last_look(draft: DraftView, offer: OfferView) -> dict[str, Any]:
    """What the draft would be refused with, and what the rules would say today where they decide."""
    asked = api()
    calls: list[Any] = [lambda: service.drafts_check(asked, draft["draft_id"])]
    if offer["decided_by"] == "rules":
        body: service.EstimateBody = {
            "claim_type": offer["claim_type"],
            "answers": [{"code": each["code"], "value": each["value"]} for each in draft["answers"]],
        }
        calls.append(lambda: service.benefits_estimate(asked, body=body))
    checked, *estimated = together(*calls)
    is_unknown_yet = isinstance(checked, Problem) and checked.code == "claim.upload-unknown"
    return {
        "fault": checked if isinstance(checked, Problem) and not is_unknown_yet else None,
        "estimate": estimated[0] if estimated and isinstance(estimated[0], dict) else None,
    }


def _offer(draft: DraftView) -> OfferView:
    """What the fund says of the draft's type; Problem where it is offered no more."""
    offers = service.claims_list_types(api(), on=draft["care_on"])["items"]
    for offer in offers:
        if offer["claim_type"] == draft["claim_type"]:
            return offer
    raise Problem(404, {"code": "portal.type-gone", "detail": _("This is no longer offered by the fund.")})


def _steps(offer: OfferView) -> list[str]:
    """The pages that a type needs, in order."""
    needed = {
        "questions": bool(offer["questions"]),
        "care": offer["is_for_care"],
        "papers": bool(offer["papers"]),
        "review": True,
    }
    return [step for step in STEPS if needed[step]]


def _next(draft_id: str, offer: OfferView, step: str) -> Response:
    steps = _steps(offer)
    return redirect(url_for("new_claim.step", draft_id=draft_id, step=steps[steps.index(step) + 1]), 303)


def _given(draft: DraftView) -> dict[str, Any]:
    """What is answered, by question."""
    return {each["code"]: each["value"] for each in draft["answers"]}


def _wanted_papers(offer: OfferView, given: Mapping[str, Any]) -> list[service.PaperOfferView]:
    """The papers that the answers lead to, each kind once: needed where any rule needs it."""
    found: dict[str, service.PaperOfferView] = {}
    for paper in offer["papers"]:
        if holds(paper["when"], given) is False:
            continue
        if paper["kind"] not in found or paper["is_required"]:
            found[paper["kind"]] = paper
    return list(found.values())


def _answers(offer: OfferView) -> tuple[list[service.AnswerBody], dict[str, str]]:
    """The answers that were typed, each as its question wants it, and what is wrong with the others."""
    given = typed_answers(offer["questions"])
    answers: list[service.AnswerBody] = []
    faults: dict[str, str] = {}
    shown = set(request.form.getlist("shown"))
    for question in open_questions(offer["questions"], given):
        code = question["code"]
        if code in given:
            answers.append({"code": code, "value": given[code]})
        elif question["is_required"] and code in shown:
            faults[f"answer-{code}"] = _("Please answer: %(question)s", question=question["text"])
    return answers, faults


def _lines() -> tuple[list[service.LineBody], dict[str, str]]:
    lines: list[service.LineBody] = []
    faults: dict[str, str] = {}
    for number in range(1, LINES_MAX + 1):
        act, paid = request.form.get(f"act-{number}", ""), request.form.get(f"paid-{number}", "").strip()
        if not act and not paid:
            continue
        amount = formats.read_amount(paid)
        quantity = formats.read_amount(request.form.get(f"quantity-{number}", "1") or "1")
        if not act:
            faults[f"act-{number}"] = _("Choose what was done on line %(number)s.", number=number)
        elif amount is None:
            faults[f"paid-{number}"] = _("Say what you paid on line %(number)s, such as 12,500.", number=number)
        elif quantity is None or quantity != int(quantity) or not 0 < quantity < 1000:
            faults[f"quantity-{number}"] = _("Say how many on line %(number)s, as a whole number.", number=number)
        else:
            lines.append({"act": act, "quantity": int(quantity), "paid": format(amount, "f")})
    if not lines and not faults:
        faults["act-1"] = _("Add at least one line of care.")
    return lines, faults


def _papers(draft: DraftView) -> list[service.PaperBody]:
    return [{"kind": paper["kind"], "upload_id": paper["upload_id"]} for paper in draft["papers"]]


def _body(draft: DraftView, **changed: Any) -> DraftBody:
    """The draft with what is changed: it is saved whole."""
    kept: dict[str, Any] = {
        "claim_type": draft["claim_type"],
        "care_on": draft["care_on"],
        "lines": [{name: line[name] for name in ("act", "quantity", "paid")} for line in draft["lines"]],
        "papers": _papers(draft),
        "answers": [{"code": each["code"], "value": each["value"]} for each in draft["answers"]],
    }
    return {**kept, **changed}  # type: ignore[typeddict-item]


def _store(draft_id: str, kind: str, file: tuple[str, bytes, str]) -> documents.UploadView:
    """Give a file to the fund and put it into the draft. Other files may arrive at the same time."""
    stored = documents.uploads_add(api(), idempotency_key=token_hex(16), files={"file": [file]})

    def put() -> None:
        draft = service.drafts_read(api(), draft_id)
        body = _body(draft, papers=[*_papers(draft), {"kind": kind, "upload_id": stored["upload_id"]}])
        service.drafts_edit(api(), draft_id, body=body, version=draft["version"])

    again_while({"request.changed-since-read"}, put)
    return stored


def _faults(faults: Mapping[str, str]) -> Problem:
    errors = [{"field": field, "detail": detail} for field, detail in faults.items()]
    return Problem(422, {"code": "portal.incomplete", "errors": errors})
