"""Card terminals as an agent at a counter sees them: a card is taken, a ticket typed, a day closed."""

from types import SimpleNamespace
from typing import Any

import pytest

from frontends.api import payments
from frontends.backoffice.backoffice import BACKOFFICE
from frontends.backoffice.terminals import ACTS, _count, _totals
from frontends.kit.api import Api
from tests.kit.frontends import rendered, unreached

APP = unreached(BACKOFFICE)
AGENT = {"sub": "s", "actor": "staff", "scope": "terminals:take bank:settle ledger:read declarations:read"}
NEW = SimpleNamespace(key="k", version=1, values={})
TERMINAL = {
    "terminal_id": "16000101",
    "place": "Agence d'Alger-Centre, guichet 1",
    "acquirer": "banque-atlas",
    "acquirer_name": "Banque Atlas",
    "has_day_file": True,
}
BEGUN: dict[str, Any] = {
    **TERMINAL,
    "payment_id": "p1",
    "collection_id": "c1",
    "declaration_id": "d1",
    "employer_id": "1600000001",
    "period": "2025",
    "reference": "CT027768008307521638",
    "amount": "3150.75",
    "currency": "DZD",
    "status": "begun",
    "text": "Le ticket est attendu.",
    "begun_at": "2026-01-28T09:00:00+00:00",
    "hold_until": "2026-01-28T09:20:00+00:00",
    "ticket": None,
    "receipt": "",
    "reversed_at": None,
    "closed_in": "",
    "version": 1,
}
TAKEN = {
    **BEGUN,
    "status": "taken",
    "text": "Payé.",
    "hold_until": None,
    "receipt": "TR260000000156",
    "ticket": {"batch": "124", "ticket": "17", "authorisation": "A4B7C9", "taken_at": "2026-01-28T09:05:00+00:00"},
}


def payment(language: str = "fr", **changed: Any) -> str:
    with APP.app_context():
        return rendered(
            APP,
            "terminal-payment.html",
            language=language,
            user=AGENT,
            found={**BEGUN, **changed},
            forms=dict.fromkeys(ACTS, NEW),
            today="2026-01-28",
            sent="",
            problem=None,
        )


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_terminals_are_listed_with_their_places(language: str) -> None:
    html = rendered(APP, "terminals.html", language=language, user=AGENT, listed={"items": [TERMINAL]})
    assert "/card-terminals/16000101" in html and "guichet 1" in html
    assert "/card-terminals/16000101" not in rendered(APP, "terminals.html", user=AGENT, listed={"items": []})


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_at_a_terminal_a_card_is_taken_and_the_day_closed(language: str) -> None:
    with APP.app_context():
        html = rendered(
            APP,
            "terminal.html",
            language=language,
            user=AGENT,
            terminal=TERMINAL,
            listed={"items": [BEGUN, {**TAKEN, "payment_id": "p2"}], "next": None},
            forms={"begin": NEW, "close": NEW},
            today="2026-01-28",
            sent="",
            is_first=True,
            problem=None,
        )
    assert 'name="reference"' in html and 'name="reversed"' in html and "/card-terminals/payments/p2" in html


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_ticket_is_typed_and_then_the_receipt_stands_there(language: str) -> None:
    asked, paid = payment(language), payment(language, **TAKEN)
    assert "/p1/ticket" in asked and "/p1/cancellation" in asked and "/p1/reversal" not in asked
    assert "TR260000000156" in paid and "A4B7C9" in paid and "/p1/reversal" in paid and "/p1/ticket" not in paid
    assert "/p1/reversal" not in payment(language, **{**TAKEN, "closed_in": "banque-atlas-16000101-124-2026-01-28"})


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_totals_are_corrected_from_what_they_are(language: str) -> None:
    closed = {"count": 1, "total": "3510.75", "reversed_count": 0, "reversed": "0.00", "fee": None}
    day = {"day_id": "b-1", "day": "2026-01-28", "terminal_place": "x", "terminal_id": "1", "batch": "124"}
    with APP.app_context():
        html = rendered(
            APP,
            "terminal-correction.html",
            language=language,
            user=AGENT,
            day={**day, "closed": closed},
            form=NEW,
            values={},
            problem=None,
        )
    assert "3510.75" in html and 'value="124"' in html


@pytest.mark.parametrize("reversed_", ["-3150,75", "−3 150,75", "3150.75", "٣١٥٠٫٧٥"])
def test_amounts_are_read_with_either_decimal_sign_and_what_was_cancelled_without_its_own(reversed_: str) -> None:
    typed = {
        "batch": "000124",
        "count": "12",
        "total": "184 500,00",
        "reversed_count": "1",
        "reversed": reversed_,
        "closed_on_day": "28",
        "closed_on_month": "1",
        "closed_on_year": "2026",
        "clock": "17:30",
    }
    with APP.test_request_context("/", method="POST", data=typed):
        from flask import g

        g.fund = {"timezone": "Africa/Algiers"}
        body = _totals()
    assert (body["total"], body["reversed"], body["count"]) == ("184500.00", "3150.75", 12)
    assert body["closed_at"] == "2026-01-28T17:30:00+01:00" and "fee" not in body


def test_a_count_that_is_none_is_left_for_the_service_to_refuse() -> None:
    assert (_count("12"), _count("١٢"), _count("x"), _count("")) == (12, 12, -1, -1)


COMPARED: dict[str, Any] = {
    "acquirer": "banque-atlas",
    "acquirer_name": "Banque Atlas",
    "day": "2026-01-28",
    "payments": 2,
    "total": "6300.00",
    "fee": "12.60",
    "known": "3150.75",
    "currency": "DZD",
    "is_equal": False,
    "findings": [{"row": 7, "column": "MONTANT", "kind": "amount-unreadable", "text": "Le montant est illisible."}],
    "differences": [
        {
            "difference_id": "",
            "kind": "ticket-not-typed",
            "text": "Aucun ticket n'a été saisi.",
            "payment_id": "16000101/124/18",
            "ticket_id": "",
            "known": "0.00",
            "stated": "3149.25",
        }
    ],
    "differences_count": 1,
    "day_id": None,
}


def compared(language: str, **changed: Any) -> str:
    with APP.app_context():
        return rendered(
            APP,
            "terminals-file.html",
            language=language,
            user=AGENT,
            acquirers=[("banque-atlas", "Banque Atlas")],
            form=NEW,
            compared={**COMPARED, **changed},
            problem=None,
            typed={},
            today="2026-01-28",
        )


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_what_a_file_says_otherwise_is_shown_payment_by_payment_and_row_by_row(language: str) -> None:
    html = compared(language)
    assert "124/18" in html and "Aucun ticket" in html and "MONTANT" in html and "Le montant est illisible." in html
    assert 'name="file"' in html and 'value="banque-atlas"' in html
    assert "/operator-days/" not in html, "nothing of it is kept"
    followed = [{**COMPARED["differences"][0], "difference_id": "f1"}]
    kept = compared(language, findings=[], differences=followed, day_id="banque-atlas-file-2026-01-28")
    assert "/operator-days/differences/f1" in kept and "/operator-days/banque-atlas-file-2026-01-28" in kept
    agreeing = compared(language, is_equal=True, findings=[], differences=[], differences_count=0)
    assert "124/18" not in agreeing and "MONTANT" not in agreeing


def test_a_file_is_sent_as_it_is() -> None:
    sent: list[Any] = []

    class Answer:
        ok, content = True, b"{}"

        @staticmethod
        def json() -> dict[str, Any]:
            return COMPARED

    def request(method: str, url: str, **more: Any) -> Answer:
        sent.append((method, url, more["data"], more["headers"]["Content-Type"], "files" in more))
        return Answer()

    asked = Api({"payments": "http://payments"}, "dz-cnas", "fr", http=SimpleNamespace(request=request))  # type: ignore[arg-type]
    payments.card_terminals_compare_file(asked, "banque-atlas", "2026-01-28", idempotency_key="k1", content=b"a;b")
    url = "http://payments/v1/dz-cnas/card-acquirers/banque-atlas/days/2026-01-28/file"
    assert sent == [("POST", url, b"a;b", "text/csv", False)]
