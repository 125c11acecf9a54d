"""A declaration that is read shows how far it is, with a link where no script runs; its workers are found by name."""

from typing import Any

import pytest

from frontends.kit.pages import Form
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)
DECLARATION: dict[str, Any] = {
    "declaration_id": "d1",
    "employer_id": "1600000001",
    "form_name": "Annuelle",
    "period": "2025",
    "received_at": "2026-01-20T09:00:00+00:00",
    "status": "received",
    "text": "Reçue",
    "intake": "files",
    "complement": 0,
    "progress": {"step": "reading", "done": 17_180, "of": 50_000, "text": "Lignes lues : 17180 sur 50000"},
    "confirm_until": None,
    "payment": None,
    "reconciliation": None,
    "workers": None,
    "cards": None,
    "may_be_taken_back": False,
    "slips": [],
    "receipts": [],
    "currency": "DZD",
    "version": 1,
}
LINE: dict[str, Any] = {
    "insurance_number": "900000000001",
    "family_name": "Ben <Ali>",
    "first_name": "كريم",
    "wages": [{"duration": 3, "unit": "M", "wage": "90010.00"}],
}


def declaration(language: str = "fr", **changed: Any) -> str:
    found = changed.pop("found", [])
    with APP.app_context():
        return rendered(
            APP,
            "employer/declaration.html",
            language=language,
            declaration={**DECLARATION, **changed},
            findings={"items": found, "next": None, "kinds": []},
            by_severity={"error": found} if found else {},
            findings_page=1,
            kind="",
            collections={"items": [], "to_pay": "0.00", "ways": []},
            penalties={"lines": [], "next_on": None},
            is_checking=True,
            confirming=Form("c", 1),
            withdrawing=Form("w", 1),
            paying={},
            under_way=(),
            problem=None,
        )


def workers(lines: list[dict[str, Any]], *, search: str = "", next: int | None = None, page: int = 1) -> str:
    with APP.app_context():
        return rendered(
            APP,
            "employer/workers.html",
            declaration=DECLARATION,
            lines={"items": lines, "next": next},
            search=search,
            page=page,
        )


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_says_how_many_lines_are_read(language: str) -> None:
    shown = declaration(language)
    assert 'value="17180"' in shown and 'max="50000"' in shown
    assert "hx-get" in shown and shown.count("/declarations/d1") >= 2, "a script renews it, and a link does"


def test_then_how_many_workers_are_kept_and_then_nothing() -> None:
    saving = {"step": "saving", "done": 5_000, "of": 50_000, "text": "x"}
    assert "salariés enregistrés" in declaration(progress=saving)
    assert "<progress" not in declaration(progress=None)


def test_workers_are_searched_and_the_search_stays_in_the_address() -> None:
    shown = workers([LINE], search='ben "x', next=21)
    assert 'name="search"' in shown and 'value="ben &#34;x"' in shown and "Ben &lt;Ali&gt;" in shown
    assert "1 salarié trouvé" in shown and "search=ben" in shown and "page=21" in shown


def test_nobody_found_says_so_and_the_search_goes_on_where_it_can() -> None:
    assert "Aucun salarié de cette déclaration" in workers([], search="x")
    on = workers([], search="x", next=21)
    assert "la recherche peut continuer" in on and "Aucun salarié de cette déclaration" not in on


def test_without_a_search_the_list_is_as_it_was() -> None:
    shown = workers([LINE], next=2)
    assert "page=2" in shown and "search=" not in shown


FOUND: dict[str, Any] = {
    "severity": "error",
    "line": 2,
    "column": 0,
    "field": "",
    "file_name": "D2025S1600000001.TXT",
    "found": "",
    "expected": "",
    "hint": "Corrigez-la.",
}


def test_what_was_found_names_its_file_and_a_receipt_the_archive() -> None:
    files = [{"name": "D2025S1600000001.TXT", "archive": "das.zip"}, {"name": "a.txt", "archive": ""}]
    receipt = {"at": "2026-01-20T09:00:00+00:00", "text": "Reçue", "files": files}
    shown = declaration(status="accepted", found=[FOUND], receipts=[receipt])
    assert shown.count("D2025S1600000001.TXT") == 2 and "(<bdi>das.zip</bdi>)" in shown
    assert "<bdi>a.txt</bdi></span>" in shown


YEAR: dict[str, Any] = {
    "slips": "1440000.00",
    "annual": "1445000.00",
    "expected": "498525.00",
    "called": "496800.00",
    "paid": "372600.00",
    "workers": 3,
    "equal": 2,
    "is_equal": False,
    "causes": [{"code": "slip-wage-differs", "text": "Le salaire diffère du bordereau.", "count": 1}],
}


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("ar", "السنة مقارنة بتصريحات فتراتها"),
        ("fr", "année comparée aux bordereaux de ses périodes"),
        ("en", "The year against the slips of its periods"),
    ],
)
def test_a_year_stands_beside_its_slips_with_each_cause(language: str, heading: str) -> None:
    shown = declaration(language, status="to-confirm", reconciliation=YEAR)
    assert heading in shown and "Le salaire diffère du bordereau." in shown
    assert "Identique" not in declaration(status="to-confirm", reconciliation=YEAR)
    assert "Identique" in declaration(reconciliation={**YEAR, "is_equal": True, "causes": []})
    assert heading not in declaration(language)
