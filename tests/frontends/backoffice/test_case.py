"""What a case's page works out: the lines that are refused, what the others come to, how two claims differ."""

from typing import Any

from frontends.backoffice.bank import shares
from frontends.backoffice.deciding import refused_lines, total_of
from frontends.backoffice.duplicates import differing
from frontends.backoffice.texts import Offers
from frontends.kit.codes import Codes

LINES = [
    {"number": 1, "reimbursed": "320.00"},
    {"number": 2, "reimbursed": "0.50"},
    {"number": 3, "reimbursed": "7.00"},
]


def test_a_line_is_refused_where_a_reason_is_chosen() -> None:
    typed = {"line-1": "", "line-2": "not-covered", "form_key": "x", "line-": "a", "line-²": "a", "line-99999": "a"}
    assert refused_lines(typed.items()) == [{"number": 2, "reason": "not-covered"}]


def test_the_total_is_exact_and_leaves_out_what_is_refused() -> None:
    assert total_of(LINES, []) == "327.50"
    assert total_of(LINES, [{"number": 3, "reason": "not-covered"}]) == "320.50"
    assert total_of([], []) == "0"


def claim(**changed: Any) -> dict[str, Any]:
    papers = [{"kind": "invoice", "upload_id": "u1", "added_at": "2026-01-01T00:00:00+00:00"}]
    lines = [{"act": "a", "quantity": 1, "paid": "1.00"}, {"act": "b", "quantity": 2, "paid": "2.00"}]
    same = {"care_on": "2026-01-01", "status": "submitted", "approved": "0.00", "lines": lines, "papers": papers}
    return {**same, **changed}


def test_only_fields_that_differ_are_marked() -> None:
    assert differing(claim(), claim(lines=claim()["lines"][::-1])) == set()
    later = [{**claim()["papers"][0], "added_at": "2026-02-02T00:00:00+00:00"}]
    assert differing(claim(), claim(papers=later)) == set()
    assert differing(claim(), claim(care_on="2026-01-02", papers=[])) == {"care_on", "papers"}


def test_shares_are_read_with_the_digits_of_any_script() -> None:
    typed = {"target-1": "declaration", "target_id-1": " d1 ", "amount-1": "١٢٫٥", "amount-2": "5", "target_id-3": "d3"}
    assert shares(typed) == [
        {"target": "declaration", "target_id": "d1", "amount": "12.5"},
        {"target": "", "target_id": "d3", "amount": ""},
    ]
    assert shares({"amount-1": "10.00", "target-1": "employer"}) == [
        {"target": "employer", "target_id": "", "amount": "10.00"}
    ]
    (endless,) = shares({"target_id-1": "d1", "amount-1": "NaN"})
    assert endless["amount"] == "NaN"  # the service says what is wrong with it


def test_names_stand_in_for_codes_and_codes_for_names_that_are_missing() -> None:
    offer = {"claim_type": "care", "name": "Care", "acts": [], "papers": [], "refusal_reasons": []}
    assert (Offers({"items": [offer]}).name("care"), Offers(RuntimeError()).name("care")) == ("Care", "care")
    codes = Codes({"items": [{"name": "states", "codes": [{"code": "a", "text": "Open"}]}]})
    assert (codes.text("states", "a"), codes.text("states", "b"), codes.text("none", None)) == ("Open", "b", "")
