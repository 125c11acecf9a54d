"""Search, with its purpose; and a person's whole record, across the services."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from frontends.api import claims, documents, identity, payments
from frontends.backoffice.texts import Offers
from frontends.kit.api import Problem, together
from frontends.kit.codes import Codes
from frontends.kit.pages import Form, api, change_session, download, go_to, render, session, signed_in

pages = Blueprint("persons", __name__)

PURPOSES = ("handling", "person-asked", "complaint", "control")
LISTED = 25
KEPT_AS = "person_found"
"""In the sealed session: the person who was found last. The register answers to a number, never to a pseudonym."""


@pages.get("/search")
@signed_in("staff")
def search() -> Response:
    """For a person, a claim or an employer."""
    return _search_page()


@pages.post("/search")
@signed_in("staff")
def find() -> Response:
    """On to what was found. By POST, since a number in an address would stand in every log on the way."""
    form = Form("search")
    number, purpose = request.form.get("number", "").strip()[:64], purpose_of(request.form.get("purpose"))
    try:
        found = _found(request.form.get("what", "person"), number, purpose, key=form.key)
    except Problem as problem:
        form.done()  # the next try is another search
        return _search_page(problem=problem)
    form.done()
    return found


@pages.get("/persons/<person_ref>")
@signed_in("staff")
def one(person_ref: str) -> Response:
    """Rights, card, career, claims, awards: each look enters the person's own journal, with its purpose."""
    asked, purpose = api(), purpose_of(request.args.get("purpose"))
    right, card, career, filed, awards, papers, types, codes, self_payers = together(
        lambda: claims.entitlements_read(asked, person_ref, purpose=purpose),
        lambda: identity.cards_read(asked, person_ref, purpose=purpose),
        lambda: documents.careers_read(asked, person_ref, purpose=purpose),
        lambda: claims.claims_queue(asked, person_ref=person_ref, purpose=purpose, limit=LISTED),
        lambda: claims.awards_list_for_agent(asked, person_ref=person_ref, purpose=purpose, limit=LISTED),
        lambda: documents.papers_list_of_person(asked, person_ref, purpose=purpose, limit=LISTED),
        lambda: claims.claims_list_types(asked),
        lambda: claims.codes_list_sets(asked),
        lambda: payments.self_payers_offer(asked),
    )
    kept = session().content.get(KEPT_AS) or {}
    return render(
        "person.html",
        person=kept if kept.get("person_ref") == person_ref else None,
        person_ref=person_ref,
        purpose=purpose,
        right=right,
        card=card,
        career=career,
        filed=filed,
        awards=awards,
        papers=papers,
        offers=Offers(types),
        codes=Codes(codes),
        has_self_payers=isinstance(self_payers, dict),
    )


@pages.get("/certificates/<number>")
@signed_in("staff")
def certificate(number: str) -> Response:
    """The file itself, to keep or to print; the look enters the person's journal."""
    content = documents.papers_read_pdf(api(), number, purpose=purpose_of(request.args.get("purpose")))
    return download(content, file_name=f"{number}.pdf", media_type="application/pdf")


def purpose_of(asked: str | None) -> str:
    """Why an agent looks; to handle the case, where nothing else is said."""
    return asked if asked in PURPOSES else PURPOSES[0]


def _found(what: str, number: str, purpose: str, *, key: str) -> Response:
    if what == "employer":
        identity.register_list_employers(api(), number=number, purpose=purpose, limit=1)
        return go_to("employers.one", employer_id=number, purpose=purpose)
    if what == "claim":
        asked: claims.SearchBody = {"number": number, "purpose": purpose}
        claim = claims.claims_search(api(), idempotency_key=key, body=asked)
        if claim["claim_id"]:
            return go_to("case.one", claim_id=claim["claim_id"])
        return go_to("persons.one", person_ref=claim["person_ref"], purpose=purpose)
    wanted: identity.PersonSearchBody = {"number": number, "purpose": purpose}
    person: Any = identity.register_find_person(api(), idempotency_key=key, body=wanted)
    change_session(lambda content: content.__setitem__(KEPT_AS, person))
    return go_to("persons.one", person_ref=person["person_ref"], purpose=purpose)


def _search_page(*, problem: Problem | None = None) -> Response:
    form = Form("search")
    codes = together(lambda: identity.codes_list_sets(api()))[0]
    return render("search.html", form=form, values=form.values, codes=Codes(codes), problem=problem)
