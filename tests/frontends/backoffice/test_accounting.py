"""The ledger for the fund's own books, as its accountants see it: the balance of a time, and closed days."""

from datetime import date
from typing import Any

import pytest
from flask import g

from frontends.backoffice import accounting
from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.api import Problem
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
STAFF = {"sub": "s", "actor": "staff", "scope": "ledger:read"}
BALANCE: dict[str, Any] = {
    "from_on": "2026-01-01",
    "until_on": "2026-01-31",
    "currency": "TND",
    "is_to_be_confirmed": True,
    "booked": "3470.250",
    "accounts": [
        {
            "number": "706",
            "name": "Cotisations",
            "code": "contributions:pension",
            "opening": "-150.250",
            "debit": "0.000",
            "credit": "3000.000",
            "closing": "-3150.250",
        }
    ],
}
DAY = {"day": "2026-01-31", "entries": 1, "booked": "3150.250", "currency": "TND", "closed_at": "2026-02-01T00:01:00Z"}
EMPTY_DAY = {**DAY, "day": "2026-01-30", "entries": 0, "booked": "0.000"}


def page(language: str = "fr", **shown: Any) -> str:
    asked: dict[str, Any] = {
        "listed": {"items": [DAY, EMPTY_DAY], "next": None},
        "balance": BALANCE,
        "wanted": "2026-M01",
        "choices": [("2026-M01", "janvier 2026")],
        "is_first": True,
        **shown,
    }
    return rendered(APP, "accounting.html", language=language, user=STAFF, **asked)


def test_the_balance_and_the_journals_of_days_with_entries() -> None:
    html = page()
    assert "706" in html and "−3" in html.replace("-", "−") and "à confirmer par la caisse" in html
    assert 'href="/accounting/journal/2026-01-31.txt"' in html and "2026-01-30.txt" not in html
    assert 'href="/accounting/balance.csv?time=2026-M01"' in html
    assert "1 écriture" in html and "0 écriture" in html
    assert "ميزان المراجعة" in page("ar") and "قيد واحد" in page("ar")


def test_nothing_is_closed_yet() -> None:
    html = page(listed={"items": [], "next": None}, balance=None)
    assert "Aucune journée de cette période n’est encore clôturée." in html.replace("'", "’").replace("&#39;", "’")
    assert "balance.csv" not in html


@pytest.mark.parametrize(
    ("period", "from_on", "until_on"),
    [
        ("2026-M02", "2026-02-01", "2026-02-28"),
        ("2024-M02", "2024-02-01", "2024-02-29"),
        ("2026-M12", "2026-12-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_the_days_of_a_month_or_year(period: str, from_on: str, until_on: str) -> None:
    assert accounting._bounds(period) == {"from_on": from_on, "until_on": until_on}


@pytest.mark.parametrize("period", ["", "x", "2026-M13", "2026-M00", "0000", "2026-Q1", "99999"])
def test_no_month_and_no_year(period: str) -> None:
    with APP.test_request_context("/"), pytest.raises(Problem) as refused:
        g.words = APP.extensions["words"]["fr"]
        accounting._bounds(period)
    assert refused.value.detail == "Il n'y a ni mois ni année de ce nom."


def test_what_is_offered_goes_back_over_the_turn_of_the_year() -> None:
    offered = accounting._offered(date(2026, 2, 10))
    assert offered[:3] == ["2026-M02", "2026-M01", "2025-M12"] and offered[-2:] == ["2026", "2025"]
    assert len(offered) == accounting.MONTHS_OFFERED + 2
