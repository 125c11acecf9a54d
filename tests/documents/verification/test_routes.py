"""Verification over HTTP, for programs and for people: every state, in every language, from a number alone."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.documents.verification import page
from services.documents.wiring import service
from shared.kernel.references import with_check
from shared.storage.platform import Platform, now
from tests.callers import Office
from tests.documents.builders import AMIRA, OTHER_FIRM, declared, employers, registered, settings_in, wage
from tests.documents.press import asked, obtained
from tests.ground import DZ, TN, hear, platform_on

NEVER_ISSUED = with_check("PR", "2600000001")


@pytest.fixture
def office(platform: Platform, tmp_path: Path) -> Office:
    made = Office(service, platform, settings_in(tmp_path))
    hear(platform, service, registered(AMIRA), employers(), declared(wage(AMIRA)))
    return made


def paper(office: Office, platform: Platform, *, then: str = "") -> str:
    """The number of a paper, after what became of it."""
    if then == "unprinted":
        number: str = office.person(AMIRA).post("/papers", asked()).json["number"]
        return number
    number = obtained(office.person(AMIRA), platform)
    if then == "revoked":
        hear(platform, service, declared(wage(AMIRA, wage_minor=5), revision=2))
    if then == "superseded":
        hear(platform, service, declared(wage(AMIRA), employer_id=OTHER_FIRM))
    return number


def stranger(office: Office) -> FlaskClient:
    return office.app.test_client()


def check(office: Office, number: str, *, fund: str = DZ, language: str = "fr") -> TestResponse:
    path = f"/v1/{fund}/verifications/{quote(number, safe='')}"
    return stranger(office).get(path, headers={"Accept-Language": language})


def look(office: Office, number: str, *, fund: str = DZ, language: str = "fr", query: str = "") -> TestResponse:
    path = f"/v1/{fund}/verify/{quote(number, safe='')}{query}"
    return stranger(office).get(path, headers={"Accept-Language": language})


def title(answer: TestResponse) -> str:
    (found,) = re.findall("<h1>(.*?)</h1>", answer.text)
    return str(found)


STATES = [
    ("", "valid", "Document authentique et valable"),
    ("revoked", "revoked", "Document révoqué"),
    ("superseded", "superseded", "Document dépassé"),
    ("unprinted", "unknown", "Document inconnu"),
]


@pytest.mark.parametrize(("then", "status", "said"), STATES)
def test_every_state_is_told_to_programs_and_to_people(
    office: Office, platform: Platform, then: str, status: str, said: str
) -> None:
    number = paper(office, platform, then=then)
    answer = check(office, number)
    assert (answer.status_code, answer.json["status"], answer.json["number"]) == (200, status, number)
    assert title(look(office, number)) == said
    assert ("since_on" in answer.json and answer.json["since_on"] is not None) == (status in ("revoked", "superseded"))


def test_i02_a_number_is_found_however_it_was_typed_or_copied(office: Office, platform: Platform) -> None:
    number = paper(office, platform)
    arabic = number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in (
        f"{number[:4]}\u2011{number[4:8]}\u2011{number[8:]}".lower(),
        f"\u2068{number}\u2069",
        f"{number[:6]}\u00a0{number[6:]}\u200b",
        arabic,
    ):
        assert check(office, typed).json["status"] == "valid"
        assert title(look(office, typed)) == "Document authentique et valable"
        asked_by_form = stranger(office).get(f"/v1/{DZ}/verify", query_string={"number": typed})
        assert asked_by_form.status_code == 303 and number in asked_by_form.headers["Location"]


def test_i02_what_is_no_number_is_shown_without_the_signs_that_nobody_sees(office: Office) -> None:
    assert check(office, "x\u202ey\u200b").json["number"] == "xy"


def test_a_paper_expires_on_the_day_after_its_last(office: Office, platform: Platform, mongodb: str) -> None:
    number = paper(office, platform)
    for days, status in ((90, "valid"), (91, "expired"), (900, "expired")):
        later = platform_on(platform.database, mongodb, clock=lambda days=days: now() + timedelta(days=days))  # type: ignore[arg-type, misc]
        then = Office(service, later, office)
        assert check(then, number).json["status"] == status
        assert (title(look(then, number)) == "Document expiré") == (status == "expired")


def test_a_stranger_learns_the_least_that_lets_them_compare(office: Office, platform: Platform) -> None:
    number = paper(office, platform)
    seen = check(office, number).json
    assert {*seen} == {
        *("number", "status", "checked_on", "since_on", "fund", "kind", "name", "issued_on", "valid_until"),
        *("is_to_be_confirmed", "initials"),
    }
    assert seen["is_to_be_confirmed"] is True
    assert "durée à confirmer par la caisse" in look(office, number).text
    assert seen["initials"].replace("\u00a0", " ") == "A. B."
    assert (seen["kind"], seen["name"]) == ("salary-certificate", "Attestation de salaire")
    for answer in (check(office, number), look(office, number)):
        for secret in ("Amira", "BENABDALLAH", "900000000001", AMIRA, "180", "El Amel"):
            assert secret not in answer.text


@pytest.mark.parametrize(
    "number",
    [
        NEVER_ISSUED,
        NEVER_ISSUED[:-1] + "x",
        "x",
        "%00",
        "<script>alert(1)</script>",
        "٢٦٠٠",
        "a" * 2000,
        "CL260000000197",
    ],
)
def test_malformed_and_never_issued_are_answered_alike(office: Office, number: str) -> None:
    answer = check(office, number)
    assert (answer.status_code, answer.json["status"]) == (200, "unknown")
    assert {*answer.json} == {"number", "status", "checked_on", "since_on", "fund", "name", "is_to_be_confirmed"}
    assert len(answer.json["number"]) <= 40
    shown = look(office, number)
    assert (shown.status_code, title(shown)) == (200, "Document inconnu")
    assert "<script" not in shown.text


def test_a_paper_is_of_one_fund(office: Office, platform: Platform) -> None:
    number = paper(office, platform)
    assert check(office, number, fund=TN).json["status"] == "unknown"
    assert title(look(office, number, fund=TN)) == "Document inconnu"
    assert check(office, number, fund="xx").json["code"] == "fund.unknown"
    assert look(office, number, fund="xx").status_code == 404


def test_a_number_may_be_typed_with_spaces_and_dashes(office: Office, platform: Platform) -> None:
    number = paper(office, platform)
    assert check(office, f"{number[:4].lower()} {number[4:8]}-{number[8:]}").json["status"] == "valid"


# --- The page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "query", "language"),
    [
        ("fr-DZ,fr;q=0.9", "", "fr"),
        ("ar", "", "ar"),
        ("en", "", "en"),
        ("de", "", "ar"),  # the fund's own
        ("fr", "?language=ar", "ar"),
        ("fr", "?language=xx", "fr"),
        ("fr", "?language=<script>", "fr"),
    ],
)
def test_the_page_speaks_the_readers_language(office: Office, header: str, query: str, language: str) -> None:
    for path in (f"/v1/{DZ}/verify/{NEVER_ISSUED}", f"/v1/{DZ}/verify"):
        shown = stranger(office).get(path + query, headers={"Accept-Language": header})
        assert f'<html lang="{language}"' in shown.text
        assert shown.mimetype == "text/html"


def test_the_page_may_fetch_nothing_and_nobody_keeps_it(office: Office) -> None:
    for path in (f"/v1/{DZ}/verify/{NEVER_ISSUED}", f"/v1/{DZ}/verify"):
        headers = stranger(office).get(path).headers
        assert headers["Content-Security-Policy"] == page.content_security_policy()
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert "Set-Cookie" not in headers


def test_a_number_is_typed_into_the_form_and_leads_to_its_page(office: Office, platform: Platform) -> None:
    number = paper(office, platform)
    form = stranger(office).get(f"/v1/{DZ}/verify?language=fr")
    assert title(form) == "Vérifier un document"
    assert f'action="/v1/{DZ}/verify" method="get"' in form.text
    typed = stranger(office).get(f"/v1/{DZ}/verify", query_string={"number": f" {number.lower()} ", "language": "fr"})
    assert (typed.status_code, typed.headers["Location"]) == (303, f"/v1/{DZ}/verify/{number}?language=fr")
    assert title(stranger(office).get(typed.headers["Location"])) == "Document authentique et valable"


@pytest.mark.parametrize("typed", ["x", "a/b/../c", "<script>alert(1)</script>", "PR 26"])
def test_what_is_no_number_is_answered_where_it_was_typed(office: Office, typed: str) -> None:
    shown = stranger(office).get(f"/v1/{DZ}/verify", query_string={"number": typed, "language": "fr"})
    assert (shown.status_code, title(shown)) == (200, "Document inconnu")
    assert "<script" not in shown.text
