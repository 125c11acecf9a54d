"""A counter: the person who is present, the proof that they showed, and what may be done for them from here."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims, documents, identity
from frontends.kit import counter
from frontends.kit.api import Problem, items_of, together
from frontends.kit.codes import Codes
from frontends.kit.pages import Form, api, change_session, flash, for_person, go_to, render, session, signed_in
from frontends.kit.person.claim_types import NamedClaims, name_all
from frontends.kit.typed import unfilled
from frontends.kit.words import _

pages = Blueprint("counter", __name__, url_prefix="/counter")

SHOWN = 10
PLACE_KEPT_AS = "counter_place"


@pages.get("/")
@signed_in("staff")
def index() -> Response:
    """Who is present; or, while somebody is, what they came for."""
    return go_to("counter.desk") if counter.present() else _index_page()


@pages.post("/")
@signed_in("staff")
def begin() -> Response:
    """The person showed who they are."""
    form = Form("visit")
    typed = request.form
    place = typed.get("place", "").strip()
    body: identity.VisitBody = {
        "number": typed.get("number", "").strip(),
        "proof": typed.get("proof", ""),  # the service says what is wrong with it
        "proof_ending": typed.get("proof_ending", "").strip(),
        "place": place,
    }
    if (empty := unfilled("number", "proof", "proof_ending", "place")) is not None:
        return _index_page(problem=empty)
    try:
        begun = identity.counter_begin(api(), idempotency_key=form.key, body=body)
    except Problem as problem:
        return _index_page(problem=problem)
    form.done()
    counter.begin(begun)
    change_session(lambda content: content.__setitem__(PLACE_KEPT_AS, place))
    return go_to("counter.desk")


@pages.get("/present")
@for_person
def desk() -> Response:
    """What is asked of the person, and what may be done for them."""
    asked = api()
    filed, drafts, papers, types, codes = together(
        lambda: claims.claims_list_own(asked, limit=SHOWN),
        lambda: claims.drafts_list_own(asked),
        lambda: documents.papers_list_own(asked, limit=SHOWN),
        lambda: claims.claims_list_types(asked),
        lambda: claims.codes_list_sets(asked),
    )
    items = items_of(filed)
    return render(
        "counter-desk.html",
        filed=filed,
        wanting=[claim for claim in items if claim["requests"]],
        drafts=drafts,
        papers=papers,
        named=NamedClaims(name_all(types)),
        codes=Codes(codes),
    )


@pages.post("/end")
@signed_in("staff")
def end() -> Response:
    """The person has left."""
    visit = counter.present()
    counter.end()
    if visit is not None:
        identity.counter_end(api(), visit["visit_id"], idempotency_key=visit["visit_id"])
        flash(_("Visit %(reference)s is over.", reference=visit["reference"]))
    return go_to("counter.index")


@pages.get("/contact")
@for_person
def contact() -> Response:
    """Where the person is reached."""
    return _contact_page()


@pages.post("/contact")
@for_person
def correct_contact() -> Response:
    """Put it right, as the person says."""
    form = Form("contact")
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() or None for name in ("email", "mobile")}
    body: identity.ContactBody = {"email": typed["email"], "mobile": typed["mobile"]}
    try:
        identity.counter_correct_contact(api(), body=body, version=form.read_version)
    except Problem as problem:
        return _contact_page(problem=problem)
    form.done()
    flash(_("The contact data are corrected."))
    return go_to("counter.desk")


def _index_page(*, problem: Problem | None = None) -> Response:
    asked = api()
    (proofs,) = together(lambda: identity.counter_list_proofs(asked))
    form = Form("visit")
    place = session().content.get(PLACE_KEPT_AS, "")
    return render(
        "counter.html",
        form=form,
        values=form.values,
        proofs=[(each["code"], each["text"]) for each in proofs["items"]] if isinstance(proofs, dict) else [],
        place=place,
        problem=problem,
    )


def _contact_page(*, problem: Problem | None = None) -> Response:
    known = identity.counter_read_contact(api())
    form = Form("contact", known["version"])
    return render("counter-contact.html", known=known, form=form, values=form.values, problem=problem)
