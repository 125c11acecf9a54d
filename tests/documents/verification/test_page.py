"""The public page: it says the state in words, in the reader's language, and fetches nothing."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from services.documents.papers.content import PaperKind, PaperLanguage
from services.documents.verification import page
from services.documents.verification.rules import verify
from services.documents.verification.verification import Certified, CodeAnswer, PublicRecord, Status, Verification
from tests.documents.papers.builders import a_body, a_fund

NUMBER = "PR202600000142"
RECORD = PublicRecord(
    fund_id="dz-cnas",
    number=NUMBER,
    kind="salary-certificate",
    initials="F. B.",
    issued_on=date(2026, 11, 22),
    valid_until_on=date(2027, 2, 20),
)
RECORDS = {
    Status.VALID: RECORD,
    Status.SUPERSEDED: replace(RECORD, superseded_on=date(2026, 12, 1)),
    Status.REVOKED: replace(RECORD, revoked_on=date(2026, 12, 1)),
    Status.ENDED: replace(RECORD, ended_on=date(2026, 12, 1)),
    Status.EXPIRED: replace(RECORD, valid_until_on=date(2026, 12, 1)),
    Status.UNKNOWN: None,
}


def shown(status: Status, language: PaperLanguage = PaperLanguage.FRENCH, number: str = NUMBER) -> str:
    verification = verify(RECORDS[status], number=number, on=date(2027, 1, 1))
    assert verification.status is status
    return page.render(verification, fund=a_fund(), language=language, base="")


@pytest.mark.parametrize(
    ("status", "title", "words"),
    [
        (Status.VALID, "Document authentique et valable", "valable jusqu’au 20 février 2027"),
        (Status.SUPERSEDED, "Document dépassé", "depuis le 1er décembre 2026"),
        (Status.REVOKED, "Document révoqué", "retiré ce document le 1er décembre 2026"),
        (Status.ENDED, "Droit qui n’est plus en vigueur", "plus en vigueur depuis le 1er décembre 2026"),
        (Status.EXPIRED, "Document expiré", "plus valable depuis le 2 décembre 2026"),
        (Status.UNKNOWN, "Document inconnu", "aucun document sous ce numéro"),
    ],
)
def test_each_state_is_said_in_words(status: Status, title: str, words: str) -> None:
    html = shown(status).replace("\u00a0", " ")
    assert re.findall("<h1>(.*?)</h1>", html) == [title]
    assert f"<title>{title} – " in html
    assert words in html


def test_each_state_has_an_icon_of_its_own_and_good_and_bad_a_colour_of_theirs() -> None:
    answers = [re.search(r'<section class="answer (\w+)">\s*<svg.*?</svg>', shown(status), re.S) for status in Status]
    assert len({answer[0] for answer in answers if answer}) == len(Status)
    colour_of = dict(re.findall(r"\.(\w+) \{ color: var\((--\w+)\)", page._style(a_fund()).text))
    assert colour_of.keys() >= set(Status)
    for status in (Status.VALID, Status.REVOKED):
        assert [name for name in Status if colour_of[name] == colour_of[status]] == [status]


@pytest.mark.parametrize(
    ("language", "direction", "kind"),
    [("ar", "rtl", "شهادة أجر"), ("fr", "ltr", "Attestation de salaire"), ("en", "ltr", "Salary certificate")],
)
def test_the_page_speaks_the_language_and_offers_the_others(language: str, direction: str, kind: str) -> None:
    html = shown(Status.VALID, PaperLanguage(language))
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert f"<bdi>{kind}</bdi>" in html
    assert set(re.findall(r'href="\?language=(\w+)"', html)) == {"ar", "fr", "en"} - {language}


def test_an_unknown_paper_tells_nothing_but_the_number_that_was_asked() -> None:
    assert re.findall("<bdi>(.*?)</bdi>", shown(Status.UNKNOWN)) == [NUMBER]


def test_what_was_asked_is_never_read_as_markup() -> None:
    html = shown(Status.UNKNOWN, number="<script>alert(1)</script>")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("status", Status)
def test_the_page_fetches_nothing_and_its_policy_fits(status: Status) -> None:
    html = shown(status)
    (style,) = re.findall("<style>(.*?)</style>", html, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.content_security_policy(a_fund())
    assert not re.search(r"<script|<link|<img|\sstyle=|\son\w+=|src=|url\(|@import|https?:", html)


def test_the_page_is_well_formed() -> None:
    for status in Status:
        body = shown(status).partition("<body>")[2].partition("</body>")[0]
        ElementTree.fromstring(f"<body>{body}</body>")  # noqa: S314  # our own page


def test_every_language_says_everything() -> None:
    words = page._words()
    shapes = [{key: sorted(each["statuses"]) if key == "statuses" else "" for key in each} for each in words.values()]
    assert set(words) == set(PaperLanguage)
    assert shapes[0] == shapes[1] == shapes[2]
    assert shapes[0]["statuses"] == sorted(Status)


@pytest.mark.parametrize("code", [CodeAnswer.NOT_GIVEN, CodeAnswer.WRONG, CodeAnswer.RIGHT])
def test_after_a_code_the_reader_lands_where_the_page_answers_it(code: CodeAnswer) -> None:
    """A wrong code is told below the fold of a phone: without the place in the address nobody would see it."""
    certified = (
        Certified(holder_name="Fatima B.", body=a_body(PaperKind.SALARY_CERTIFICATE))
        if code is CodeAnswer.RIGHT
        else None
    )
    record = replace(RECORD, has_code=True)
    on = date(2027, 1, 1)
    answer = Verification(number=NUMBER, status=Status.VALID, on=on, record=record, code=code, certified=certified)
    html = page.render(answer, fund=a_fund(), language=PaperLanguage.FRENCH, base="")
    assert re.findall(r'action="[^"]+#(\w+)"', html) == ([] if certified else ["certified"])
    assert html.count('id="certified"') == 1
