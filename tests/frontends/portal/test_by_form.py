"""What is typed of workers: the boxes that there are, what the service is told, where its answers stand on the page."""

from types import SimpleNamespace
from typing import Any

import pytest
from babel.support import NullTranslations
from flask import Flask, g
from werkzeug.datastructures import MultiDict

from frontends.api.payments import TypingStartView
from frontends.kit import formats
from frontends.kit.api import Problem
from frontends.portal.employer import by_form
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def start(*names: str, parts: tuple[int, ...] = (1,)) -> TypingStartView:
    of_parts = {"duration", "unit", "wage"}
    return {
        "asked": [
            {"name": name, "text": name, "length": 10, "is_by_part": name in of_parts, "units": [], "codes": []}
            for name in names
        ],
        "parts": [{"number": number, "period": f"2025-Q{number}"} for number in parts],
        "lines_max": 20,
        "currency": "TND",
        "before": None,
        "lines": [],
    }


QUARTER = start("insurance_number", "full_name", "national_id", "wage", parts=(4,))
YEAR = start(
    "insurance_number", "family_name", "first_name", "birth_on", "duration", "unit", "wage", parts=(1, 2, 3, 4)
)


@pytest.fixture(scope="module")
def app() -> Flask:
    return unreached(PORTAL)


def body(app: Flask, asked: TypingStartView, *rows: dict[str, str], which: str = "das/2025") -> Any:
    with app.test_request_context(f"/?which={which}"):
        g.language, g.fund, g.words = "fr", {"country": "TN"}, NullTranslations()
        return by_form._body("0000000001", asked, list(rows))


def faults(app: Flask, asked: TypingStartView, *rows: dict[str, str]) -> set[str]:
    with pytest.raises(Problem) as refused:
        body(app, asked, *rows)
    return set(refused.value.fields)


def test_what_was_typed_is_read_row_by_row() -> None:
    typed = MultiDict(
        {
            "rows": "2",
            "insurance_number-1": " 12 ",
            "wage-1-4": "1,5",
            "wage-2-4": "",
            "full_name-2": "A",
            "other-1": "x",
        }
    )
    assert by_form._typed_rows(QUARTER, typed) == [{"insurance_number": "12", "wage/4": "1,5"}, {"full_name": "A"}]
    year = MultiDict({"rows": "1", "birth_on-1_day": "27", "birth_on-1_year": "1985", "wage-1-2": "5", "unit-1-2": "D"})
    assert by_form._typed_rows(YEAR, year) == [
        {"birth_on_day": "27", "birth_on_year": "1985", "unit/2": "D", "wage/2": "5"}
    ]


@pytest.mark.parametrize("rows", ["", "x", "-1", "99999", "٣"])
def test_a_form_that_nobody_made_gives_no_more_rows_than_may_be(rows: str) -> None:
    typed = MultiDict({"rows": rows, "full_name-3": "A"})
    assert len(by_form._typed_rows(QUARTER, typed)) in (0, 3)


@pytest.mark.parametrize("wage", ["3150,500", "3 150,500", "3150.500", "٣١٥٠٫٥٠٠", "3150,5\u200f"])
def test_amounts_are_read_as_people_write_them(app: Flask, wage: str) -> None:
    sent, places = body(app, QUARTER, {}, {"insurance_number": "1", "full_name": "A B", "wage/4": wage})
    assert places == [1], "the empty row is left out"
    (line,) = sent["lines"]
    assert (line["family_name"], line["first_name"]) == ("A B", "")
    assert [(each["quarter"], float(each["wage"])) for each in line["wages"]] == [(4, 3150.5)]


def test_what_cannot_be_read_is_said_of_its_box(app: Flask) -> None:
    assert faults(app, QUARTER, {"full_name": "A", "wage/4": "much"}) == {"wage-1-4"}
    assert faults(app, QUARTER, {}, {"wage/4": "-1"}) == {"wage-2-4"}
    assert faults(app, YEAR, {"wage/2": "1", "duration/2": "2,5", "duration/3": "x"}) == {
        "duration-1-2",
        "duration-1-3",
    }
    assert faults(app, YEAR, {"birth_on_year": "85", "birth_on_day": "3"}) == {"birth_on-1"}
    assert body(app, YEAR, {"birth_on_year": "1985"})[0]["lines"][0]["birth_on"] == "1985-00-00", "a year may be all"
    assert faults(app, QUARTER, {}, {}) == {"insurance_number-1"}


@pytest.mark.parametrize(
    ("path", "box"),
    [
        ("lines.0.insurance_number", "insurance_number-2"),
        ("lines.0.family_name", "full_name-2"),
        ("lines.0.wages.0.wage", "wage-2-4"),
        ("lines.1.national_id", "national_id-4"),
        ("lines", "row-1"),
        ("period", "row-1"),
    ],
)
def test_the_services_answer_stands_at_the_box_that_it_is_about(app: Flask, path: str, box: str) -> None:
    known = {"insurance_number": "1", "wage/4": "2"}
    sent, places = body(app, QUARTER, {}, known, {}, known)
    assert by_form._box(path, sent, places, QUARTER) == box


@pytest.mark.parametrize(
    ("asked", "line", "code", "place"),
    [
        (QUARTER, 1, "wage", (3, "wage-3-4")),
        (QUARTER, 1, "insurance_number", (3, "insurance_number-3")),
        (QUARTER, 1, "page", (3, "row-3")),
        (QUARTER, 0, "", (0, "row-1")),
        (QUARTER, 9, "wage", (0, "row-1")),
        (YEAR, 1, "duration_2", (3, "duration-3-2")),
        (YEAR, 1, "birth_on", (3, "birth_on-3")),
    ],
)
def test_a_finding_leads_to_the_box_that_it_is_about(
    asked: TypingStartView, line: int, code: str, place: tuple[int, str]
) -> None:
    finding: Any = {"file": "detail", "line": line, "field_code": code}
    assert by_form._place(finding, [2], asked) == place
    assert by_form._place({**finding, "file": "header"}, [2], asked)[0] == 0


def test_a_known_worker_stands_in_the_boxes_as_one_would_type_them(app: Flask) -> None:
    line: Any = {
        "insurance_number": "0000000145",
        "family_name": "BEN SALAH",
        "first_name": "",
        "national_id": None,
        "birth_on": "1985-03",
        "entered_on": None,
        "left_on": None,
        "situation": "",
        "wages": [{"quarter": 4, "duration": 0, "unit": "M", "wage": "3150.500"}],
    }
    with app.test_request_context("/"):
        g.language, g.fund, g.words = "fr", {"country": "TN"}, NullTranslations()
        row = by_form._row(line)
        assert (row["wage/4"], row["full_name"]) == ("3150,500", "BEN SALAH")
        assert (row["birth_on_year"], row["birth_on_month"], "birth_on_day" in row) == ("1985", "03", False)
        assert formats.read_amount(row["wage/4"]) == formats.read_amount("3150.5".translate(ARABIC))
    assert not by_form.is_empty(row) and by_form.is_empty({"unit/1": "M"})


def test_what_is_added_is_a_complementary_declaration_of_the_same_period(app: Flask) -> None:
    typed = {"insurance_number": "1", "wage/1": "100"}
    added, _places = body(app, start("insurance_number", "wage"), typed, which="das/2025/added")
    assert (added["form"], added["period"], added["is_complement"]) == ("das", "2025", True)
    whole, _places = body(app, start("insurance_number", "wage"), typed)
    assert (whole["form"], whole["period"]) == ("das", "2025") and "is_complement" not in whole


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_of_a_period_that_is_declared_it_is_said_what_typing_does_and_how_to_add_only(
    app: Flask, language: str
) -> None:
    declared = {"declaration_id": "d1", "period": "2025", "workers": 300}
    asked = {**start("insurance_number"), "before": declared}

    def page(which: str) -> str:
        return rendered(
            app,
            "employer/by-form.html",
            language=language,
            employer_id="1600000001",
            which=which,
            start=asked,
            rows=[{}],
            form=SimpleNamespace(key="k", version=None, values={}),
            problem=None,
        )

    assert "which=das/2025/added" in page("das/2025")
    added = page("das/2025/added")
    assert 'which=das/2025"' in added and "300" not in added
