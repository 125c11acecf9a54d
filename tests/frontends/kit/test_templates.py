"""What several pages are put together from is rendered by itself: a sum that explains itself."""

from flask import Flask, g, render_template_string

from frontends.kit.sessions import Session
from frontends.kit.words import SOURCE_LANGUAGE
from frontends.portal.portal import PORTAL
from tests.kit.frontends import unreached

FACT = {
    "name": "wages.last-quarter",
    "name_text": "Salaire du dernier trimestre déclaré",
    "value": "900.000",
    "source": "declarations",
    "source_text": "Les déclarations des employeurs",
    "as_of": "2026-03-31",
}
SUM = {
    "lines": [
        {
            "rule": "base",
            "name": "Base",
            "article": "art. 5",
            "valid_from": "2026-01-01",
            "confidence": "L",
            "is_to_be_confirmed": True,
            "facts": [FACT],
            "rounding": "",
            "amount": "0.000",
            "is_counted": False,
        },
        {
            "rule": "share",
            "name": "Part <b>due</b>",
            "article": "art. 6",
            "valid_from": None,
            "confidence": "A",
            "is_to_be_confirmed": False,
            "facts": [],
            "rounding": "half-up",
            "amount": "162.000",
            "is_counted": True,
        },
    ],
    "amount": "162.000",
    "currency": "TND",
    "computed_on": "2026-04-02",
}


def rendered(app: Flask, language: str) -> str:
    with app.test_request_context():
        g.session, g.language, g.direction, g.is_restored = Session("x" * 43), language, "ltr", False
        g.words = app.extensions["words"][language if language != SOURCE_LANGUAGE else SOURCE_LANGUAGE]
        g.fund = {"fund_id": "xx-fund", "country": "TN", "timezone": "Africa/Tunis", "currency": "TND", "decimals": 3}
        page = '{% import "_macros.html" as m with context %}{% include "_sum.html" %}'
        return render_template_string(page, sum=SUM)


def test_a_sum_names_its_facts_as_people_read_them() -> None:
    app = unreached(PORTAL)
    for language in ("fr", "ar", "en"):
        page = rendered(app, language)
        assert "Salaire du dernier trimestre déclaré" in page
        assert "wages.last-quarter" not in page
        assert page.count("<tr>") == 4  # its head, two steps, the whole
        assert "Part &lt;b&gt;due&lt;/b&gt;" in page
    assert "à confirmer par la caisse" in rendered(app, "fr")


def test_a_fact_is_written_as_the_reader_s_country_writes_it() -> None:
    def said(language: str, kind: str | None, value: str, **more: str) -> str:
        lines = SUM["lines"]
        assert isinstance(lines, list)
        lines[0]["facts"] = [{**FACT, "kind": kind, "value": value, "value_text": value, **more}]
        try:
            return rendered(unreached(PORTAL), language)
        finally:
            lines[0]["facts"] = [FACT]

    assert "2\u00a0250,500\u00a0TND" in said("fr", "amount", "2250.500")
    assert "1er janvier 2021" in said("fr", "date", "2021-01-01")
    assert "0,3333333333" in said("fr", "number", "0.33333333333333") and "2.5" in said("en", "number", "2.5")
    assert ">Oui<" in said("fr", None, "true") and "Oui" in said("fr", "yes-no", "true")
    assert "Pour moi-même" in said("fr", "text", "self", value_text="Pour moi-même")


def test_a_dependant_is_told_by_relation_and_birth() -> None:
    app = unreached(PORTAL)
    child = {"dependant_id": "child-2015-04-02", "relation": "child", "birth_on": "2015-04-02"}
    page = '{% import "_macros.html" as m with context %}{{ m.answer_text("dependant", id, known | as_choices) }}'
    with app.test_request_context():
        g.session, g.language, g.direction = Session("x" * 43), "ar", "rtl"
        g.words, g.fund = app.extensions["words"]["ar"], {"country": "TN", "timezone": "Africa/Tunis"}
        said = render_template_string(page, id="child-2015-04-02", known=[child])
        assert "ابن" in said and "2 أفريل 2015" in said and "child" not in said
        assert "child-2015" in render_template_string(page, id="child-2015-04-02", known=[])


def test_a_service_of_an_earlier_release_names_facts_by_their_codes() -> None:
    older = {name: value for name, value in FACT.items() if name != "name_text"}
    lines = SUM["lines"]
    assert isinstance(lines, list)
    lines[0]["facts"] = [older]
    try:
        assert "wages.last-quarter" in rendered(unreached(PORTAL), "fr")
    finally:
        lines[0]["facts"] = [FACT]
