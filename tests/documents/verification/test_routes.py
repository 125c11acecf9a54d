"""Verification over HTTP, for programs and for people: every state, in every language, from a number alone."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.documents.papers import store
from services.documents.verification import page
from services.documents.wiring import service
from shared.kernel.references import with_check_digits
from shared.storage.service_context import ServiceContext
from tests.documents.builders import FIRM, OTHER_FIRM, declared, employers, registered, settings_in, wage
from tests.documents.paper_printing import asked, obtained
from tests.kit.callers import Office
from tests.kit.clock import RunningClock
from tests.kit.contexts import DZ, TN, context_on, handle, reading
from tests.kit.people import AMIRA

NEVER_ISSUED = with_check_digits("PR", "2600000001")


@pytest.fixture
def office(context: ServiceContext, tmp_path: Path) -> Office:
    made = Office(service, context, settings_in(tmp_path))
    handle(context, service, registered(AMIRA), employers(), declared(wage(AMIRA)))
    return made


def paper(office: Office, context: ServiceContext, *, then: str = "") -> str:
    """The number of a paper, after what became of it."""
    if then == "unprinted":
        number: str = office.person(AMIRA).post("/papers", asked()).json["number"]
        return number
    number = obtained(office.person(AMIRA), context)
    if then == "revoked":
        handle(context, service, declared(wage(AMIRA, wage_minor=5), revision=2))
    if then == "superseded":
        handle(context, service, declared(wage(AMIRA), employer_id=OTHER_FIRM))
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
    office: Office, context: ServiceContext, then: str, status: str, said: str
) -> None:
    number = paper(office, context, then=then)
    answer = check(office, number)
    assert (answer.status_code, answer.json["status"], answer.json["number"]) == (200, status, number)
    assert title(look(office, number)) == said
    assert ("since_on" in answer.json and answer.json["since_on"] is not None) == (status in ("revoked", "superseded"))


def test_i02_a_number_is_found_however_it_was_typed_or_copied(office: Office, context: ServiceContext) -> None:
    number = paper(office, context)
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


def test_behind_a_proxy_that_keeps_the_service_under_a_path_the_page_names_its_own_addresses(
    office: Office, context: ServiceContext, tmp_path: Path
) -> None:
    number = paper(office, context)
    settings = replace(settings_in(tmp_path), public_url="https://api.fund.example/documents")
    behind = Office(service, context, settings)
    asked_by_form = stranger(behind).get(f"/v1/{DZ}/verify", query_string={"number": number})
    assert asked_by_form.headers["Location"].startswith(f"/documents/v1/{DZ}/verify/")
    for html in (look(behind, number).text, stranger(behind).get(f"/v1/{DZ}/verify").text):
        addresses = re.findall(r'(?:action|href)="(/[^"]*)"', html)
        assert addresses and all(each.startswith(f"/documents/v1/{DZ}/verify") for each in addresses)


def test_a_paper_expires_on_the_day_after_its_last(
    office: Office, context: ServiceContext, mongodb: str, tmp_path: Path
) -> None:
    number = paper(office, context)
    for days, status in ((90, "valid"), (91, "expired"), (900, "expired")):
        later = context_on(context.database, mongodb, clock=RunningClock(timedelta(days=days)))
        then = Office(service, later, settings_in(tmp_path))
        assert check(then, number).json["status"] == status
        assert (title(look(then, number)) == "Document expiré") == (status == "expired")


def test_a_stranger_learns_the_least_that_lets_them_compare(office: Office, context: ServiceContext) -> None:
    number = paper(office, context)
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


def test_a_paper_is_of_one_fund(office: Office, context: ServiceContext) -> None:
    number = paper(office, context)
    assert check(office, number, fund=TN).json["status"] == "unknown"
    assert title(look(office, number, fund=TN)) == "Document inconnu"
    assert check(office, number, fund="xx").json["code"] == "fund.unknown"
    assert look(office, number, fund="xx").status_code == 404


def test_a_number_may_be_typed_with_spaces_and_dashes(office: Office, context: ServiceContext) -> None:
    number = paper(office, context)
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
        assert headers["Content-Security-Policy"] == page.content_security_policy(office.context.funds[DZ])
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert "Set-Cookie" not in headers


def test_a_number_is_typed_into_the_form_and_leads_to_its_page(office: Office, context: ServiceContext) -> None:
    number = paper(office, context)
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


# --- What a paper certifies (R10) -------------------------------------------------------------------------------------


def code_of(context: ServiceContext, number: str) -> str:
    """The control code that is printed on a paper."""
    return store.papers.load(reading(context), number).said.code


def give_code(office: Office, number: str, code: str, *, language: str = "fr") -> TestResponse:
    path = f"/v1/{DZ}/verify/{quote(number, safe='')}?language={language}"
    return stranger(office).post(path, data={"code": code})


def post_code(office: Office, number: str, code: str) -> TestResponse:
    return stranger(office).post(f"/v1/{DZ}/verifications/{quote(number, safe='')}", json={"code": code})


def show_file(office: Office, content: bytes, *, path: str = "verify") -> TestResponse:
    data = {"file": (BytesIO(content), "attestation.pdf")}
    return stranger(office).post(f"/v1/{DZ}/{path}?language=fr", data=data)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_r10_the_code_on_the_paper_shows_what_it_is_relied_on_for(
    office: Office, context: ServiceContext, language: str
) -> None:
    number = paper(office, context)
    code = code_of(context, number)
    before = look(office, number, language=language)
    assert page._words()[language]["code"]["asks"] in before.text
    for typed in (
        code,
        f" {code[:4].lower()}-{code[4:].lower()} ",
        "\u200e" + code.replace("0", "O").replace("1", "l"),
    ):
        shown = give_code(office, number, typed, language=language)
        assert shown.status_code == 200 and page._words()[language]["code"]["shown"] in shown.text
        for said in ("Amira BENABDALLAH", "SARL El Amel", FIRM, "2025"):
            assert said in shown.text
        assert "720" in shown.text and "180" in shown.text
        assert shown.headers["Content-Security-Policy"] == page.content_security_policy(office.context.funds[DZ])
        ElementTree.fromstring(f"<body>{shown.text.partition('<body>')[2].partition('</body>')[0]}</body>")  # noqa: S314


def test_r10_programs_get_the_same(office: Office, context: ServiceContext) -> None:
    number = paper(office, context)
    seen = post_code(office, number, code_of(context, number)).json
    assert (seen["code"], seen["status"], seen["holder_name"]) == ("right", "valid", "Amira BENABDALLAH")
    assert (seen["wages"]["starts_on"], seen["wages"]["ends_on"], seen["wages"]["currency"]) == (
        *("2025-01-01", "2025-12-31"),
        "DZD",
    )
    (employment,) = seen["wages"]["employments"]
    assert employment["employer"] == {"employer_id": FIRM, "name": "SARL El Amel"}
    assert len(employment["lines"]) == 4
    assert seen["affiliation"] is None


def test_r10_of_an_affiliation_the_employers_are_shown(office: Office, context: ServiceContext) -> None:
    number = obtained(office.person(AMIRA), context, kind="affiliation-certificate")
    code = code_of(context, number)
    assert "SARL El Amel" in give_code(office, number, code).text
    seen = post_code(office, number, code).json
    assert [each["employer"]["name"] for each in seen["affiliation"]["spans"]] == ["SARL El Amel"]
    assert (seen["affiliation"]["known_until_on"], seen["wages"]) == ("2025-12-31", None)


@pytest.mark.parametrize("code", ["00000000", "", "x", "' OR 1=1", "<script>", "٠" * 8, "a" * 40, "é"])
def test_r10_a_guessed_code_shows_nothing(office: Office, context: ServiceContext, code: str) -> None:
    number = paper(office, context)
    answers = [give_code(office, number, code)]
    if code:
        answers.append(post_code(office, number, code))
        assert answers[1].json["code"] == "wrong"
    assert "Ce n’est pas le code imprimé" in answers[0].text
    for answer in answers:
        assert answer.status_code == 200
        shown = answer.text.replace(number, "")  # its digits may be those of an amount
        for secret in ("Amira", "BENABDALLAH", "El Amel", "180", "720", "<script", code_of(context, number)):
            assert secret not in shown


def test_r10_a_paper_without_a_code_and_one_never_issued_answer_a_guess_alike(
    office: Office, context: ServiceContext
) -> None:
    for number in (NEVER_ISSUED, "x", paper(office, context, then="unprinted")):
        answer = post_code(office, number, "00000000").json
        assert (answer["code"], answer["status"]) == ("wrong", "unknown")
        assert "Document inconnu" in give_code(office, number, "00000000").text


def test_r10_a_revoked_paper_shows_what_it_said_and_that_it_is_revoked(office: Office, context: ServiceContext) -> None:
    number = paper(office, context, then="revoked")
    shown = give_code(office, number, code_of(context, number))
    assert title(shown) == "Document révoqué" and "720" in shown.text


def test_r10_the_file_itself_is_checked(office: Office, context: ServiceContext) -> None:
    number = paper(office, context)
    pdf = office.person(AMIRA).get(f"/papers/{number}/pdf").data
    shown = show_file(office, pdf)
    assert title(shown) == "Document authentique et valable"
    assert "exactement celui que la caisse a signé" in shown.text and number in shown.text
    assert "720" not in shown.text.replace(number, "")
    found = show_file(office, pdf, path="verifications").json
    assert (found["is_genuine"], found["paper"]["number"]) == (True, number)
    handle(context, service, declared(wage(AMIRA, wage_minor=5), revision=2))
    assert title(show_file(office, pdf)) == "Document révoqué"


@pytest.mark.parametrize("change", ["first", "last", "appended", "cut", "other", "empty", "long"])
def test_r10_a_file_that_was_changed_is_not_recognised(office: Office, context: ServiceContext, change: str) -> None:
    pdf = office.person(AMIRA).get(f"/papers/{paper(office, context)}/pdf").data
    changed = {
        "first": pdf[:200] + bytes([pdf[200] ^ 1]) + pdf[201:],
        "last": pdf[:-1] + b" ",
        "appended": pdf + b"\n",
        "cut": pdf[:-10],
        "other": b"%PDF-1.7 nothing",
        "empty": b"",
        "long": pdf + bytes(store.PDF_BYTES_MAX),
    }[change]
    shown = show_file(office, changed)
    assert (shown.status_code, title(shown)) == (200, "Fichier inconnu")
    assert show_file(office, changed, path="verifications").json == {"is_genuine": False, "paper": None}


def test_r10_without_a_file_the_form_is_shown_again_and_too_long_a_body_is_refused(office: Office) -> None:
    again = stranger(office).post(f"/v1/{DZ}/verify?language=fr", data={})
    assert (again.status_code, title(again)) == (200, "Vérifier un document")
    assert show_file(office, bytes(2 * store.PDF_BYTES_MAX + 1)).status_code == 413
    assert give_code(office, NEVER_ISSUED, "x" * 100_000).status_code == 413


def test_r10_codes_and_files_are_in_no_address_and_no_log(
    office: Office, context: ServiceContext, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    number = paper(office, context)
    code = code_of(context, number)
    for shown in (look(office, number), give_code(office, number, code)):
        assert all('method="get"' not in form for form in re.findall(r"<form[^>]*>", shown.text))
    said = caplog.text + "".join(capsys.readouterr())
    assert code not in said and "BENABDALLAH" not in said


def test_r10_codes_rest_sealed(office: Office, context: ServiceContext) -> None:
    code = code_of(context, paper(office, context))
    assert code not in str(list(context.database["papers"].find()))
